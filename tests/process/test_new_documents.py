"""`orch-lsp new` and `orch.newDocument`: documents begun where the format's own tool would put them."""

from __future__ import annotations

import pytest
from pygls.exceptions import JsonRpcException

BEGUN = [
    (("--profile", "spec-kit"), ["specs/008-user-login/spec.md"]),
    (("--profile", "spec-kit", "--kind", "plan"), ["specs/008-user-login/plan.md"]),
    (
        ("--profile", "openspec"),
        [
            "openspec/changes/user-login/proposal.md",
            "openspec/changes/user-login/specs/user-login/spec.md",
            "openspec/changes/user-login/tasks.md",
        ],
    ),
    (("--profile", "openspec", "--kind", "spec"), ["openspec/specs/user-login/spec.md"]),
    (("--profile", "kiro"), [".kiro/specs/user-login/requirements.md"]),
    (("--profile", "kiro", "--kind", "tasks"), [".kiro/specs/user-login/tasks.md"]),
    (("--profile", "gsd"), [".planning/REQUIREMENTS.md"]),
    (("--profile", "gsd", "--kind", "plan"), [".planning/phases/01-user-login/01-01-PLAN.md"]),
    ((), ["user-login.spec.md"]),
]


@pytest.fixture
def odd(tmp_path):
    root = tmp_path / "My Prüf (1) [x]"
    (root / ".orch").mkdir(parents=True)
    (root / "specs" / "007-older").mkdir(parents=True)
    (root / "specs" / "20260101-101010-stamped").mkdir()
    return root


@pytest.mark.parametrize(("arguments", "paths"), BEGUN)
async def test_a_document_is_begun_in_its_folder_and_known_there(orch, odd, arguments, paths):
    done = await orch("new", "User login", *arguments, "--json", cwd=odd)
    assert done.code == 0, done.err
    assert done.json() == {"path": paths[0], "paths": paths}
    for path in paths:
        text = (odd / path).read_text(encoding="utf-8")
        assert "profile:" not in text
        assert "{" not in text
    assert "User login" in (odd / paths[0]).read_text(encoding="utf-8")
    again = await orch("new", "User login", *arguments, cwd=odd)
    if paths != ["specs/008-user-login/spec.md"]:
        number_goes_on = "PLAN.md" in paths[0]
        assert again.code == (0 if number_goes_on else 2)
        assert number_goes_on or "exists already" in again.err


async def test_a_file_that_is_named_gets_its_title_from_the_folder_of_its_spec(orch, odd):
    done = await orch("new", "specs/002-neu/spec.md", "--profile", "spec-kit", cwd=odd)
    assert done.code == 0, done.err
    assert (odd / "specs/002-neu/spec.md").read_text().startswith("# Feature Specification: Neu\n")
    done = await orch("new", ".kiro/specs/neu/tasks.md", "--profile", "kiro", cwd=odd)
    assert done.code == 0, done.err
    assert (odd / ".kiro/specs/neu/tasks.md").read_text().startswith("# Implementation Plan: Neu\n")


async def test_nothing_is_begun_outside_of_the_workspace_or_under_no_name(orch, odd, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (odd / ".kiro").symlink_to(tmp_path / "elsewhere")
    for name in ("Login", "../../Login"):
        done = await orch("new", name, "--profile", "kiro", cwd=odd)
        assert (done.code, "outside of the workspace" in done.err) == (2, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (await orch("new", "…", "--profile", "openspec", cwd=odd)).code == 2
    unknown = await orch("new", "Login", "--profile", "openspec", "--kind", "fancy", cwd=odd)
    assert unknown.code == 2
    assert "change, spec, delta, proposal, design, tasks" in unknown.err


async def test_an_editor_is_told_what_can_be_begun_and_begins_it(start_editor, workspace):
    editor = await start_editor()
    told = await editor.execute("orch.newDocument")
    assert {"profile": "kiro", "kind": "tasks"} in [
        {key: choice[key] for key in ("profile", "kind")} for choice in told["choices"]
    ]
    answer = await editor.execute("orch.newDocument", {"profile": "kiro", "kind": "bugfix", "name": "登录 Prüf"})
    file = workspace / ".kiro" / "specs" / "登录-prüf" / "bugfix.md"
    assert answer["uris"] == [file.as_uri()]
    text = file.read_text(encoding="utf-8")
    assert "登录 Prüf" in text
    with pytest.raises(JsonRpcException):
        await editor.execute("orch.newDocument", {"profile": "kiro", "kind": "bugfix", "name": "登录 Prüf"})
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("page", ["orch-run:0198-a.md", "ORCH-DRAFT:0198-a.md", "state"])
async def test_no_document_is_begun_beside_a_page_of_the_servers_own(start_editor, workspace, homes, page):
    editor = await start_editor()
    uri = (homes.state / "pages" / "ab" / "run-a.md").as_uri() if page == "state" else page
    with pytest.raises(JsonRpcException, match="page of a run or a draft") as refused:
        await editor.execute("orch.newDocument", {"profile": "kiro", "name": "Login", "uri": uri})
    assert refused.value.data["code"] == "invalid_request"
    assert not (workspace / ".kiro").exists()
    untitled = {"profile": "kiro", "name": "Login", "uri": "untitled:Untitled-1"}
    assert len((await editor.execute("orch.newDocument", untitled))["uris"]) == 1


async def test_no_folder_is_made_up_for_a_document(start_editor, workspace):
    editor = await start_editor()
    uri = (workspace / "no" / "such" / "spec.md").as_uri()
    with pytest.raises(JsonRpcException, match="There is no folder") as refused:
        await editor.execute("orch.newDocument", {"profile": "kiro", "name": "Login", "uri": uri})
    assert refused.value.data["code"] == "invalid_request"
    assert not (workspace / "no").exists()
    fresh = {"profile": "kiro", "name": "Login", "uri": (workspace / "not-saved-yet.md").as_uri()}
    assert len((await editor.execute("orch.newDocument", fresh))["uris"]) == 1
