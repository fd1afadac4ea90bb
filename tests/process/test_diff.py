"""`orch-lsp diff OLD NEW` as a real process, over real repositories."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.fakes.specs import write_specs
from tests.process.test_check_with_git import SPEC, TASKS, checkout, commit, git, write  # noqa: F401 -- a fixture

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

SCHEMA = json.loads(files("orch_lsp.cli").joinpath("diff.schema.json").read_text("utf-8"))
PLACE, PLAN = "specs/001-a/spec.md", "specs/001-a/tasks.md"


def changes(done) -> list[tuple]:
    value = done.json()
    Draft202012Validator(SCHEMA).validate(value)

    def end(node):
        return None if node is None else (node["path"], node["key"])

    return [("+".join(one["kinds"]), end(one["old"]), end(one["new"])) for one in value["changes"]]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.fixture
def edited(checkout) -> Path:  # noqa: F811 -- the fixture
    """Two commits, and changes that are not committed."""
    write_specs(checkout)
    write(checkout, PLACE, SPEC + "- **FR-002**: System MUST print the page.\n")
    write(checkout, PLAN, TASKS)
    commit(checkout, "One")
    git(checkout, "tag", "one")
    write(checkout, PLACE, SPEC.replace("MUST save", "MUST save now"))
    write(checkout, PLAN, TASKS.replace("[ ] T001", "[x] T001"))
    commit(checkout, "Two")
    write(checkout, PLACE, (checkout / PLACE).read_text().replace("FR-001", "FR-007").replace("\n", "\r\n"))
    return checkout


COMMITTED = [
    ("reworded", (PLACE, "FR-001"), (PLACE, "FR-001")),
    ("removed", (PLACE, "FR-002"), None),
    ("state", (PLAN, "T001"), (PLAN, "T001")),
]
RENAMED = [("renamed", (PLACE, "FR-001"), (PLACE, "FR-007"))]


async def test_two_revisions_are_compared(orch, edited):
    for old, new in (("one", "HEAD"), ("HEAD~1", "trunk"), ("one:", "HEAD:")):
        done = await orch("diff", old, new, "--json", cwd=edited)
        assert (done.code, changes(done)) == (0, COMMITTED)
        assert (done.json()["old"], done.json()["new"]) == (old, new)
    summary = {"added": 0, "removed": 1, "renamed": 0, "moved": 0, "reworded": 1, "state": 1}
    assert done.json()["summary"] == summary
    git(edited, "gc", "-q")
    mirrored = changes(await orch("diff", "HEAD", "one", "--json", cwd=edited / "specs"))
    assert ("added", None, (PLACE, "FR-002")) in mirrored


async def test_a_revision_is_compared_with_the_same_folder_or_file_as_it_is(orch, edited):
    for place in (".", "specs", "specs/001-a", PLACE):
        done = await orch("diff", "HEAD", place, "--json", cwd=edited)
        assert (done.code, changes(done)) == (0, RENAMED)
    assert changes(await orch("diff", "HEAD", "spec.md", "--json", cwd=edited / "specs/001-a")) == RENAMED
    assert changes(await orch("diff", "HEAD", PLAN, "--json", cwd=edited)) == []
    (back,) = changes(await orch("diff", ".", "HEAD", "--json", cwd=edited))
    assert back == ("renamed", (PLACE, "FR-007"), (PLACE, "FR-001"))
    (edited / PLACE).unlink()
    done = await orch("diff", "HEAD", ".", "--json", cwd=edited)
    assert {kind for kind, _, _ in changes(done)} == {"removed"}


async def test_a_part_of_a_revision_is_named_behind_a_colon_as_in_git(orch, edited):
    assert changes(await orch("diff", f"one:{PLACE}", f"HEAD:{PLACE}", "--json", cwd=edited)) == COMMITTED[:2]
    assert (
        changes(await orch("diff", "one:specs/001-a", "specs/001-a", "--json", cwd=edited))[0][0] == "renamed+reworded"
    )
    assert (
        changes(await orch("diff", "one:./spec.md", "HEAD:./spec.md", "--json", cwd=edited / "specs/001-a"))
        == (COMMITTED[:2])
    )
    for wrong in ("HEAD:nowhere.md", "HEAD:../..", "HEAD:/etc"):
        assert (await orch("diff", wrong, ".", cwd=edited)).code == 2


async def test_two_files_and_two_folders_need_no_repository(orch, tmp_path):
    for name, text in (("a", SPEC), ("b", SPEC.replace("MUST save", "MUST print"))):
        write(tmp_path, f"{name}/specs/001-x/spec.md", text)
    done = await orch("diff", "a", "b", "--json", cwd=tmp_path)
    assert [one[0] for one in changes(done)] == ["reworded"]
    done = await orch("diff", "a/specs/001-x/spec.md", "b/specs/001-x/spec.md", cwd=tmp_path)
    assert done.code == 0
    assert done.out == (
        "b/specs/001-x/spec.md\n  reworded FR-001 System MUST print. (line 13)\n           was: System MUST save.\n"
    )
    assert done.err == "1 node differs: 1 reworded.\n"


async def test_lines_for_people_say_what_was(orch, edited):
    done = await orch("diff", "one", ".", cwd=edited)
    assert done.out.splitlines() == [
        PLACE,
        "  renamed, reworded FR-001 → FR-007 System MUST save now. (line 13)",
        "           was: System MUST save.",
        "  removed  FR-002 System MUST print the page. (line 14)",
        PLAN,
        "  state    T001 Start per FR-001 in a.py (line 5, open → done)",
    ]
    done = await orch("diff", "HEAD", "HEAD", cwd=edited)
    assert (done.code, done.out, done.err) == (0, "", "No node differs.\n")


async def test_names_of_blanks_and_umlauts_and_what_moves_between_documents(orch, checkout):  # noqa: F811
    line = "- **FR-003**: System MUST keep all pages of a person for a year.\n"
    one, two = "specs/001 ä/spec.md", "specs/002-[x] (1)/spec.md"
    write(checkout, one, SPEC + line)
    write(checkout, two, SPEC.replace("save", "print"))
    commit(checkout)
    write(checkout, one, SPEC)
    write(checkout, two, SPEC.replace("save", "print") + line)
    done = await orch("diff", "HEAD", ".", "--json", cwd=checkout)
    assert changes(done) == [("moved", (one, "FR-003"), (two, "FR-003"))]
    assert "was in: specs/001 ä/spec.md" in (await orch("diff", "HEAD", ".", cwd=checkout)).out


async def test_documents_that_are_new_gone_or_in_the_archive_are_a_line_for_people(orch, edited):
    change = "openspec/changes/add-x"
    write(edited, f"{change}/tasks.md", "## 1. Work\n\n- [ ] 1.1 Do it as it was asked\n")
    commit(edited, "Three")
    write(edited, "specs/002-b/spec.md", SPEC.replace("save", "print"))
    shutil.rmtree(edited / ".kiro")
    archived = "openspec/changes/archive/2026-01-02-add-x"
    (edited / archived).parent.mkdir()
    (edited / change).rename(edited / archived)
    write(edited, f"{archived}/tasks.md", "## 1. Work\n\n- [x] 1.1 Do it as it was asked\n")
    done = await orch("diff", "HEAD", ".", cwd=edited)
    lines = done.out.splitlines()
    assert "specs/002-b/spec.md: new, 3 sections, 1 story, 1 requirement" in lines
    assert any(line.startswith(".kiro/specs/login/tasks.md: gone, ") for line in lines)
    at = lines.index(f"{archived}/tasks.md (was {change}/tasks.md)")
    assert lines[at + 1] == "  state    1.1 Do it as it was asked (line 3, open → done)"
    assert not any(line.startswith(change) for line in lines)
    assert f"{archived}/specs/auth/spec.md (was {change}/specs/auth/spec.md)" in lines


@pytest.mark.parametrize(
    "arguments", [("nowhere", "."), ("HEAD", "nowhere"), ("", "."), ("HEAD~99", "HEAD"), ("HEAD@{1}", ".")]
)
async def test_what_names_nothing_is_a_wrong_argument(orch, edited, arguments):
    done = await orch("diff", *arguments, "--json", cwd=edited)
    assert (done.code, done.json()["error"]["code"]) == (2, "invalid_request")
    assert "names no commit" in done.json()["error"]["message"]


async def test_a_revision_outside_of_a_checkout_is_a_wrong_argument(orch, tmp_path):
    write(tmp_path, "outside/a.spec.md", "# A\n")
    done = await orch("diff", "HEAD", ".", cwd=tmp_path / "outside")
    assert (done.code, "in no checkout of git" in done.err) == (2, True)


async def test_a_spec_that_cannot_be_read_is_told(orch, edited):
    (edited / PLAN).write_bytes(b"\xff\xfe")
    done = await orch("diff", "HEAD", ".", "--json", cwd=edited)
    assert (done.code, "is not UTF-8" in done.err) == (1, True)
