"""Text that is synchronised by ranges, between a real client and the real process."""

from __future__ import annotations

import random

import pytest
from lsprotocol import types

from orch_lsp.text import sha256

BRIEF = "# Rate limiter\n\nLimit each client.\n\n"
PIECES = ["word ", "\n", "\r\n", "\r", "😀", "\u2028", "\x0b", "\x0c", "\x85", "字", "\ud83d"]


def typed(source: random.Random, text: str) -> str:
    """The text after something was typed, pasted or deleted below the brief."""
    start, end = sorted(source.randrange(len(BRIEF), len(text) + 1) for _ in range(2))
    end = min(end, start + 12)
    return text[:start] + "".join(source.choices(PIECES, k=source.randrange(5))) + text[end:]


@pytest.mark.parametrize("whole_texts", [False, True], ids=["ranges", "whole texts"])
@pytest.mark.parametrize("name", ["visual_studio_code@v1.65.2", "neovim@v0.11.0", "emacs@v29.1"])
async def test_the_server_has_the_text_that_the_editor_has(start_editor, workspace, name, whole_texts):
    editor = await start_editor(capabilities=name)
    assert editor.result.capabilities.text_document_sync.change is types.TextDocumentSyncKind.Incremental
    editor.whole_texts = whole_texts
    uri = editor.open(workspace / "a.spec.md", f"{BRIEF}words 😀\r\nmore\n")
    source = random.Random(11)
    for _ in range(200):
        before = editor.text(uri)
        after = typed(source, before)
        # Half of a character alone is none for an editor whose texts are UTF-8.
        editor.type(uri, after if editor.encoding == "utf-16" else after.replace("\ud83d", ""))
    editor.type(uri, f"{editor.text(uri)}\n\n## Goal\n\nTODO\n")
    before = editor.text(uri)

    run = (await editor.execute("orch.generateDraft", {"uri": uri, "provider": "outline"}))["runId"]
    await editor.until(lambda: (editor.record(run) or {}).get("applied"))

    assert editor.record(run)["spec"]["sha256_before"] == sha256(before)
    assert editor.record(run)["applied"]["verified"]
    start = before.index("## Goal")
    assert editor.text(uri).startswith(before[:start])


async def test_changes_that_cannot_be_meant_harm_neither_the_server_nor_the_next_draft(start_editor, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", f"{BRIEF}## Goal\n\nTODO\n")

    def at(
        line: int, character: int, end_line: int, end_character: int, text: str
    ) -> types.TextDocumentContentChangePartial:
        places = types.Range(types.Position(line, character), types.Position(end_line, end_character))
        return types.TextDocumentContentChangePartial(places, text)

    editor.change(uri, at(2, 5, 2, 0, "Bound"), version=2)
    editor.change(uri, at(900, 5, 7, 0, "\n## Scope\n\nTBD\n"), version=2)
    editor.change(uri, at(2, 99, 2, 4_000_000, " 😀"), at(2, 99, 2, 99, "."), version=1)
    editor.change("file:///never/opened.md", at(0, 0, 0, 0, "x"), version=2)
    text = f"{BRIEF.replace('Limit each client.', 'Bound each client. 😀.')}## Goal\n\nTODO\n\n## Scope\n\nTBD\n"
    editor.buffers[uri].text, editor.buffers[uri].version = text, 1

    run = (await editor.execute("orch.generateDraft", {"uri": uri, "provider": "outline"}))["runId"]
    await editor.until(lambda: (editor.record(run) or {}).get("applied"))

    assert editor.record(run)["spec"]["sha256_before"] == sha256(text)
    assert editor.text(uri).startswith(text[: text.index("TODO")])


async def test_a_key_in_five_megabytes_with_ten_thousand_headings_gives_the_diagnostics_of_the_text_with_it(
    start_editor, workspace
):
    editor = await start_editor(capabilities="visual_studio_code@v1.65.2")
    part = "Words of a part. " * 29
    text = f"{BRIEF}## Goal\n\nx\n\n" + "".join(f"## Part {n}\n\n{part}\n\n" for n in range(10_000))
    uri = editor.open(workspace / "a.spec.md", text)
    before = await found_in(editor, uri)

    editor.type(uri, text.replace("## Part 5000\n", "## Tasks\n"))
    missing = {code for code, _ in before}
    assert missing == {"missing_section"}
    assert len(await found_in(editor, uri)) == len(before) - 1

    # One key in the middle of the text: a fence that swallows all below it.
    at = editor.text(uri).index("## Tasks\n")
    editor.type(uri, f"{editor.text(uri)[:at]}```\n{editor.text(uri)[at:]}")
    line = text[: text.index("## Part 5000\n")].count("\n")
    after = await found_in(editor, uri)
    assert ("unbalanced_fence", line) in after
    assert len(after) == len(before) + 1


async def found_in(editor, uri: str) -> list[tuple[str, int]]:
    """Code and line of each diagnostic, by a pull."""
    asked = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await editor.client.text_document_diagnostic_async(asked)
    return [(found.code, found.range.start.line) for found in report.items]
