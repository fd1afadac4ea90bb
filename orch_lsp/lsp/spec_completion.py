"""Completion in specs: what the core proposes at a place, as items for any client.

A client that declares nothing gets plain texts. The text of what an item names comes with it while that is short, and
else when the client asks for the item.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from lsprotocol import types

from orch_lsp.context.tree import FileTree
from orch_lsp.document.node import Node
from orch_lsp.language.citing import citable, may_be_begun
from orch_lsp.language.path_words import path_word
from orch_lsp.language.proposal import Proposal, ProposalKind, escaped
from orch_lsp.language.proposing import proposals as format_words
from orch_lsp.lsp import mentioned
from orch_lsp.lsp.about_node import description
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.index.spec_index import Known
from orch_lsp.orchestration.index.spec_indexes import GLANCE_SECONDS
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.text import at_most

MOST = 300
"""Items of one answer; with more, the client is told to ask again when more is typed."""
_PATIENCE_S = 1.0
"""How long the first look at the files is waited for; the list is said to be incomplete then."""
_MOST_TOLD = 8_192
"""Characters of documentation in one answer; with more, it comes when the client asks for it."""
_LONGEST_DETAIL = 80
_KINDS: dict[ProposalKind, types.CompletionItemKind] = {
    "reference": types.CompletionItemKind.Reference,
    "section": types.CompletionItemKind.Struct,
    "label": types.CompletionItemKind.EnumMember,
    "keyword": types.CompletionItemKind.Keyword,
    "skeleton": types.CompletionItemKind.Snippet,
    "path": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
    "symbol": types.CompletionItemKind.Class,
    "lines": types.CompletionItemKind.Reference,
}


async def proposals(snapshot: Snapshot, position: types.Position) -> types.CompletionList | None:
    """All that can be written at a position of a spec; None if nothing is proposed there."""
    reading = await snapshot.reading()
    if not is_spec(reading) or reading.indexed.frozen:
        return None
    positions = await asyncio.to_thread(snapshot.positions)
    offset = positions.offset(position)
    if not may_be_begun(reading.document, offset):
        return None
    named = await mentioned.named(snapshot, reading, offset)
    known = None if named else await _known(snapshot, reading)
    if known is not None:
        return await asyncio.to_thread(_proposals, snapshot, reading, known, positions, offset)
    items = [_item(snapshot, positions, one, number, with_documentation=True) for number, one in enumerate(named)]
    return types.CompletionList(is_incomplete=True, items=items)


async def _known(snapshot: Snapshot, reading: Reading) -> Known:
    """The documents whose nodes can be proposed: those of the spec and of the specs that it has a name for."""
    if reading.index.is_whole:
        return Known(reading.index, is_complete=True)
    own = reading.indexed
    return await snapshot.index_about({own.own_scope, *own.places.values()}, GLANCE_SECONDS, citing=False)


def _proposals(
    snapshot: Snapshot, reading: Reading, known: Known, positions: Positions, offset: int
) -> types.CompletionList | None:
    index = known.index
    found = [
        Proposal(
            one.text.strip(), one.span, one.text, "reference", filter=one.filter, found=one.found,
            detail="" if one.found is None else _detail(one.found.node),
        )
        for one in citable(index, reading.document, reading.spec_path, offset)
    ]  # fmt: skip
    found += format_words(index, reading.document, reading.spec_path, offset)
    found += _files(reading, offset)
    if not found:
        # Of files that were not read yet the client is to ask again.
        return None if known.is_complete else types.CompletionList(is_incomplete=True, items=[])
    shown = _nearest(found, snapshot.text, offset)[:MOST]
    is_short = sum(_length(one) for one in shown) <= _MOST_TOLD
    items = [_item(snapshot, positions, one, number, with_documentation=is_short) for number, one in enumerate(shown)]
    return types.CompletionList(is_incomplete=len(found) > MOST or not known.is_complete, items=items)


def _files(reading: Reading, offset: int) -> Iterator[Proposal]:
    """Files and folders of the workspace where a path is typed, one level at a time: those that git would track."""
    word = path_word(reading.document, reading.spec_path, offset)
    if word is None or reading.root is None:
        return
    begun = word.name.casefold()
    for name, is_folder in FileTree(reading.root).within(word.folder):
        if name.casefold().startswith(begun) and _is_printable(name):
            written = quote(name, safe="!$&'*+,;=:@~") if word.is_link else name
            text = f"{written}/" if is_folder else written
            yield Proposal(f"{name}/" if is_folder else name, word.span, text, "folder" if is_folder else "path")


def _is_printable(name: str) -> bool:
    """Whether a file's name can stand in a line: no control characters, and no half of a character."""
    return name.isprintable() and "`" not in name


def _nearest(found: Sequence[Proposal], text: str, offset: int) -> Sequence[Proposal]:
    """All of them; of too many those that hold what was typed."""
    if len(found) <= MOST:
        return found
    return [one for one in found if text[one.span.start : offset].casefold() in one.text.casefold()]


def _item(
    snapshot: Snapshot, positions: Positions, proposal: Proposal, number: int, *, with_documentation: bool
) -> types.CompletionItem:
    client = snapshot.client
    snippet = proposal.snippet if client.completion_snippets else ""
    if client.completion_snippets and not snippet and len(proposal.text.split()) > 1:
        # Neovim puts a plain text in only up to its first blank.
        snippet = escaped(proposal.text)
    item = types.CompletionItem(
        label=proposal.label,
        kind=_KINDS[proposal.kind],
        sort_text=f"{number:05}",
        filter_text=proposal.filter or proposal.text,
        insert_text_format=types.InsertTextFormat.Snippet if snippet else types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(positions.range(proposal.span), snippet or proposal.text),
    )
    if proposal.detail:
        item.detail = proposal.detail
    found = proposal.found
    if found is not None and with_documentation:
        item.documentation = documentation(snapshot, found.path, found.node)
    elif found is not None:
        item.data = {"uri": snapshot.uri, "path": found.path, "key": found.node.key}
    return item


def documentation(snapshot: Snapshot, path: str, node: Node) -> types.MarkupContent | str:
    """The text of a node with its path, as the client shows documentation."""
    words = description(node, path, is_markdown=snapshot.client.completion_markdown)
    return types.MarkupContent(types.MarkupKind.Markdown, words) if snapshot.client.completion_markdown else words


def _detail(node: Node) -> str:
    return at_most(" ".join(node.title.split()), _LONGEST_DETAIL)


def _length(proposal: Proposal) -> int:
    found = proposal.found
    return 0 if found is None else found.node.span.end - found.node.span.start
