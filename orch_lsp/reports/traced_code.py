"""The places in code and tests that name nodes of specs which are traced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orch_lsp.language.code.links import CodeCitation
from orch_lsp.language.index import Index
from orch_lsp.orchestration.running.session import Session
from orch_lsp.reports.spec_files import ReadSpec
from orch_lsp.workspace import relative_path

_AS_LONG_AS_IT_TAKES = 24 * 3600.0


async def code_naming(
    session: Session, specs: Sequence[ReadSpec], root: Path, complain: Callable[[str], None]
) -> tuple[CodeCitation, ...]:
    """Places in the code of the workspaces of some specs that name nodes of these, by file and place.

    All specs of a workspace are looked at: an id that several declare means the one that the code names.

    Args:
        session: Reads the workspaces.
        specs: The specs that are traced. One without a workspace has no code.
        root: The folder to which all paths are to be relative.
        complain: Takes a sentence on what is left out, for the person.
    """
    by_root: dict[Path, dict[str, ReadSpec]] = {}
    for spec in specs:
        if spec.reading.root is not None:
            by_root.setdefault(spec.reading.root, {})[spec.reading.spec_path] = spec
    found: list[CodeCitation] = []
    for folder, of_it in by_root.items():
        before = "" if folder == root or not folder.is_relative_to(root) else relative_path(folder, root) + "/"
        names = {path: relative_path(spec.file.path, root) for path, spec in of_it.items()}
        found += [_moved(one, before, names) for one in await _below(session, folder, of_it, complain)]
    return tuple(sorted(found, key=lambda one: one.order))


async def _below(
    session: Session, folder: Path, specs: Mapping[str, ReadSpec], complain: Callable[[str], None]
) -> list[CodeCitation]:
    code = await session.code_of(folder)
    if code is None:
        return []
    known = await code.code(None)
    if not known.is_whole:
        complain(f"{folder} holds more code than is looked at: what the rest of it names is not known.")
    declared = {key for spec in specs.values() for key in spec.reading.document.nodes.by_key}
    if all(declared.isdisjoint(mention.keys) for mentions in known.files.values() for mention in mentions):
        # The other specs need not be read.
        return []
    workspace = await session.indexes.whole_of_folder(folder, _AS_LONG_AS_IT_TAKES)
    index = Index() if workspace is None else workspace.index
    index = index.changed({path: spec.reading.indexed for path, spec in specs.items()})
    links = await code.links(index, known)
    return [one for one in links.citations if one.target.path in specs]


def _moved(citation: CodeCitation, before: str, names: Mapping[str, str]) -> CodeCitation:
    target = replace(citation.target, path=names[citation.target.path])
    return replace(citation, path=before + citation.path, target=target)
