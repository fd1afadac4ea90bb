"""The trace of many specs: what can be cited in them, and who cites it, in specs and in code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.late import late
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles, Unreadable, common_root
from orch_lsp.reports.trace_report import Trace, TracedDocument
from orch_lsp.workspace import relative_path

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation
    from orch_lsp.reports import traced_code
else:
    traced_code = late("orch_lsp.reports.traced_code")


@dataclass(frozen=True, slots=True)
class Found:
    """The specs that are traced."""

    specs: list[ReadSpec]
    is_whole: bool
    """False if one of the specs could not be read."""
    code: tuple[CodeCitation, ...]
    """Places in code that name nodes of the specs, with paths relative to the folder that holds all of these."""


async def find(
    files: SpecFiles, session: Session, warn: Callable[[str], None], fail: Callable[[str], None], *, with_code: bool
) -> Found:
    """Read the specs among some files, and the places in code that name their nodes.

    Args:
        files: The files.
        session: Reads the code.
        warn: Takes a sentence on what is left out.
        fail: Takes a sentence on a spec that cannot be read.
        with_code: Whether code is looked at.
    """
    specs: list[ReadSpec] = []
    is_whole = True
    async for found in files.read():
        if isinstance(found, Unreadable):
            is_whole = False
            fail(found.message)
        elif is_spec(found.reading):
            specs.append(found)
        else:
            warn(f"{found.reading.spec_path} is left out: it is not a spec of a known format.")
    code = await traced_code.code_naming(session, specs, root_of(specs), warn) if with_code else ()
    return Found(specs, is_whole, code)


def trace_of(found: Found) -> Trace:
    """Their trace, with paths below the folder that holds them all."""
    specs = found.specs
    root = root_of(specs)
    by_path = {relative_path(spec.file.path, root): spec for spec in specs}
    documents = {
        path: TracedDocument(
            spec.reading.profile.format,
            spec.reading.profile.kind,
            spec.reading.document.title_text,
            spec.reading.document.text,
        )
        for path, spec in sorted(by_path.items())
    }
    index = Index.of(_indexed(path, spec, root) for path, spec in by_path.items())
    return Trace(documents, index, found.code)


def root_of(specs: Sequence[ReadSpec]) -> Path:
    """The folder that all specs lie in."""
    return common_root((spec.root for spec in specs), of_checkout=False)


def _indexed(path: str, spec: ReadSpec, root: Path) -> IndexedDocument:
    """The document as the index knows it, its scopes told apart from those of other workspaces."""
    nodes, known = spec.reading.document.nodes, spec.reading.recognition
    if known is None:
        return IndexedDocument(path, nodes)
    before = "" if spec.root == root or not spec.root.is_relative_to(root) else relative_path(spec.root, root) + "/"
    scope = None if known.scope is None else before + known.scope
    places = {name: before + place for name, place in known.places.items()}
    return IndexedDocument(path, nodes, scope, places, known.frozen)
