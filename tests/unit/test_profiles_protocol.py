"""The door for formats: a sixth one comes through it whole, and one that fails is passed over."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.document.section_nodes import sections_alone
from orch_lsp.markdown.reader import read
from orch_lsp.plugins import Plugins
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.registry import BUILT_IN, GROUP, Formats

SOURCE = Path(__file__).resolve().parents[1] / "fakes" / "bmad_format.py"

PRD = """\
# Shop PRD

## Vision

Sell more. [ASSUMPTION: People want to buy]

## Features

### Cart

#### FR-1: Keep what was chosen

The cart shall keep it. Realizes UJ-2.

#### FR-1: Again

## Success Metrics

#### SM-1: Carts that end in a sale

60 %. Validates FR-1. ~~~ is no fence here.

```
Validates FR-9
```
"""
STORY = """\
# Epic 1

## Story 1.2: Keep the cart

## Acceptance Criteria

1. It is there tomorrow (FR-1)
2. It is there on the telephone

## Tasks

- [ ] Task 1 (AC: #1, #2)
  - [x] Subtask 1.1
- [x] Task 2 (AC: #2), after Story 1.1
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, sources: dict[str, str]) -> Formats:
    """Formats with little packages installed beside what ships, each a module whose `FORMAT` is declared."""
    info = folder / "formats_of_test-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: formats-of-test\nVersion: 1.0\n", "utf-8")
    entries = [f"{name} = format_of_test_{name}:FORMAT\n" for name in sources]
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{''.join(entries)}", "utf-8")
    for name, source in sources.items():
        (folder / f"format_of_test_{name}.py").write_text(source, "utf-8")
        monkeypatch.delitem(sys.modules, f"format_of_test_{name}", raising=False)
    monkeypatch.syspath_prepend(str(folder))
    return Formats(Plugins(GROUP, BUILT_IN, seconds=2.0))


def clues(path: str, text: str) -> Clues:
    return Clues(path, text, read(text).headings)


def test_the_sixth_format_is_short() -> None:
    assert len(SOURCE.read_text("utf-8").splitlines()) < 150


def test_a_package_brings_a_format_with_several_kinds_of_documents(tmp_path, monkeypatch) -> None:
    formats = install(tmp_path, monkeypatch, {"bmad": SOURCE.read_text("utf-8")})
    assert set(formats.names()) == {"bmad", *BUILT_IN}
    (prd,) = formats.recognised(clues("docs/_bmad-output/prd.md", PRD))
    (story,) = formats.recognised(clues("docs/_bmad-output/stories/1.2.md", STORY))
    assert (prd.profile, story.profile) == (formats.profile("bmad"), formats.profile("bmad/story"))
    assert prd.recognition.scope == story.recognition.scope == "docs/_bmad-output"
    (by_content,) = formats.recognised(clues("anywhere.md", PRD))
    assert by_content.recognition.certainty == "content"
    assert formats.recognised(clues("anywhere.md", "# Title\n\n## Goal\n")) == ()
    assert formats.profile("bmad/nothing") is None
    assert formats.profile("plain") is PLAIN


def test_its_documents_have_nodes_and_citations(tmp_path, monkeypatch) -> None:
    formats = install(tmp_path, monkeypatch, {"bmad": SOURCE.read_text("utf-8")})
    profile = formats.profile("bmad")
    assert profile is not None
    prd = parse(PRD, profile)
    found = [(node.kind, node.key, node.parent) for node in prd.nodes.nodes if node.kind != "section"]
    assert found == [
        ("question", "assumption/1", "vision"),
        ("requirement", "FR-1", "cart"),
        ("requirement", "FR-1~2", "cart"),
        ("success_criterion", "SM-1", "success-metrics"),
    ]
    assert [(c.relation, c.key) for c in prd.nodes.citations] == [("covers", "UJ-2"), ("validates", "FR-1")]
    profile = formats.profile("bmad/story")
    assert profile is not None
    story = parse(STORY, profile).nodes
    found = [(node.kind, node.key, node.state) for node in story.nodes if node.kind != "section"]
    assert found == [
        ("story", "1.2", None), ("criterion", "AC1", None), ("criterion", "AC2", None),
        ("task", "Task 1", "open"), ("task", "Subtask 1.1", "done"), ("task", "Task 2", "done"),
    ]  # fmt: skip
    assert [citation.key for citation in story.by_key["Task 2"].citations] == ["AC2", "1.1"]


_HEAD = """
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.profiles.protocol import Format, Recognition
def fails(*_):
    raise {error}
"""
_FORMAT = 'FORMAT = Format("bad", (Profile("bad", (SectionSpec("why", "Why"),), "bad", {nodes}),), {recognise})\n'
_ERRORS = ["SystemExit", "KeyboardInterrupt", "RecursionError", "ValueError"]


@pytest.mark.parametrize("error", _ERRORS)
def test_a_format_that_cannot_be_loaded_is_lost_alone(tmp_path, monkeypatch, error, caplog) -> None:
    formats = install(tmp_path, monkeypatch, {"bad": f"raise {error}", "bmad": SOURCE.read_text("utf-8")})
    for _ in range(3):
        assert formats.profile("bad") is None
        assert len(formats.recognised(clues("_bmad-output/prd.md", PRD))) == 1
    assert formats.why_unusable("bad") == error
    assert formats.why_unusable("bmad") is None
    assert len(caplog.records) == 1


def test_a_format_that_never_loads_keeps_nobody_waiting_longer(tmp_path, monkeypatch) -> None:
    hangs = "import threading\nthreading.Event().wait()\n"
    formats = install(tmp_path, monkeypatch, {"a": hangs, "b": hangs, "bmad": SOURCE.read_text("utf-8")})
    assert len(formats.recognised(clues("_bmad-output/prd.md", PRD))) == 1
    assert "did not load within" in (formats.why_unusable("a") or "")


