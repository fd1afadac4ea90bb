"""Which files can hold or cite a node of a spec, told by their paths alone: the others need not be read to answer."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from orch_lsp.orchestration.specs.document_format import format_said
from orch_lsp.profiles.protocol import Recognition
from orch_lsp.profiles.registry import FORMATS
from orch_lsp.settings.model import Settings


class Concerned:
    """The files of a folder that can concern some specs; a doubtful one does.

    A document cites nodes of its own spec, and of those that its format has a name for. Both follow from its path where
    a format knows it by that. Any other stands alone, as does one whose front matter names another format.

    Args:
        scopes: The specs, see `IndexedDocument.own_scope`.
        citing: Whether documents matter that only cite them; without, specs below one of them matter, too.
        settings: Those of the folder.
        named: The folder as its documents are named.
        is_root: Whether it is the root of a workspace: formats see paths below it, of other folders absolute ones.
    """

    def __init__(
        self, scopes: Collection[str], settings: Settings, named: Path, *, is_root: bool, citing: bool = True
    ) -> None:
        self._scopes = frozenset(scopes)
        self._citing = citing
        self._settings = settings
        self._before = "" if is_root else f"{named.as_posix()}/"

    def holds(self, path: str) -> bool:
        """Whether the file at a path is one of them."""
        if path in self._scopes or format_said(path, self._settings) is not None:
            return True
        found = FORMATS.by_path(f"{self._before}{path}")
        return found is None or any(map(self._reaches, found))

    def _reaches(self, found: Recognition) -> bool:
        if found.scope in self._scopes:
            return True
        if not self._citing:
            return found.scope is not None and any(found.scope.startswith(f"{scope}/") for scope in self._scopes)
        places = tuple(found.places.values())
        return any(scope == place or scope.startswith(f"{place}/") for scope in self._scopes for place in places)
