"""The documents that a format makes of another one: the plan of a spec, the tasks of a plan, the deltas of a proposal.

They are begun as an empty one would be, and drafted with the documents that they rest on before the model, each of
whose ids it is asked to cite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from orch_lsp.document.node import Nodes
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.language.names import name_of
from orch_lsp.orchestration.index.spec_indexes import WAIT_SECONDS, SpecIndexes
from orch_lsp.orchestration.planning.beginning import refuse, text_of_new, title_of
from orch_lsp.orchestration.planning.plan import instructed
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.profiles.protocol import Started
from orch_lsp.profiles.registry import FORMATS

_RESTED_ON = frozenset({"requirement", "success_criterion", "story", "criterion", "property"})
_MOST_IDS = 200


class Resources(Protocol):
    """The parts of a process that deriving needs."""

    indexes: SpecIndexes


@dataclass(frozen=True, slots=True)
class Derived:
    """A document that is to be begun and drafted."""

    path: Path
    text: str


def next_documents(source: Reading, kind: str | None) -> tuple[Derived, ...]:
    """The documents that come next: those of a kind, or of the first kind of which one is not there yet. Blocking.

    Args:
        source: The document that they are made of.
        kind: A kind of document of its format.

    Raises:
        SpecError: Its format is not known (`unknown_profile`), makes nothing of it (`nothing_to_fill`), has no such
            kind that is made of it (`unknown_profile`), or all of them are there (`invalid_request`).
    """
    path = source.source.path
    if source.no_profile is not None or source.recognition is None or path is None:
        message = source.no_profile.message if source.no_profile is not None else "The document follows no format."
        cure = "Name a document of spec-kit, Kiro or OpenSpec, where the format's own tool puts it."
        raise SpecError(ErrorCode.UNKNOWN_PROFILE, message, remediation=cure)
    found = _following(source)
    name = source.profile.format
    if not found:
        raise SpecError(
            ErrorCode.NOTHING_TO_FILL,
            f"Nothing of {name} is made of {source.profile.kind}.",
            remediation="Name the document that comes before the one that you want.",
        )
    kinds = list(dict.fromkeys(one.kind for one in found))
    if kind is not None and kind not in kinds:
        raise SpecError(
            ErrorCode.UNKNOWN_PROFILE,
            f"Of {source.profile.kind} {name} makes no “{kind}”.",
            remediation=f"Name one of these: {', '.join(kinds)}.",
        )
    base = _base(source, path)
    missing = [one for one in found if (kind is None or one.kind == kind) and not (base / one.path).exists()]
    if not missing:
        raise SpecError(
            ErrorCode.INVALID_REQUEST,
            f"{base / [one for one in found if kind in {None, one.kind}][-1].path} exists already.",
            remediation="Draft what is open in it with `orch-lsp draft`, or amend it with `orch-lsp refine`.",
        )
    return tuple(_begun(source, base, one) for one in missing if one.kind == missing[0].kind)


def _following(source: Reading) -> Sequence[Started]:
    known = FORMATS.named(source.profile.format)
    if known is None or source.recognition is None:
        return ()
    scopes = (source.recognition.scope_named(citation.scope) for citation in source.document.nodes.citations)
    named = tuple(dict.fromkeys(scope for scope in scopes if scope is not None))
    return known.follows(source.profile.kind, source.spec_path, named)


def _base(source: Reading, path: Path) -> Path:
    """The folder to which paths of the format are relative."""
    return source.root if source.root is not None else path.parent


def _begun(source: Reading, base: Path, one: Started) -> Derived:
    known = FORMATS.named(source.profile.format)
    profile = None if known is None else known.profile(one.kind)
    path = base / one.path
    refuse(base, path)
    folder = Path(one.path).parent.name or base.name
    title = source.document.title_text.rpartition(":")[2].strip() or title_of(folder)
    return Derived(path, text_of_new(source.profile if profile is None else profile, one.path, title))


async def resting_on(resources: Resources, begun: Reading, source: Reading) -> Reading:
    """The reading of a document that was begun, so that its draft rests on another one and on those around it."""
    scopes = {begun.indexed.own_scope, source.indexed.own_scope}
    known = await resources.indexes.concerning(begun, tuple(scopes), WAIT_SECONDS)
    begun = replace(begun, around_it=known.index.with_document(source.indexed))
    scope = begun.indexed.own_scope
    within = (one for one in begun.around_it.documents.values() if one.own_scope.startswith(f"{scope}/"))
    others = (one for one in (*begun.neighbours, *within) if one.path not in {source.spec_path, begun.spec_path})
    earlier = sorted((one for one in others if not one.frozen), key=lambda one: one.path)
    paths = (source.spec_path, *(one.path for one in earlier))
    ids = list(dict.fromkeys(_ids((source.document.nodes, *(one.nodes for one in earlier)))))[:_MOST_IDS]
    words = f"Make this document of {', '.join(paths)}, which stand among the excerpts."
    if ids:
        words += f" It rests on these; cite each where it is served, as the format cites: {', '.join(ids)}."
    context = replace(begun.settings.context, pin=tuple(dict.fromkeys((*paths, *begun.settings.context.pin))))
    return instructed(replace(begun, settings=replace(begun.settings, context=context)), words)


def _ids(documents: Iterable[Nodes]) -> Iterator[str]:
    for nodes in documents:
        for node in nodes.nodes:
            # A scenario of a story is served with it, and cited by nobody.
            if node.kind in _RESTED_ON and "/" not in node.key and name_of(node) is not None:
                yield node.key
