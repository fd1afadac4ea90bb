"""Files that are not what they were when a person looked at the request, and names that no program likes."""

from __future__ import annotations

import json
import os
import sys

import pytest

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
