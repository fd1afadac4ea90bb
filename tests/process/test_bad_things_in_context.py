"""Files that are not what they were when a person looked at the request, and names that no program likes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from tests.fakes.scripted_server import chat_pieces, stream_reply

ANSWER = ["## Goal\n\nLimit clients.\n"]
SPEC = (
    "# Rate limiter\n\nLimit each client, as [a](src/a.py), [b](src/b.py) and [c](src/c.py) do.\n\n## Tasks\n\nTODO\n"
)
OUTSIDE = "words-from-outside"


@pytest.fixture
def answering(homes, provider):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    return provider


@pytest.fixture
def tree(workspace):
    (workspace / "src").mkdir()
    for name in "abc":
        (workspace / f"src/{name}.py").write_text(f"def {name}():\n    return '{name}'\n")
    (workspace.parent / "outside.py").write_text(f"{OUTSIDE} = 1\n")
    return workspace


def said(record) -> str:
    (finding,) = [one for one in record["findings"] if one["rule"] == "changed_since_preview"]
    return finding["message"]


async def test_the_record_says_what_changed_between_preview_and_send(start_editor, answering, tree):
    editor = await start_editor()
    uri = editor.open(tree / "a.spec.md", SPEC)
    shown = await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    (tree / "src/a.py").write_text("def a():\n    return 'otherwise'\n")
    (tree / "src/b.py").unlink()
    (tree / "src/c.py").unlink()
    (tree / "src/c.py").symlink_to(tree.parent / "outside.py")
    record = await editor.draft(uri)
    (request,) = answering.requests
    assert record["request_sha256"] != shown["request"]["body_sha256"]
    message = said(record)
    assert "changed: src/a.py" in message
    assert "not sent any more: src/b.py, src/c.py" in message
    assert OUTSIDE.encode() not in request.body
    left_out = {entry["path"]: entry["reason"] for entry in record["context"]["left_out"]}
    assert left_out["src/c.py"] == "link out of the workspace"
    assert left_out["src/b.py"] == "not found"
    stored = await editor.execute("orch.showRun", {"runId": record["run_id"], "open": False})
    assert said(stored) == message


async def test_the_command_line_says_it_too_and_of_one_preview_once(orch, answering, tree):
    (tree / "a.spec.md").write_text(SPEC)
    shown = (await orch("context", "a.spec.md", "--json")).json()
    same = (await orch("draft", "a.spec.md", "--json")).json()
    assert same["request_sha256"] == shown["request"]["body_sha256"]
    assert not [one for one in same["findings"] if one["rule"] == "changed_since_preview"]
    await orch("context", "a.spec.md", "--json")
    (tree / "src/a.py").write_text("def a():\n    return 'otherwise'\n")
    (tree / "src/b.py").unlink()
    answering.script(*[stream_reply(chat_pieces(ANSWER))] * 2)
    message = said((await orch("draft", "a.spec.md", "--json")).json())
    assert "changed: src/a.py; not sent any more: src/b.py" in message
    again = (await orch("draft", "a.spec.md", "--json")).json()
    assert not [one for one in again["findings"] if one["rule"] == "changed_since_preview"]


async def test_nothing_is_said_of_what_stayed_and_each_preview_is_for_one_draft(start_editor, answering, tree):
    editor = await start_editor()
    uri = editor.open(tree / "a.spec.md", SPEC)
    shown = await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    record = await editor.draft(uri)
    assert record["request_sha256"] == shown["request"]["body_sha256"]
    assert [one for one in record["findings"] if one["rule"] == "changed_since_preview"] == []

    editor.type(uri, SPEC)
    await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    editor.type(uri, SPEC.replace("each client", "each person"))
    assert "the document" in said(await editor.draft(uri))
    editor.type(uri, SPEC)
    await editor.execute("orch.previewContext", {"uri": uri, "open": False, "glance": True})
    editor.type(uri, SPEC.replace("each client", "each animal"))
    assert [one for one in (await editor.draft(uri))["findings"] if one["rule"] == "changed_since_preview"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be made there")
async def test_names_with_line_ends_quotes_and_bytes_that_are_no_text(orch, answering, workspace):
    (workspace / "src").mkdir()
    names = [
        'a"b.py',
        "a'b.py",
        "a\nb.py",
        "a\r\n# Task\n.py",
        "a`b`.py",
        "a|b.py",
        "$(id).py",
        "-rf.py",
        " .py",
        "con.py",
        "NUL",
        "aux.txt",
    ]
    for name in names:
        (workspace / "src" / name).write_text("rate limiter client\n")
    (workspace / "src" / os.fsdecode(b"bad\xff.py")).write_text("rate limiter client: words-of-a-bad-name\n")
    mentions = " ".join(f"[x](<src/{name}>)" for name in names if "\n" not in name)
    (workspace / "a.spec.md").write_text(f"# Rate limiter\n\nLimit each client. {mentions}\n\n## Tasks\n\nTODO\n")
    shown = (await orch("context", "a.spec.md", "--json")).json()
    done = await orch("draft", "a.spec.md", "--json")
    assert done.code == 0, done.err
    (request,) = answering.requests
    assert request.body.decode() == shown["request"]["body"]
    prompt = request.json()["messages"][-1]["content"]
    labels = [line for line in prompt.split("\n") if line.startswith("File ")]
    assert 'File "src/a\\"b.py":' in labels
    assert [line for line in prompt.split("\n") if line.startswith("# ")] == [
        "# Project",
        "# Excerpts",
        "# Brief",
        "# Task",
    ]
    assert "words-of-a-bad-name" not in prompt
    json.dumps(done.json()).encode("utf-8")
    # A path that is told is one that can be opened: not shortened, and with all its blanks.
    assert [item["path"] for item in shown["items"]] == [item["path"] for item in done.json()["context"]["items"]]
    assert all((workspace / item["path"]).is_file() for item in shown["items"])
    page = await orch("context", "a.spec.md")
    assert page.code == 0
    assert "\n# Task\n.py" not in page.out.partition("\nInstructions\n")[0]


async def test_a_brief_of_two_words_sends_little(orch, answering, workspace):
    (workspace / "src").mkdir()
    for number in range(60):
        (workspace / f"src/m{number}.py").write_text(
            "".join(f"def rate_{n}(limit):\n    return {n}\n" for n in range(200))
        )
    (workspace / "a.spec.md").write_text("# Rate limit\n")
    done = await orch("draft", "a.spec.md", "--json")
    assert done.code == 0, done.err
    sent = sum(item["bytes"] for item in done.json()["context"]["items"])
    assert sent < 8_000


LIMITER = "def limit_client(client, gateway):\n    return requests_of(client) < LIMIT\n"
ABOUT = "Limit each client of the gateway to a number of requests."
NOBODY_WROTE = {
    "static/app.min.js": "function limiter(client){return gateway.requests(client)};" * 4_000,
    "src/limiter_pb2.py": "# Generated by the protocol buffer compiler.  DO NOT EDIT!\n"
    + "limit_client_gateway = 1\n" * 400,
    "data/huge.json": '{"limiter":"' + "client gateway requests limit " * 6_000 + '"}',
    "data/rows.csv": "client,gateway,limit,requests\n" * 5_000,
    "poetry.lock": "client gateway limit requests\n" * 3_000,
    "app.js.map": '{"mappings":"AAAA,client,gateway,limiter"}' * 500,
    "CHANGELOG.md": "- limit client gateway requests\n" * 2_000,
    "image.bin": "limit client gateway requests\0" * 1_000,
}


async def test_what_no_person_wrote_takes_nothing_from_what_somebody_did(orch, answering, workspace):
    for name, text in {**NOBODY_WROTE, "src/limiter.py": LIMITER}.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(text)
    (workspace / "latin.py").write_bytes("# limit client gateway requests é\n".encode("latin-1"))
    (workspace / "a.spec.md").write_text(f"# Rate limiter\n\n{ABOUT}\n\n## Tasks\n\nTODO\n")
    done = await orch("draft", "a.spec.md", "--json")
    assert done.code == 0, done.err
    assert [item["path"] for item in done.json()["context"]["items"]] == ["src/limiter.py"]

    named = " ".join(f"[x]({name})" for name in (*NOBODY_WROTE, "latin.py", "src/limiter.py"))
    (workspace / "a.spec.md").write_text(f"# Rate limiter\n\n{ABOUT} {named}\n\n## Tasks\n\nTODO\n")
    shown = (await orch("context", "a.spec.md", "--json")).json()
    assert sum(item["bytes"] for item in shown["items"]) < 40_000
    assert "src/limiter.py" in [item["path"] for item in shown["items"]]
    left_out = {one["path"]: one["reason"] for one in shown["left_out"]}
    assert left_out["image.bin"] == "binary"
    assert left_out["latin.py"] == "not UTF-8 text"
    assert left_out["static/app.min.js"] == left_out["data/huge.json"] == "no room in the budget"


async def test_a_log_of_a_gigabyte_is_named_and_not_read(orch, answering, workspace):
    (workspace / "limiter.py").write_text(LIMITER)
    with (workspace / "server.log").open("wb") as log:
        log.write(b"limit client gateway requests\n")
        log.truncate(1024**3)
    (workspace / "a.spec.md").write_text(
        f"# Rate limiter\n\n{ABOUT} See [the log](server.log#L1-L2) and @server.log.\n"
    )
    done = await orch("draft", "a.spec.md", "--json")
    assert done.code == 0, done.err
    context = done.json()["context"]
    assert [item["path"] for item in context["items"]] == ["limiter.py"]
    assert {"path": "server.log", "reason": "larger than 512 kB"} in context["left_out"]


async def test_one_file_that_no_repository_holds(orch, answering, tmp_path):
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "a.spec.md").write_text(f"# Rate limiter\n\n{ABOUT} See `limiter.py` and @gateway.\n")
    done = await orch("draft", "a.spec.md", "--json", cwd=folder)
    assert done.code == 0, done.err
    assert done.json()["context"]["items"] == []
    assert ABOUT in answering.requests[0].json()["messages"][-1]["content"]


async def test_submodules_worktrees_and_checkouts_within_are_of_nobody_else(orch, answering, tmp_path):
    def git(folder: Path, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for folder in (inner, outer):
        folder.mkdir()
        (folder / f"{folder.name}.py").write_text(LIMITER)
        (folder / "a.spec.md").write_text(f"# Rate limiter\n\n{ABOUT} See [x](sub/inner.py), @nested/inner.py.\n")
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "first")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    git(outer, "worktree", "add", "-q", str(tmp_path / "tree"))
    shutil.copytree(inner, outer / "nested")
    for root, sent in (
        (tmp_path / "tree", {"outer.py"}),
        (outer / "sub", {"inner.py"}),
        (outer / "nested", {"inner.py"}),
        (outer, {"outer.py", "sub/inner.py", "nested/inner.py"}),  # The two that it names, which nothing else chooses.
    ):
        shown = await orch("context", "a.spec.md", "--json", cwd=root)
        assert shown.code == 0, shown.err
        assert {item["path"] for item in shown.json()["items"]} - {".gitmodules"} == sent, root.name
        told = {one["path"] for one in shown.json()["left_out"] if one["reason"].startswith("a checkout of its own")}
        assert told == ({"sub/", "nested/"} if root == outer else set())


async def test_a_folder_that_becomes_a_link_between_preview_and_send_leads_nowhere(start_editor, answering, tree):
    editor = await start_editor()
    uri = editor.open(tree / "a.spec.md", SPEC)
    await editor.execute("orch.previewContext", {"uri": uri, "open": False})
    (tree / "src").rename(tree.parent / "src-before")
    for name in "abc":
        (tree.parent / "src-before" / f"{name}.py").write_text(f"{OUTSIDE} = '{name}'\n")
    (tree / "src").symlink_to(tree.parent / "src-before")
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied"
    assert OUTSIDE.encode() not in answering.requests[0].body
    assert "not sent any more: src/a.py, src/b.py, src/c.py" in said(record)
    reasons = {entry["path"]: entry["reason"] for entry in record["context"]["left_out"]}
    assert {reasons[f"src/{name}.py"] for name in "abc"} == {"link out of the workspace"}


@pytest.mark.parametrize("harm", ["damaged", "of another version", "cut off"])
async def test_an_index_that_cannot_be_used_costs_no_draft(orch, homes, provider, workspace, harm):
    homes.use(provider.url)
    provider.script(*[stream_reply(chat_pieces(ANSWER))] * 2)
    for number in range(520):
        (workspace / f"file{number}.py").write_text(f"def name{number}(): ...\n")
    (workspace / "limiter.py").write_text(LIMITER)
    (workspace / "a.spec.md").write_text(f"# Rate limiter\n\n{ABOUT}\n\n## Tasks\n\nTODO\n")
    order = json.dumps({"do": "build", "root": str(workspace.resolve()), "max_files": 1_000}).encode()
    command = [sys.executable, "-P", "-m", "orch_lsp.context.index.child"]
    build = await asyncio.create_subprocess_exec(
        *command, env=homes.process_environment(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert build.stdin is not None
    assert build.stdout is not None
    build.stdin.write(order + b"\n")
    assert b'"end": "built"' in await build.stdout.read()
    await build.communicate()
    place = workspace / ".orch/local/context.db"
    content = place.read_bytes()
    for beside in workspace.glob(".orch/local/context.db-*"):
        beside.unlink()
    if harm == "damaged":
        place.write_bytes(content[:4096] + bytes(len(content) - 4096))
    elif harm == "cut off":
        place.write_bytes(content[: len(content) // 2])
    else:
        place.write_bytes(content[:60] + (9_999).to_bytes(4, "big") + content[64:])
    harmed = place.read_bytes()
    done = await orch("draft", "a.spec.md", "--json")
    assert done.code == 0, done.err
    context = done.json()["context"]
    assert "limiter.py" in [item["path"] for item in context["items"]]
    assert not place.exists() or place.read_bytes() != harmed


OUTSIDE_MENTIONS = [
    "[x](../outside.py)", "[x](/etc/passwd)", "@../outside.py", "@/etc/passwd#L1-L2", "<file:///etc/passwd>",
    "`../outside.py`", "[x](src/../../outside.py)", "[x](%2e%2e/outside.py)", "[x](linked.py)",
]  # fmt: skip


async def test_a_mention_outside_the_workspace_shows_and_sends_nothing(start_editor, answering, tree):
    (tree / "linked.py").symlink_to(tree.parent / "outside.py")
    editor = await start_editor()
    text = "# Rate limiter\n\nLimit each client.\n\n" + "\n\n".join(OUTSIDE_MENTIONS) + "\n\n## Tasks\n\nTODO\n"
    uri = editor.open(tree / "a.spec.md", text)
    lines = text.split("\n")
    for written in OUTSIDE_MENTIONS:
        line = lines.index(written)
        place = types.Position(line, len(written) - 2)
        found = await editor.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), place)
        )
        assert found is None or (OUTSIDE not in str(found.contents) and "root:" not in str(found.contents)), written
        leads = await editor.client.text_document_definition_async(
            types.DefinitionParams(types.TextDocumentIdentifier(uri), place)
        )
        assert not leads, written
    record = await editor.draft(uri)
    assert record["draft"]["state"] == "applied"
    assert record["context"]["items"] == [] or OUTSIDE not in json.dumps(record["context"])
    assert OUTSIDE.encode() not in answering.requests[0].body
    assert b"root:x:0" not in answering.requests[0].body
