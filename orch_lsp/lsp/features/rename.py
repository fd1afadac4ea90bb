"""textDocument/prepareRename and rename: an id or a name, in all specs and all code of the workspace, as one edit."""

from __future__ import annotations

import asyncio
import math
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from lsprotocol import types

from orch_lsp.document.parse import parse
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.language import rename as renaming
from orch_lsp.language.code.rename import changed_places, edits_in_code
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.language.unread import Unread, unread_mentions
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.locations import PlacedDocument, places, uri_of_folder
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.text import Edit, split_lines

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation, CodeLinks
    from orch_lsp.orchestration.index.code_index import CodeIndex

_ELSEWHERE = "orch.elsewhere"
_IN_CODE = "orch.code"
_UNREAD = "orch.unread"
_PLACES_NAMED = 3
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class _CodeEdits:
    """The edits of one file of code."""

    uri: str
    positions: Positions
    edits: tuple[Edit, ...]


async def prepare_rename(
    snapshot: Snapshot, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """The name under the cursor; None where none stands.

    Raises:
        SpecError: `cannot_rename`: a name stands there and cannot be changed. Editors show the reason beside it; for
            None they only say that nothing can be renamed.
    """
    known = await _known(snapshot, params.position)
    if known is None:
        return None
    reading, index = known
    positions = await asyncio.to_thread(snapshot.positions)
    offset = positions.offset(params.position)
    name = await asyncio.to_thread(renaming.name_at, index, reading.spec_path, offset)
    if name is None:
        return None
    path = reading.source.path
    if path is not None and await asyncio.to_thread(_is_read_only, path):
        raise SpecError(ErrorCode.CANNOT_RENAME, f"`{reading.spec_path}` is read-only.")
    return types.PrepareRenamePlaceholder(positions.range(name.span), name.text)


async def rename(snapshot: Snapshot, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edit that changes the name everywhere.

    Raises:
        SpecError: `cannot_rename`, with the reason.
    """
    known = await _known(snapshot, params.position)
    if known is None:
        return None
    reading, index = known
    offset = (await asyncio.to_thread(snapshot.positions)).offset(params.position)
    read = _reader(snapshot, reading)
    made = await asyncio.to_thread(renaming.rename, index, read, reading.spec_path, offset, params.new_name)
    if made is None:
        return None
    code = await _in_code(snapshot, reading, index, made)
    unread = await asyncio.to_thread(unread_mentions, index, read, made)
    there = await places(snapshot, reading, index, {*made.edits, *unread.edits})
    await asyncio.to_thread(_check, snapshot, reading, there.documents, made)
    asked = await asyncio.to_thread(_asked, snapshot, reading, there.documents, unread)
    if left := _left(index, unread, asked):
        snapshot.tell(_told(made, left))
    return _edit(snapshot, there.documents, made, asked, code)


async def _in_code(snapshot: Snapshot, reading: Reading, index: Index, made: renaming.Rename) -> Sequence[_CodeEdits]:
    """The edits of code and tests that name what is renamed.

    Raises:
        SpecError: `cannot_rename`: one of the files cannot be changed as it was read, or cannot hold the name.
    """
    code = await snapshot.session.code_of(reading.root) if made.edits else None
    if code is None:
        return ()

    def choose(links: CodeLinks) -> Sequence[CodeCitation]:
        return changed_places(links, made.renamed)

    if not await code.is_fresh():
        raise SpecError(
            ErrorCode.CANNOT_RENAME,
            "The code of the workspace is still being read: a rename could leave some as it is.",
            remediation="Try again in a moment.",
            retryable=True,
        )
    places_in_code = await code.citations(index, choose, of_seconds=math.inf)
    paths = sorted({citation.path for citation in places_in_code})
    return await asyncio.to_thread(_code_edits, snapshot, reading, index, made, code, paths)


def _code_edits(
    snapshot: Snapshot, reading: Reading, index: Index, made: renaming.Rename, code: CodeIndex, paths: Sequence[str]
) -> Sequence[_CodeEdits]:
    owner = snapshot.session.indexes.of(reading)
    texts: dict[str, str] = {}
    for path in paths:
        texts[path] = _text_of(code, path)
        opened = None if owner is None else owner.opened(path)
        if opened is not None and opened.source.text != texts[path]:
            raise SpecError(
                ErrorCode.CANNOT_RENAME,
                f"`{path}` names it, and has changes that are not saved.",
                remediation="Nothing was changed; save it and try again.",
                retryable=True,
            )
        if owner is not None and _is_read_only(owner.folder / path):
            raise SpecError(ErrorCode.CANNOT_RENAME, f"`{path}` names it, and is read-only.")
    folder = uri_of_folder(snapshot, reading)
    found = edits_in_code(index, made.after, made.renamed, code.known.files, texts)
    return [
        _CodeEdits(f"{folder}/{quote(path)}", Positions(texts[path], snapshot.encoding), edits)
        for path, edits in found.items()
    ]


def _asked(
    snapshot: Snapshot, reading: Reading, documents: Mapping[str, PlacedDocument], unread: Unread
) -> Mapping[str, tuple[Edit, ...]]:
    """The edits that a person may choose besides: a file that cannot be changed as it was read has none. Blocking."""
    if not snapshot.client.change_annotations:
        return {}
    owner = snapshot.session.indexes.of(reading)
    return {
        path: edits
        for path, edits in unread.edits.items()
        if (document := documents.get(path)) is not None
        and document.cut is None
        and not (owner is not None and _is_read_only(owner.folder / path))
    }


def _left(index: Index, unread: Unread, asked: Mapping[str, tuple[Edit, ...]]) -> list[tuple[str, int]]:
    """Path and line of each mention that stays as it is."""
    not_asked = (
        (path, len(split_lines(index.documents[path].text[: edit.span.start])))
        for path, edits in unread.edits.items()
        for edit in (edits if path not in asked else ())
    )
    return sorted([*unread.places, *not_asked])


def _told(made: renaming.Rename, left: Sequence[tuple[str, int]]) -> str:
    named = ", ".join(f"{path.rpartition('/')[2]}:{line}" for path, line in left[:_PLACES_NAMED])
    more = ", …" if len(left) > _PLACES_NAMED else ""
    where = "a place that is" if len(left) == 1 else f"{len(left)} places that are"
    return f"Orch: “{made.name}” stays in {where} not part of the spec's text, such as code: {named}{more}"


async def _known(snapshot: Snapshot, place: types.Position) -> tuple[Reading, Index] | None:
    reading = await snapshot.reading()
    if not is_spec(reading):
        if reading.recognition is not None and reading.indexed.frozen:
            offset = (await asyncio.to_thread(snapshot.positions)).offset(place)
            own = Index.of([reading.indexed])
            # For its refusal, which says why.
            await asyncio.to_thread(renaming.name_at, own, reading.indexed.path, offset)
        return None
    index = await snapshot.index()
    if not index.is_whole:
        raise SpecError(
            ErrorCode.CANNOT_RENAME,
            "Not all specs of the workspace are known: a rename could leave some as they are.",
            remediation="Try again in a moment; `orch-lsp doctor` tells which files are too many or too large.",
        )
    return reading, index


def _reader(snapshot: Snapshot, reading: Reading) -> renaming.Reader:
    owner = snapshot.session.indexes.of(reading)

    def read(document: IndexedDocument, text: str) -> IndexedDocument:
        if document.path == reading.spec_path or owner is None:
            # As it was read here, by a front matter or a setting that may be this document's alone.
            nodes = parse(text, reading.profile).nodes
            return replace(document, nodes=nodes, text=text)
        return owner.read_as(document.path, text).indexed

    return read


def _text_of(code: CodeIndex, path: str) -> str:
    try:
        text = code.text_of(path)
    except UnicodeDecodeError:
        message = f"`{path}` names it, and is not in UTF-8: an editor may not write it back as it is."
        raise SpecError(ErrorCode.CANNOT_RENAME, message) from None
    if text is None:
        raise SpecError(
            ErrorCode.CANNOT_RENAME,
            f"`{path}` was changed since it was read.",
            remediation="Nothing was changed; try again.",
            retryable=True,
        )
    return text


def _check(
    snapshot: Snapshot, reading: Reading, documents: Mapping[str, PlacedDocument], made: renaming.Rename
) -> None:
    """Refuse the whole of it if one file cannot be changed as it was read. Blocking."""
    owner = snapshot.session.indexes.of(reading)
    for path in made.edits:
        document = documents.get(path)
        if document is None:
            raise SpecError(ErrorCode.CANNOT_RENAME, f"`{path}` names it, and cannot be read any more.")
        if document.cut is not None:
            raise SpecError(
                ErrorCode.CANNOT_RENAME,
                f"`{path}` was changed since it was read.",
                remediation="Nothing was changed; try again.",
                retryable=True,
            )
        if owner is not None and _is_read_only(owner.folder / path):
            raise SpecError(ErrorCode.CANNOT_RENAME, f"`{path}` names it, and is read-only.")


def _is_read_only(path: Path) -> bool:
    try:
        return not path.stat().st_mode & _WRITABLE or not os.access(path, os.W_OK)
    except OSError:
        # A document that is open and was never saved.
        return False


def _edit(
    snapshot: Snapshot,
    documents: Mapping[str, PlacedDocument],
    made: renaming.Rename,
    asked: Mapping[str, tuple[Edit, ...]],
    code: Sequence[_CodeEdits],
) -> types.WorkspaceEdit:
    client = snapshot.client
    if not client.document_changes:
        by_uri = {
            documents[path].uri: documents[path].positions.text_edits(edits) for path, edits in made.edits.items()
        }
        by_uri |= {one.uri: one.positions.text_edits(one.edits) for one in code}
        return types.WorkspaceEdit(changes=by_uri)
    changes: list[types.TextDocumentEdit] = []
    annotations: dict[str, types.ChangeAnnotation] = {}
    if asked:
        label = f"Rename “{made.name}” in code, comments and other places outside the text"
        annotations[_UNREAD] = types.ChangeAnnotation(label, needs_confirmation=True, description=made.new_name)
    for path in sorted({*made.edits, *asked}):
        document, edits = documents[path], made.edits.get(path, ())
        target = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        if client.change_annotations and edits and document.uri != snapshot.uri:
            label = f"Rename “{made.name}” in other documents"
            # Not to be confirmed: VS Code would leave these unticked in its preview, and "Apply" rename the half.
            annotations[_ELSEWHERE] = types.ChangeAnnotation(label, needs_confirmation=False, description=made.new_name)
            written = _annotated(document.positions, edits, _ELSEWHERE)
        else:
            written = [*document.positions.text_edits(edits)]
        written += _annotated(document.positions, asked.get(path, ()), _UNREAD)
        changes.append(types.TextDocumentEdit(target, written))
    for one in code:
        target = types.OptionalVersionedTextDocumentIdentifier(one.uri, None)
        if client.change_annotations:
            # To be confirmed: a comment may tell of what was, and the name of a test may be known elsewhere.
            label = f"Rename “{made.name}” in code and tests"
            annotations[_IN_CODE] = types.ChangeAnnotation(label, needs_confirmation=True, description=made.new_name)
            changes.append(types.TextDocumentEdit(target, _annotated(one.positions, one.edits, _IN_CODE)))
        else:
            changes.append(types.TextDocumentEdit(target, [*one.positions.text_edits(one.edits)]))
    return types.WorkspaceEdit(document_changes=[*changes], change_annotations=annotations or None)


def _annotated(
    positions: Positions, edits: tuple[Edit, ...], annotation: str
) -> list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]:
    return [types.AnnotatedTextEdit(annotation, positions.range(edit.span), edit.new_text) for edit in edits]
