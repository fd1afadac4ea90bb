"""The variables that a program of the user's gets when it is started for them: none that holds a key."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_NAMES = (
    (
        *("APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATH", "PATHEXT", "PROCESSOR_ARCHITECTURE"),
        *("SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE"),
    )
    if sys.platform == "win32"
    else ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "USER")
)


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """Those of them that are set."""
    return {name: environment[name] for name in _NAMES if name in environment}
