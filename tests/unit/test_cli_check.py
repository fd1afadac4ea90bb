"""`orch-lsp check` in this process."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from orch_lsp.app.session import build_session
from orch_lsp.cli.check import cured
from orch_lsp.cli.main import cli
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles
from tests.fakes.homes import Homes
from tests.fakes.specs import write_specs

SCHEMA = json.loads(files("orch_lsp.cli").joinpath("check.schema.json").read_text("utf-8"))


@pytest.fixture
def here(homes: Homes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace)
    return workspace


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments])


def found(*arguments: str) -> dict:
    done = check("--json", *arguments)
    value = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(value)
    return value


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_lines_for_people_count_from_one(here: Path):
    (here / "a.spec.md").write_text("# A\n\nB.\n\n## Goal\n\nTODO\n")
    done = check("a.spec.md", "--rule", "placeholder_section")
    assert done.exit_code == 0
    assert done.stdout == "a.spec.md:5:1: hint[placeholder_section]: The section “Goal” holds only a placeholder.\n"
    assert done.stderr == "1 document: 1 hint.\n"


def test_positions_are_utf_16_and_paths_relative_to_the_root(here: Path, monkeypatch: pytest.MonkeyPatch):
    (here / "docs").mkdir()
    (here / "docs" / "a.spec.md").write_text("# 🔎🔎\n\nB.\n\n## Goal\n\nx\n", encoding="utf-8")
    monkeypatch.chdir(here / "docs")
    one = found("a.spec.md", "--rule", "missing_section")["findings"][0]
    assert one["path"] == "docs/a.spec.md"
    assert one["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 6}}


def test_the_severity_of_the_settings_counts_and_an_error_fails(here: Path):
    (here / "a.spec.md").write_text("# A\n\nB.\n\n## Goal\n\nTODO\n")
    (here / ".orch" / "config.toml").write_text('[lint]\nplaceholder_section = "error"\nmissing_section = "off"\n')
    done = check("a.spec.md", "--json")
    assert done.exit_code == 1
    value = json.loads(done.stdout)
    assert [(one["rule"], one["severity"]) for one in value["findings"]] == [("placeholder_section", "error")]
    assert value["summary"] == {"files": 1, "errors": 1, "warnings": 0, "information": 0, "hints": 0}


@pytest.mark.parametrize(
    ("data", "said"), [(b"# A\xff\n", "not UTF-8"), (b"# A\0\n", "binary"), (b"\xff\xfe#\0", "not UTF-8")]
)
@pytest.mark.parametrize("named", ["a.spec.md", "."])
def test_a_spec_that_is_no_text_is_an_error_and_no_crash(here: Path, data: bytes, said: str, named: str):
    (here / "a.spec.md").write_bytes(data)
    (here / "picture.md").write_bytes(data)
    value = found(named)
    (one,) = value["findings"]
    assert (one["rule"], one["severity"], one["path"]) == ("unreadable_document", "error", "a.spec.md")
    assert said in one["message"]
    assert value["summary"]["files"] == 0
    assert check(named).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nowhere.md"],
        [".", "--format", "xml"],
        [".", "--rule", "no_such_rule"],
        [".", "--json", "--format", "github"],
    ],
)
def test_wrong_arguments_end_with_2(here: Path, arguments: list[str]):
    assert check(*arguments).exit_code == 2


def test_of_a_document_that_is_no_spec_is_said_why_nothing_is_found(here: Path):
    (here / "notes.md").write_text("# Notes\n\n## Groceries\n")
    done = check("notes.md")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("warning: notes.md is not checked. The format of this document is not known")
    assert check(".").stderr == "0 documents: nothing was checked.\n"


def test_nothing_in_a_document_acts_on_a_terminal_or_on_a_workflow(here: Path):
    name = "a%,:\x1b[31m.spec.md"
    (here / name).write_text('---\nprofile: "x\\e[31m%0A\\n::error::y"\n---\n# A\n\n## Goal\n')
    text, github = check(name).stdout, check(name, "--format", "github").stdout
    assert "\x1b" not in text + github
    *_, line = github.splitlines()
    assert line.startswith("::warning file=a%25%2C%3A�[31m.spec.md,line=2,endLine=2,col=1,")
    assert "named “x�[31m%250A%0A::error::y”" in line


def test_cures_that_are_safe_are_applied_until_none_is_left(here: Path):
    write_specs(here)
    tasks = here / ".kiro" / "specs" / "login" / "tasks.md"
    before = found(".")
    done = check(".", "--fix", "--json")
    assert ".kiro/specs/login/tasks.md: 1 cure applied." in done.stderr
    assert tasks.read_bytes().startswith("# Implementation Plan\r\n\r\n- [ ] 1. Form 🔐\r\n".encode())
    after = json.loads(done.stdout)
    assert done.exit_code == (after["summary"]["errors"] > 0)
    assert after == found(".")
    fixable = {"missing_title", "duplicate_section", "unbalanced_fence", "malformed_task"}
    assert fixable <= {one["rule"] for one in before["findings"]}
    assert not fixable & {one["rule"] for one in after["findings"]}


def test_no_heading_is_added_that_nobody_asked_for(here: Path):
    folder = here / ".kiro" / "specs" / "login"
    folder.mkdir(parents=True)
    for headings, rule in (
        (("Introduction", "Requirements"), "missing_recommended_section"),
        (("Requirements",), "missing_section"),
        (("1. Overview", "2. Requirements"), "missing_section"),
    ):
        text = "# Requirements Document\n\n" + "".join(f"## {heading}\n\nWords.\n\n" for heading in headings)
        (folder / "requirements.md").write_text(text)
        before = found(".")["findings"]
        assert rule in {one["rule"] for one in before}
        check(".", "--fix")
        assert (folder / "requirements.md").read_text() == text
        assert found(".")["findings"] == before


def test_a_ticked_task_without_its_file_is_found_and_stays_as_it_is(here: Path):
    folder = here / "My Prüf (1) [x]" / ".kiro" / "specs" / "login"
    folder.mkdir(parents=True)
    (here / "packages" / "app" / "src").mkdir(parents=True)
    (here / "packages" / "app" / "src" / "there.py").touch()
    lines = ["1. Write `src/there.py`", "2. Write `src/counter.py` and src/limits.py", "3. Delete `src/old.py`"]
    text = "# Implementation Plan\n\n## Tasks\n\n" + "".join(f"- [x] {line}\n" for line in lines)
    (folder / "tasks.md").write_text(text)
    done = check(".", "--fix", "--json", "--workspace", ".")
    (one,) = [one for one in json.loads(done.stdout)["findings"] if one["rule"] == "done_without_evidence"]
    assert one["key"] == "2"
    assert one["message"] == (
        "This task is ticked, and none of its 2 files, such as `src/counter.py`, is in the workspace."
    )
    assert (folder / "tasks.md").read_text() == text
    (here / "packages" / "app" / "src" / "limits.py").touch()
    assert "done_without_evidence" not in check(".", "--workspace", ".").stdout


def test_a_file_is_found_below_whatever_folder_a_task_names_it_from(here: Path):
    folder = here / ".kiro" / "specs" / "a"
    folder.mkdir(parents=True)
    for place in (
        "a/b/c/_parts/there.md",
        "a/b/_parts/there.mdx",
        "a/node_modules/b/_parts/foreign.md",
        "a/b/c/x_parts/no.md",
    ):
        (here / place).parent.mkdir(parents=True, exist_ok=True)
        (here / place).touch()
    (here / "main.py").touch()
    names = ("there", "foreign", "no")
    lines = [f"- [x] {n}. Write `_parts/{name}.md`\n" for n, name in enumerate(names, 1)]
    (folder / "tasks.md").write_text(
        "# Implementation Plan\n\n## Tasks\n\n" + "".join(lines) + "- [x] 4. `a/b/_parts/there.mdx`\n"
    )
    done = check(".", "--json", "--workspace", ".", "--rule", "done_without_evidence")
    assert [one["key"] for one in json.loads(done.stdout)["findings"]] == ["2", "3"]


def test_an_open_task_that_is_to_change_a_file_that_is_not_there(here: Path):
    folder = here / ".kiro" / "specs" / "a"
    folder.mkdir(parents=True)
    (here / "packages" / "app" / "src").mkdir(parents=True)
    (here / "packages" / "app" / "src" / "there.py").touch()
    lines = ["1. Update `src/there.py`", "2. Update `src/counter.py`", "3. Create `src/new.py`", "4. Fix `src/new.py`"]
    (folder / "tasks.md").write_text("# Implementation Plan\n\n## Tasks\n\n" + "".join(f"- [ ] {a}\n" for a in lines))
    done = check(".", "--json", "--rule", "dead_path", "--workspace", ".")
    (one,) = json.loads(done.stdout)["findings"]
    assert (one["key"], one["severity"]) == ("2", "information")
    assert one["message"] == "This task is to change `src/counter.py`, which is not in the workspace."
    assert one["range"]["start"] == {"line": 5, "character": 17}
    (here / "packages" / "app" / "src" / "counter.py").touch()
    assert json.loads(check(".", "--json", "--rule", "dead_path", "--workspace", ".").stdout)["findings"] == []


def test_only_the_rule_that_is_asked_for_is_cured(here: Path):
    (here / "a.spec.md").write_text("# A\n\nB.\n\n## Goal\n\nx\n\n## Goal\n\n```\ny\n")
    check("a.spec.md", "--fix", "--rule", "unbalanced_fence")
    assert (here / "a.spec.md").read_text() == "# A\n\nB.\n\n## Goal\n\nx\n\n## Goal\n\n```\ny\n```\n"


def test_a_file_that_nobody_may_write_stays_as_it_is(here: Path):
    path = here / "a.spec.md"
    path.write_text("# A\n\nB.\n\n## Goal\n\n```\ny\n")
    path.chmod(0o444)
    done = check("a.spec.md", "--fix", "--rule", "unbalanced_fence")
    assert done.exit_code == 1
    assert "error[document_changed]: a.spec.md cannot be written" in done.stderr
    assert "unbalanced_fence" in done.stdout
    assert path.read_text().endswith("```\ny\n")


async def test_a_file_that_was_changed_meanwhile_keeps_what_somebody_else_wrote(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    path = here / "a.spec.md"
    path.write_text("# A\n\nB.\n\n## Goal\n\n```\ny\n")
    session = build_session()
    files = SpecFiles([path], session, None, print)
    async for found in files.read():
        assert isinstance(found, ReadSpec)
        path.write_text("# Mine\n")
        spec, is_written = await cured(files, found, ["unbalanced_fence"], print)
        assert (spec, is_written) == (found, False)
    await session.aclose()
    assert path.read_text() == "# Mine\n"
    assert "error[document_changed]: a.spec.md was changed" in capsys.readouterr().err


def test_a_byte_order_mark_is_not_counted_and_not_lost(here: Path):
    path = here / "a.spec.md"
    path.write_text("\ufeff# A\r\n\r\n## Goal\r\n\r\n```\r\ny", encoding="utf-8", newline="")
    (one, *_) = found("a.spec.md", "--rule", "missing_section")["findings"]
    assert one["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
    check("a.spec.md", "--fix", "--rule", "unbalanced_fence")
    assert path.read_bytes() == "\ufeff# A\r\n\r\n## Goal\r\n\r\n```\r\ny\r\n```".encode()


def test_a_link_out_of_the_workspace_is_checked_and_not_written(here: Path):
    outside = here.parent / "outside.md"
    outside.write_text("# A\n\nB.\n\n## Goal\n\n```\ny\n")
    (here / "a.spec.md").symlink_to(outside)
    done = check("a.spec.md", "--fix", "--workspace", ".")
    assert "is left as it is: a link on the way to it leads out of the workspace" in done.stderr
    assert outside.read_text().endswith("```\ny\n")
    assert found(".")["findings"] == []


@pytest.mark.skipif(os.name == "nt", reason="there are no FIFOs")
def test_a_pipe_is_no_document_and_nobody_waits_for_it(here: Path):
    os.mkfifo(here / "a.spec.md")
    assert [one["rule"] for one in found("a.spec.md")["findings"]] == ["unreadable_document"]
    assert found(".")["findings"] == []


def test_a_forgotten_fence_around_tasks_is_left_to_a_person(here: Path):
    text = "# A\n\nB.\n\n## Goal\n\n```\ny\n\n- [ ] 8. Count\n"
    (here / "a.spec.md").write_text(text)
    done = check("a.spec.md", "--fix", "--rule", "unbalanced_fence")
    assert (here / "a.spec.md").read_text() == text
    assert "unbalanced_fence" in done.stdout


def test_a_folder_without_documents_is_told(here: Path):
    (here / "empty").mkdir()
    done = check("empty")
    assert "empty holds no document that is looked at" in done.stderr