@pytest.mark.parametrize("error", _ERRORS)
def test_a_format_that_fails_on_a_document_costs_that_alone_and_is_said_once(
    tmp_path, monkeypatch, error, caplog
) -> None:
    source = _HEAD.format(error=error) + _FORMAT.format(nodes="nodes=fails", recognise="fails")
    formats = install(tmp_path, monkeypatch, {"bad": source, "bmad": SOURCE.read_text("utf-8")})
    profile = formats.profile("bad")
    assert profile is not None
    assert formats.profile("bad") == profile
    for text in (PRD, STORY):
        document = parse(text, profile)
        assert document.nodes == sections_alone(document)
        assert formats.recognised(clues("_bmad-output/prd.md", text))[0].profile.format == "bmad"
    assert len(caplog.records) == 2
    assert "'bad' failed in recognise" in caplog.text
    assert "'bad' failed in nodes" in caplog.text


@pytest.mark.parametrize("where", ["recognise", "nodes"])
def test_a_format_that_never_answers_is_asked_once(tmp_path, monkeypatch, where, caplog) -> None:
    source = (
        "from orch_lsp.document.section_nodes import sections_alone\nimport threading\ndef hangs(*_):\n"
        "    threading.Event().wait()\n" + _HEAD.format(error="ValueError")
    )
    parts = {"recognise": "lambda _: None", "nodes": "nodes=sections_alone"}
    parts[where] = "hangs" if where == "recognise" else "nodes=hangs"
    sources = {"bad": source + _FORMAT.format(**parts), "bmad": SOURCE.read_text("utf-8")}
    formats = install(tmp_path, monkeypatch, sources)
    profile = formats.profile("bad")
    assert profile is not None
    before = threading.active_count()
    for text in (PRD, STORY, PRD):
        document = parse(text, profile)
        assert document.nodes == sections_alone(document)
        assert formats.recognised(clues("_bmad-output/prd.md", text))[0].profile.format == "bmad"
    assert threading.active_count() <= before + 1
    assert "did not answer within 2 seconds" in (formats.why_unusable("bad") or "")
    assert formats.profile("bad") is None
    assert f"'bad' failed in {where}" in caplog.text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("FORMAT = 3", "int is no Format"),
        (_FORMAT.replace('"bad", (', '"good", (').format(nodes="nodes=fails", recognise="fails"), "calls itself"),
        ('FORMAT = Format("bad", ())', "profiles"),
        ('FORMAT = Format("bad", (1,))', "profiles"),
    ],
)
def test_what_is_no_format_is_none(tmp_path, monkeypatch, value, reason) -> None:
    formats = install(tmp_path, monkeypatch, {"bad": _HEAD.format(error="ValueError") + value})
    assert formats.profile("bad") is None
    assert reason in (formats.why_unusable("bad") or "")


@pytest.mark.parametrize(
    "answer", ["3", "Recognition('no-such-kind', 'path')", "Recognition('spec', 'path', anchor='far')"]
)
def test_an_answer_that_makes_no_sense_is_none(tmp_path, monkeypatch, answer) -> None:
    source = _HEAD.format(error="ValueError") + f"def odd(*_): return {answer}\n"
    formats = install(tmp_path, monkeypatch, {"bad": source + _FORMAT.format(nodes="nodes=odd", recognise="odd")})
    profile = formats.profile("bad")
    assert profile is not None
    assert formats.recognised(clues("a.md", PRD)) == ()
    document = parse(PRD, profile)
    assert document.nodes == sections_alone(document)


def test_nobody_takes_the_name_of_what_ships(tmp_path, monkeypatch) -> None:
    formats = install(tmp_path, monkeypatch, {"plain": SOURCE.read_text("utf-8")})
    assert formats.profile("plain") is PLAIN
    assert formats.names() == tuple(sorted(BUILT_IN))


def test_two_formats_that_both_match_are_both_told_and_a_path_counts_more(tmp_path, monkeypatch) -> None:
    by_content = _HEAD.format(error="ValueError") + "def known(*_): return Recognition('spec', 'content')\n"
    by_content += _FORMAT.format(nodes="nodes=fails", recognise="known")
    formats = install(tmp_path, monkeypatch, {"bad": by_content, "bmad": SOURCE.read_text("utf-8")})
    assert {one.profile.name for one in formats.recognised(clues("a.md", PRD))} == {"bad", "bmad"}
    assert {one.profile.name for one in formats.recognised(clues("_bmad-output/a.md", PRD))} == {"bmad"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("specs/001-a/spec.md", "spec-kit/spec"),
        ("openspec/specs/001-a/spec.md", "openspec"),
        ("openspec/changes/x/specs/001-a/spec.md", "openspec"),
        ("openspec/changes/archive/2026-01-01-x/specs/001-a/spec.md", "openspec"),
        (".specify/specs/001-a/spec.md", "spec-kit"),
        ("openspec/.specify/specs/001-a/spec.md", "spec-kit"),
        (".specify/openspec/specs/001-a/spec.md", "openspec"),
        (".kiro/specs/001-a/tasks.md", "kiro"),
        ("specs/001-a/.kiro/specs/b/tasks.md", "kiro"),
        (".planning/specs/001-a/plan.md", "gsd"),
        ("openspec/.planning/ROADMAP.md", "gsd"),
    ],
)
def test_of_two_formats_that_know_a_path_the_one_whose_folder_is_nearest_is_meant(path, name) -> None:
    for prefix in ("", "/home/x/", "apps/web/"):
        found = Formats().recognised(clues(prefix + path, "# A\n"))
        assert [one.profile.format for one in found] == [name.partition("/")[0]]
