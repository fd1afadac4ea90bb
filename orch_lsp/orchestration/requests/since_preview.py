"""A request that was shown beside the one that is sent: files change, vanish and become links meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.context.item import ContextResult
from orch_lsp.orchestration.planning.plan import PieceOfFile, Previewed
from orch_lsp.orchestration.requests.prepare import Prepared
from orch_lsp.runs.record import Finding
from orch_lsp.text import sha256
from orch_lsp.workspace import in_unicode

RULE = "changed_since_preview"
_MOST_NAMED = 10


def previewed_of(prepared: Prepared, document: str, context: ContextResult) -> Previewed:
    """The kept part of a request that is shown."""
    return Previewed(prepared.body_sha256, sha256(document), _pieces(context))


def changed_since(
    before: Previewed, prepared: Prepared, document: str, context: ContextResult, step: str
) -> tuple[Finding, ...]:
    """One finding that says what of a request is other than it was shown; none if it is byte for byte the same."""
    if prepared.body_sha256 == before.body_sha256:
        return ()
    said = "; ".join(_changes(before, document, context)) or "the settings, the prompt or the task"
    message = f"The request is not the one that was shown before. Changed since then: {said}."
    return (Finding(RULE, "information", message[:500], step=step),)


def _changes(before: Previewed, document: str, context: ContextResult) -> Iterator[str]:
    if sha256(document) != before.document_sha256:
        yield "the document"
    now = _pieces(context)
    paths, paths_before = {path for path, _ in now}, {path for path, _ in before.pieces}
    changed = {place[0] for place in now.keys() ^ before.pieces.keys()}
    changed |= {place[0] for place in now.keys() & before.pieces.keys() if now[place] != before.pieces[place]}
    for word, found in (
        ("changed", changed & paths & paths_before),
        ("not sent any more", paths_before - paths),
        ("new", paths - paths_before),
    ):
        if found:
            named = ", ".join(sorted(map(in_unicode, found))[:_MOST_NAMED])
            more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
            yield f"{word}: {named}{more}"


def _pieces(context: ContextResult) -> dict[PieceOfFile, str]:
    return {(item.path, item.lines): item.sha256 for item in context.items}
