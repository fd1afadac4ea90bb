"""A new document, begun as the tool of its format would: in its folder, under its name, with its headings.

Nothing that is there is written over, and nothing outside of the workspace is written.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.document.brief import TEMPLATE_NOTE
from orch_lsp.document.node import slug
from orch_lsp.document.profile import Profile
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Clues, Format
from orch_lsp.profiles.recognition import format_of_path
from orch_lsp.profiles.registry import FORMATS, profile_names
from orch_lsp.workspace import resolved

_LONGEST_NAME = 200
_NUMBER = re.compile(r"\d+")
_SMALL = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
_LATIN = str.maketrans(_SMALL | {small.upper(): bare for small, bare in _SMALL.items() if not small.upper().isascii()})
"""Letters that are no others with a mark."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of document that can be begun."""

    profile: str
    kind: str
    description: str


def choices() -> Iterator[Choice]:
    """All kinds of documents that can be begun, format by format, in each the usual one first."""
    for name in profile_names():
        found = FORMATS.named(name)
        if found is None:
            continue
        usual = found.started(None, "name", lambda _: ())
        if len(usual) > 1:
            yield Choice(name, "change", "A change: " + ", ".join(started.kind for started in usual) + ".")
        for profile in found.profiles:
            if found.started(profile.kind, "name", lambda _: ()):
                yield Choice(name, profile.kind, profile.description)


def begin(root: Path, profile: str, kind: str | None, name: str) -> list[Path]:
    """Begin the documents of a format for something that has a name. Blocking.

    Args:
        root: The workspace.
        profile: The format.
        kind: The kind of document; the usual ones of the format for None.
        name: As a person says it: `User login`.

    Returns:
        The files that were written, the one to begin with first.

    Raises:
        SpecError: There is no such profile or kind (`unknown_profile`); the name holds no letter, or one that the
            format's tool does not take, a file is there already, would lie outside of the workspace, or cannot be
            written (`invalid_request`).
    """
    found = FORMATS.named(profile)
    if found is None:
        known = ", ".join(profile_names())
        raise SpecError(ErrorCode.UNKNOWN_PROFILE, f"There is no profile named “{profile}”. Known: {known}.")
    short = slug(name)
    if not short or len(name) > _LONGEST_NAME:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, "A new document needs a name with letters or digits, and not a long one."
        )
    if found.ascii_names:
        short = slug(_in_ascii(name, profile))
    started = found.started(kind, short, lambda folder: _names_in(root / folder))
    if not started:
        kinds = ", ".join(choice.kind for choice in choices() if choice.profile == profile)
        raise SpecError(
            ErrorCode.UNKNOWN_PROFILE,
            f"{profile} has no document of kind “{kind}” that could be begun.",
            remediation=f"Name one of these: {kinds}.",
        )
    texts = [(root / one.path, _text_of(found, one.kind, one.path, title_of(name))) for one in started]
    for file, _ in texts:
        refuse(root, file)
    for file, text in texts:
        write_new(file, text)
    return [file for file, _ in texts]


def _text_of(found: Format, kind: str, path: str, title: str) -> str:
    profile = found.profile(kind)
    return text_of_new(found.profiles[0] if profile is None else profile, path, title)


def text_of_new(profile: Profile, path: str, title: str) -> str:
    """The text of a new document; it names its profile unless its path does.

    Args:
        profile: What it follows.
        path: Where it will be, with `/`.
        title: The title that goes into it.
    """
    known = [one.profile for one in FORMATS.recognised(Clues(path, ""))]
    plain_path = not known and format_of_path(path) is None
    named = known != [profile] and not (profile.name == PLAIN.name and plain_path)
    front_matter = f"---\nprofile: {profile.name}\n---\n\n" if named else ""
    *_, folder, file = ("", *path.split("/"))
    stem = file.rpartition(".")[0] or file
    template = profile.templates.get(stem.casefold()) or profile.template or f"# {{title}}\n\n{TEMPLATE_NOTE}\n"
    values = {
        "{title}": title,
        "{folder}": folder,
        "{date}": dt.datetime.now().astimezone().date().isoformat(),
        "{note}": TEMPLATE_NOTE,
        "{number}": next(iter(_NUMBER.findall(stem)[::-1]), "01"),
    }
    for mark, value in values.items():
        template = template.replace(mark, value)
    return front_matter + template


def _in_ascii(name: str, profile: str) -> str:
    """A name for tools that know Latin letters without marks: `Uber login` for `Über login`."""
    spelled = unicodedata.normalize("NFKD", name.translate(_LATIN))
    bare = "".join(character for character in spelled if not unicodedata.combining(character))
    if any(character.isalnum() and not character.isascii() for character in bare):
        raise SpecError(
            ErrorCode.INVALID_REQUEST,
            f"{profile} takes names of Latin letters and digits alone, and “{name}” has others.",
            remediation="Give a name in Latin letters; the titles in the documents may be in any others.",
        )
    return bare


def title_of(name: str) -> str:
    """A title from a name: its words, the first with a capital; what else is capital stays so."""
    words = " ".join(name.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]


def _names_in(folder: Path) -> Sequence[str]:
    try:
        return tuple(sorted(entry.name for entry in folder.iterdir()))
    except OSError:
        return ()


def refuse(root: Path, file: Path) -> None:
    """Refuse to begin a file that is there, or would lie outside of the workspace (`invalid_request`)."""
    if not resolved(file).is_relative_to(resolved(root)):
        raise SpecError(ErrorCode.INVALID_REQUEST, f"{file} would lie outside of the workspace; nothing was written.")
    if os.path.lexists(file):
        raise _exists(file)


def _exists(file: Path) -> SpecError:
    return SpecError(
        ErrorCode.INVALID_REQUEST,
        f"{file} exists already.",
        remediation="Choose another name; an existing file is never overwritten.",
    )


def write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet, with the folders around it.

    Raises:
        SpecError: It is there, or cannot be written (`invalid_request`).
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as new_file:
            new_file.write(text)
    except FileExistsError as error:
        raise _exists(file) from error
    except OSError as error:
        raise SpecError(
            ErrorCode.INVALID_REQUEST,
            f"{file} cannot be written: {error.strerror}.",
            remediation="Choose a folder that can be written.",
        ) from error
