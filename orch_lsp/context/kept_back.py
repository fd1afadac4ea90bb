"""Files that the settings or the project itself keep back: one answer for what is chosen, named, and looked up."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from orch_lsp.context.choke import read_bytes
from orch_lsp.context.ignore import Rules
from orch_lsp.context.item import ContextQuery, Exclusion
from orch_lsp.context.own_ignores import excluded_in
from orch_lsp.context.stamps import Stamp, settled, stamp_of
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.text import split_lines

OWN_IGNORES = ".orchignore"
MAX_BYTES = 256 * 1024
EXCLUDED = "excluded by `context.exclude` or `.orchignore`"
NOT_INCLUDED = "not among `context.include`"


class KeptBack:
    """The globs that hold for a query.

    The project's own are a set by themselves: neither they nor their number bring back what the settings exclude.

    Attributes:
        by_hand: The files that `.orchignore` names one by one.

    Raises:
        ContextError: The project's cannot be read: nobody knows what must not be sent.
    """

    def __init__(self, root: Path, query: ContextQuery) -> None:
        self._include = Rules(query.include) if query.include else None
        own, self.by_hand = _own_rules(root)
        settings = Rules(query.exclude) if query.exclude else None
        self._exclude = tuple(rules for rules in (settings, own) if rules is not None)

    def reason(self, path: str) -> str | None:
        """Why a file is kept back; None if it is not."""
        parts = path.split("/")
        if path == OWN_IGNORES or any(rules.covers(parts) for rules in self._exclude):
            return EXCLUDED
        return NOT_INCLUDED if self._include is not None and not self._include.covers(parts) else None


def stamp_of_own_ignores(root: Path) -> Stamp | None:
    """The stamp of `.orchignore`; None if it is none that a later change would be seen by, or not there. Blocking."""
    try:
        status = os.lstat(root / OWN_IGNORES)
    except OSError:
        return None
    # The stamp of a link says nothing of where it leads.
    return settled(stamp_of(status)) if stat.S_ISREG(status.st_mode) else None


def _own_rules(root: Path) -> tuple[Rules | None, tuple[str, ...]]:
    """The globs of `.orchignore`, as in `.gitignore`, and the files that it names; None and none without that file."""
    if not os.path.lexists(root / OWN_IGNORES):
        return None, ()
    opened = read_bytes(root, OWN_IGNORES, MAX_BYTES)
    if isinstance(opened, Exclusion):
        raise _unread(opened.reason)
    try:
        text = opened.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unread("not UTF-8 text") from error
    return Rules(line.strip() for line in split_lines(text)), excluded_in(text)


def _unread(reason: str) -> ContextError:
    return ContextError(
        ErrorCode.INVALID_SETTINGS,
        f"`{OWN_IGNORES}` cannot be read ({reason}), so that no file of the workspace is sent.",
        remediation=f"Correct or remove `{OWN_IGNORES}` at the root of the workspace.",
    )
