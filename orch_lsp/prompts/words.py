"""The words of a prompt with the names in it: `{{name}}` stands for a value, and no other name may stand there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from orch_lsp.document.asking import words_in
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.spelling import near
from orch_lsp.text import LineIndex, Span, shortened

_NAME = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LONGEST_SHOWN = 60
_LOST = {
    "instructions": "your instructions",
    "rules": "the rules of the format",
    "sections": "which sections it is to write",
}
"""The loss for a model if a needed name is missing."""


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


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of words that replace those of the package, or of the file that they stand in."""

    message: str
    """A clause whose subject is the file, if it has no span; else a sentence without its capital and full stop."""
    cure: str
    span: Span | None = None
    """Of the name that is at fault; None if it is all of the file."""


def faults_of_names(words: str, known: Collection[str], needed: Collection[str] = ()) -> list[Fault]:
    """Other names than those known, in their order, and then those needed that are missing, as one fault."""
    faults: list[Fault] = []
    found: set[str] = set()
    for match in _NAME.finditer(words):
        name = match[1].strip()
        if name in known:
            found.add(name)
            continue
        meant = near(name, known)
        cure = (f"Did you mean {_listed(meant)}? " if meant else "") + (
            f"Known names are {_listed(known)}." if known else "Take it out: no name may stand in this file."
        )
        message = f"there is nothing named `{{{{{_short(name)}}}}}`"
        faults.append(Fault(message, cure, Span(match.start(), match.end())))
    if missing := set(needed) - found:
        listed, lost = _listed(missing), " and ".join(_LOST.get(name, f"the {name}") for name in sorted(missing))
        value = "its value belongs" if len(missing) == 1 else "their values belong"
        faults.append(Fault(f"lacks {listed}: the model would not be told {lost}", f"Put {listed} where {value}."))
    return faults


def check_names(words: str, where: str, known: Collection[str], needed: Collection[str] = ()) -> None:
    """Refuse words that hold another name than those known, or lack one that is needed.

    Raises:
        SettingsError: They do (`invalid_settings`); the message names the file as `where` has it, and the line.
    """
    for fault in faults_of_names(words, known, needed):
        line = "" if fault.span is None else f", line {LineIndex(words).position(fault.span.start)[0] + 1}:"
        raise SettingsError(ErrorCode.INVALID_SETTINGS, f"{where}{line} {fault.message}.", remediation=fault.cure)


def _short(name: str) -> str:
    return shortened(" ".join(name.split()), _LONGEST_SHOWN)


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{{{{{name}}}}}`" for name in sorted(names))
