"""Tasks that are ticked though nothing shows that they were done."""

from __future__ import annotations

from pathlib import Path

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.orchestration.specs.evidence import holds_code
from orch_lsp.profiles.kiro.sections import TASKS
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules.done_tasks import named_files
from orch_lsp.rules.rule import Evidence
from orch_lsp.text import apply_edits
from tests.unit.rule_pages import examples, found

CODE = "done_without_evidence"
OF_SPEC_KIT = next(profile for profile in PROFILES if profile.kind == "tasks")


def tasks(*lines: str) -> str:
    return "# Implementation Plan\n\n## Tasks\n\n" + "".join(
        f"- [x] {number}. {line}\n" for number, line in enumerate(lines, 1)
    )


def files(text: str) -> frozenset[str]:
    return named_files(parse(text, TASKS))


def test_the_examples_of_the_page_are_what_they_are_said_to_be() -> None:
    bad, good = examples(CODE)
    missing = Evidence(frozenset({"src/counter.py"}))
    (only,) = found(bad, TASKS, CODE, missing)
    assert [fix.by_itself for fix in only.fixes] == [False]
    assert apply_edits(bad, only.fixes[0].edits) == good
    assert found(good, TASKS, CODE, missing) == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("Write `src/a.py`", "src/a.py"),
        ("Write `./src/a.py:12-40` and src/b/c.test.ts.", "src/a.py src/b/c.test.ts"),
        ("Write `app/[slug]/(group)/page.tsx`", "app/[slug]/(group)/page.tsx"),
        ("Write .github/workflows/ci.yml, docs/用户/登录.md", ".github/workflows/ci.yml docs/用户/登录.md"),
        ("在 `src/a.py` 中编写", "src/a.py"),
        ("`src/a.py` を書く", "src/a.py"),
        ("`src/a.py` 작성", "src/a.py"),
        ("Schreibe `src/a.py`", "src/a.py"),
        ("Écrire `src/a.py`, escribir `src/b.py`, escrever `src/c.py`", "src/a.py src/b.py src/c.py"),
        ("Write `a.py`, `src/`, `src/*.py`, `src/{a,b}.py`, `src/<name>.py`", ""),
        ("Call `/api/users.json`, `GET /a/b.html` and https://example.org/a/b.html", ""),
        ("See `../other/a.py`, `~/a/b.py`, `github.com/a/b.go`, [a](src/a.py)", ""),
        ("Read `$HOME/a/b.py`, ${root}/a/b.py, version 1.2/3.4", ""),
    ],
)
def test_files_are_named_as_paths(line: str, named: str) -> None:
    assert files(tasks(line)) == frozenset(named.split())


@pytest.mark.parametrize(
    "line",
    [
        *("Delete `src/a.py`", "Remove the tests in src/a.py", "Rename `src/a.py` to `src/b.py`", "Merge `src/a.py`"),
        *("删除 `src/a.py`", "`src/a.py` を削除する", "`src/a.py` 삭제", "Eliminar `src/a.py`", "Remover `src/a.py`"),
        *("Lösche `src/a.py`", "Supprimer `src/a.py`", "Check that `src/a.py` is no longer there"),
    ],
)
def test_a_task_that_takes_something_away_names_nothing_that_has_to_be_there(line: str) -> None:
    assert files(tasks(line)) == frozenset()


def test_only_ticked_tasks_are_looked_at_each_with_its_own_words() -> None:
    text = (
        "# Implementation Plan\n\nSee `a/z.py`.\n\n## Tasks\n\n- [x] 1. Outer\n  - Words about `a/a.py`\n"
        "  - [ ] 1.1 Inner `a/b.py`\n- [-] 2. Begun `a/c.py`\n- [ ] 3. Open `a/d.py`\n\n```\n- [x] 4. `a/e.py`\n```\n"
    )
    assert files(text) == {"a/a.py"}
    assert [one.key for one in found(text, TASKS, CODE, Evidence(frozenset({"a/a.py", "a/b.py"})))] == ["1"]


def test_a_task_of_whose_files_one_is_there_has_evidence() -> None:
    text = "# Tasks: A\n\n- [x] T001 [P] Write src/a.py and src/b.py\n- [X] T002 Write src/c.py\n"
    missing = frozenset({"src/b.py", "src/c.py"})
    (only,) = found(text, OF_SPEC_KIT, CODE, Evidence(missing))
    assert (only.key, only.message) == ("T002", "This task is ticked, and `src/c.py` is not in the workspace.")


def test_where_most_files_are_gone_one_finding_says_so() -> None:
    text = tasks(*(f"Write `old/{name}.py`" for name in "abcd"))
    missing = files(text)
    (only,) = found(text, TASKS, CODE, Evidence(missing))
    assert only.key == "1"
    assert only.message.startswith("4 of 4 ticked tasks name files, such as `old/a.py`, of which none")
    assert [one.key for one in found(text, TASKS, CODE, Evidence(missing - {"old/a.py", "old/b.py"}))] == ["3", "4"]


def test_nothing_is_said_where_nobody_looked() -> None:
    assert found(tasks("Write `src/a.py`"), TASKS, CODE) == []


def test_where_the_workspace_holds_no_code_one_hint_says_so() -> None:
    text = tasks("Write `src/a.py`", "Write `src/b.py`")
    (only,) = found(text, TASKS, CODE, Evidence(files(text), holds_code=False))
    assert (only.severity, only.key, only.fixes) == ("hint", "1", ())
    assert "no code in this workspace" in only.message


@pytest.mark.parametrize(
    ("path", "is_code"),
    [
        *(("src/a.py", True), ("a/b/c/d.ts", True), ("Makefile", True)),
        *(("a.md", False), ("a.json", False), (".github/ci.yml", False), ("node_modules/a/b.js", False)),
    ],
)
def test_data_settings_and_code_of_others_are_no_code(tmp_path: Path, path: str, is_code: bool) -> None:
    made = tmp_path / path
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text("", "utf-8")
    assert holds_code(tmp_path) is is_code
