"""Findings on a word that is being typed wait for its end: a blank, another place, a save, or a pause."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.process.test_across_documents import NOTHING, PULLS, REQUIREMENTS, Shown, write

CODE = "undefined_reference"
PLAN = "# Implementation Plan\n\n- [ ] 1. Say hello\n  - 🎈 _Requirements: 1.1"
WHOLE = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf32])
)


def watch(editor, uri):
    """Versions with the codes that are pushed for them, in their order."""
    seen: list[tuple[int, list[str]]] = []
    recorded = editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def record(params) -> None:
        if params.uri == uri:
            seen.append((params.version, [each.code for each in params.diagnostics]))
        recorded(params)

    editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = record
    return seen


@pytest.fixture
def plan(workspace):
    folder = workspace / ".kiro" / "specs" / "a"
    write(folder / "requirements.md", REQUIREMENTS)
    return write(folder / "tasks.md", f"{PLAN}, 1.8_\n")


@pytest.mark.parametrize("capabilities", [NOTHING, WHOLE], ids=["utf-16", "utf-32"])
@pytest.mark.parametrize("behind", ["", "_\n"])
async def test_an_id_is_missed_when_it_is_typed_to_its_end(start_editor, plan, capabilities, behind):
    editor = await start_editor(capabilities=capabilities, orch=False)
    uri = await shown(editor, plan)
    editor.type(uri, PLAN + behind)
    await editor.until(lambda: CODE not in [each.code for each in editor.client.diagnostics[uri]])
    seen = watch(editor, uri)
    for typed in (", ", ", 1", ", 1.", ", 1.2", ", 1.23"):
        editor.type(uri, PLAN + typed + behind)
    last = editor.buffers[uri].version
    await editor.diagnostic(uri, CODE)
    of_last = [codes for version, codes in seen if version == last]
    assert CODE not in of_last[0]
    assert CODE in of_last[-1]
    assert not any(CODE in codes for version, codes in seen if version < last)


@pytest.mark.parametrize("ending", [" ", ",", "_", "\n"])
async def test_what_stands_behind_a_word_ends_it(start_editor, plan, ending):
    editor = await start_editor(capabilities=NOTHING, orch=False)
    uri = await shown(editor, plan)
    seen = watch(editor, uri)
    editor.type(uri, f"{PLAN}, 1.9{ending}")
    await editor.diagnostic(uri, CODE)
    assert all(CODE in codes for _, codes in seen)


async def test_an_edit_elsewhere_ends_a_word_too(start_editor, plan):
    editor = await start_editor(capabilities=NOTHING, orch=False)
    uri = await shown(editor, plan)
    seen = watch(editor, uri)
    editor.type(uri, f"{PLAN}, 1.9")
    editor.type(uri, f"{PLAN}, 1.9".replace("hello", "hello twice"))
    await editor.until(lambda: seen)
    assert all(CODE in codes for _, codes in seen)


async def test_a_save_ends_a_word_too(start_editor, plan):
    editor = await start_editor(capabilities=NOTHING, orch=False)
    uri = await shown(editor, plan)
    editor.type(uri, f"{PLAN}, 1.9")
    await editor.until(lambda: CODE not in [each.code for each in editor.client.diagnostics[uri]])
    seen = watch(editor, uri)
    editor.save(uri)
    await editor.diagnostic(uri, CODE)
    assert all(CODE in codes for _, codes in seen)


async def test_a_client_that_pulls_is_told_when_the_word_has_ended(start_editor, plan):
    editor = await start_editor(capabilities=PULLS, orch=False)
    pulled = Shown(editor, pulls=True)
    uri = editor.open(plan)
    await pulled.has(uri, CODE)
    editor.type(uri, f"{PLAN}, 1.9")
    assert CODE not in await pulled._pulled(uri)
    await pulled.has(uri, CODE)


async def shown(editor, path):
    """Open a document, and wait until all is known that there is to say of it."""
    uri = editor.open(path)
    await editor.diagnostic(uri, CODE)
    return uri
