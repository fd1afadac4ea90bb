"""The words of a prompt with the names in it: `{{name}}` stands for a value, and no other name may stand there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache

from orch_lsp.document.asking import words_in
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.text import LineIndex

_NAME = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LONGEST_SHOWN = 60


@cache
def packaged(name: str) -> str:
    """The words of the file `NAME.md` beside this module."""
    return words_in(__name__.rpartition(".")[0], f"{name}.md")


def filled(words: str, values: Mapping[str, str]) -> str:
    """Words with the values in place of their names. A value's own braces stay as they are.

    Raises:
        KeyError: A name has no value; `check_names` says so in time.
    """
    return _NAME.sub(lambda found: values[found[1].strip()], words)


def check_names(words: str, where: str, known: Collection[str], needed: Collection[str] = ()) -> None:
    """Refuse words that hold another name than those known, or lack one that is needed.

    Raises:
        SettingsError: They do (`invalid_settings`); the message names the file as `where` has it, and the line.
    """
    found: set[str] = set()
    for match in _NAME.finditer(words):
        name = match[1].strip()
        if name not in known:
            line = LineIndex(words).position(match.start())[0] + 1
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS,
                f"{where}, line {line}: there is nothing named `{{{{{_short(name)}}}}}`.",
                remediation=f"Known names are {_listed(known)}."
                if known
                else "Take it out: no name may stand in this file.",
            )
        found.add(name)
    missing = sorted(set(needed) - found)
    if missing:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{where} lacks {_listed(missing)}: the model would not be told what it is to write.",
            remediation="Put the missing names where their values belong.",
        )


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{{{{{name}}}}}`" for name in sorted(names))
