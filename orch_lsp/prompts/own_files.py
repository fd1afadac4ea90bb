"""Files of the user and of a project that replace words of prompts, or were meant to and do not: with the reason.

Only a file in the right folder, of a known name, is ever read for a request. Any other one near it would be passed over
in silence, with its author believing that the model is told so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from orch_lsp.profiles.registry import FORMATS, profile_names
from orch_lsp.prompts.layout import FRAMES, NAMES_IN_FRAME, NAMES_IN_RULES, NEEDED_IN_FRAME
from orch_lsp.prompts.library import MAX_BYTES, TEMPLATES, words_at
from orch_lsp.prompts.words import Fault, faults_of_names
from orch_lsp.runs.escape import plain
from orch_lsp.spelling import near
from orch_lsp.text import shortened
from orch_lsp.workflows.library import prompts_named
from orch_lsp.workspace import ORCH_DIRECTORY, PROMPTS_FOLDER, config_home, resolved

SUFFIX = ".md"
_SHARED = ("core", *FRAMES)
_OTHER_SUFFIXES = frozenset({"", ".markdown", ".mdx", ".text", ".txt", ".md~", ".prompt", ".jinja", ".j2"})
_CORRECT = "Correct the file, or remove it; without it the words of the package are used."
_MOST_LOOKED_AT = 500
_MOST_NAMED = 3
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file that replaces words, or was meant to."""

    path: Path
    shown: str
    """As a person may name it: `.orch/prompts/plain.draft.md`; one of the user's with its whole path."""
    below: Path
    """The folder that it must not lead out of."""
    replaces: str | None
    """The name of the words; None if the file is not used."""
    unused: Fault | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder of prompts, and the one that it lies in."""

    above: Path
    shown_below: str
    of_project: bool

    @property
    def folder(self) -> Path:
        return self.above / PROMPTS_FOLDER

    @property
    def names(self) -> tuple[str, ...]:
        if self.of_project:
            return (*known_names(), *prompts_named(self.above.parent))
        return (*_SHARED, *known_names())

    @property
    def below(self) -> Path:
        """The folder that none of its files may lead out of."""
        return self.above.parent if self.of_project else self.folder

    def shown(self, path: Path) -> str:
        """A file of the place as a person may name it."""
        below = path.relative_to(self.above).as_posix()
        return plain(f"{self.shown_below}/{below}" if self.shown_below else str(path))


@cache
def known_names() -> tuple[str, ...]:
    """The names of parts for kinds of documents, sorted. Blocking: loads each format."""
    names = set(TEMPLATES)
    for name in profile_names():
        found = FORMATS.named(name)
        for profile in () if found is None else found.profiles:
            drafting = None if profile.drafting is None else profile.drafting()
            if drafting is not None:
                names.add(drafting.prompt.name)
    return tuple(sorted(names))


def own_files(root: Path | None) -> tuple[OwnFile, ...]:
    """All of them, the user's first, by name; only the first hundreds of a folder. Blocking."""
    return tuple(one for place in _places(root) for one in _in(place))


def unused_lines(root: Path | None) -> tuple[str, ...]:
    """A sentence with its cure for each file that was meant to replace words and does not. Blocking."""
    # This is asked at each key, and to follow all links takes longer than most of what is said of a document.
    above = [config_home(), *([] if root is None else [root / ORCH_DIRECTORY])]
    if not any(_may_matter(name) for folder in above for name in _listed(folder)):
        return ()
    return tuple(
        f"{one.shown} {one.unused.message}. {one.unused.cure}" for one in own_files(root) if one.unused is not None
    )


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 -- names alone
    except (OSError, ValueError):
        return []


@lru_cache(maxsize=512)
def _may_matter(name: str) -> bool:
    """Whether an entry beside the settings can be a folder of prompts, or be meant as that or as a prompt."""
    return bool(near(name, (PROMPTS_FOLDER,))) or _stem(Path(name)) in {*_SHARED, *known_names()}


def own_file(path: Path, root: Path | None) -> OwnFile | None:
    """The file at a path, which need not exist; None if it lies in no folder of prompts. Blocking."""
    if PROMPTS_FOLDER not in path.parts:
        return None
    real = resolved(path)
    for place in _places(root):
        folder = resolved(place.folder)
        if real.is_relative_to(folder):
            return _judged(place, place.folder / real.relative_to(folder))
    return None


def faults_on_disk(one: OwnFile) -> tuple[Fault, ...]:
    """The faults of a file as it is on disk; none if it is gone. Blocking."""
    if one.replaces is None:
        return faults_of(one, "")
    words = words_at(one.below, one.path.relative_to(one.below).as_posix())
    if isinstance(words, Fault):
        return (words,)
    return () if words is None else faults_of(one, words)


def faults_of(one: OwnFile, text: str) -> tuple[Fault, ...]:
    """The faults of a file with this text; none if it does what its author expects."""
    if one.replaces is None:
        return () if one.unused is None else (one.unused,)
    if not text.strip():
        return (Fault("cannot be used: empty", _CORRECT),)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return (Fault(f"cannot be used: larger than {MAX_BYTES // 1024} KB", _CORRECT),)
    if one.replaces == "core":
        return tuple(faults_of_names(text, ()))
    for frame in FRAMES:
        if frame == one.replaces:
            return tuple(faults_of_names(text, NAMES_IN_FRAME[frame], NEEDED_IN_FRAME[frame]))
    return tuple(faults_of_names(text, NAMES_IN_RULES))


def _places(root: Path | None) -> Iterator[_Place]:
    yield _Place(resolved(config_home()), "", of_project=False)
    if root is not None:
        above = resolved(root) / ORCH_DIRECTORY
        if resolved(above).is_relative_to(resolved(root)):
            yield _Place(above, ORCH_DIRECTORY, of_project=True)


def _in(place: _Place) -> Iterator[OwnFile]:
    """Files in a folder of prompts and in its folders, then such as lie beside it and are named as one of them."""
    for path in _files(place.folder, resolved(place.above)):
        if (one := _judged(place, path)) is not None:
            yield one
    if not _is_folder(place.above):
        return
    beside = [path for path in _entries(place.above) if path.name != PROMPTS_FOLDER]
    for path in beside:
        inner = _entries(path) if _is_folder(path) and near(path.name, (PROMPTS_FOLDER,)) else [path]
        yield from (_misplaced(place, one) for one in inner if _stem(one) in place.names and one.is_file())


def _files(folder: Path, below: Path) -> Iterator[Path]:
    if not resolved(folder).is_relative_to(below):
        return
    for path in _entries(folder):
        if _is_folder(path):
            yield from (inner for inner in _entries(path) if not _is_folder(inner))
        else:
            yield path


def _judged(place: _Place, path: Path) -> OwnFile | None:
    """A file below a folder of prompts; None for one that was not meant to be a prompt."""
    name, stem = path.name, _stem(path)
    if name.startswith(".") or stem.casefold() == "readme":
        return None
    if path.parent != place.folder:
        return _unused(place, path, "folders in the folder of prompts are not looked into", _move(place, stem))
    if name.endswith(SUFFIX) and stem in place.names:
        return OwnFile(path, place.shown(path), place.below, stem)
    if stem in _SHARED and place.of_project:
        reason = f"a project cannot replace `{stem}`, which says whom the model is to believe"
        return _unused(
            place, path, reason, f"If it is yours, put it into {config_home() / PROMPTS_FOLDER}; else remove it."
        )
    exact = next((known for known in place.names if known.casefold() == stem.casefold()), None)
    if exact is not None:
        if name.casefold().endswith(SUFFIX) and _is_same(path, place.folder / f"{exact}{SUFFIX}"):
            # The file system takes the two names for one.
            return OwnFile(path, place.shown(path), place.below, exact)
        return _unused(place, path, "its name is not written so", f"Rename it to `{exact}{SUFFIX}`.")
    meant = _meant(stem, place.names)
    if not meant and path.suffix not in {SUFFIX, *_OTHER_SUFFIXES}:
        return None
    listed = " or ".join(f"`{one}{SUFFIX}`" for one in meant)
    cure = f"Did you mean {listed}?" if meant else f"Known names are {', '.join(f'`{one}`' for one in place.names)}."
    return _unused(place, path, f"there are no words named `{shortened(plain(stem), _LONGEST_NAME)}`", cure)


def _misplaced(place: _Place, path: Path) -> OwnFile:
    return _unused(place, path, "it lies beside the folder of prompts", _move(place, _stem(path)))


def _move(place: _Place, stem: str) -> str:
    name = stem if stem in place.names else next(iter(_meant(stem, place.names)), "NAME")
    return f"Move it to `{place.shown(place.folder / f'{name}{SUFFIX}')}`."


def _unused(place: _Place, path: Path, reason: str, cure: str) -> OwnFile:
    return OwnFile(path, place.shown(path), place.below, None, Fault(f"is not used: {reason}", cure))


def _meant(stem: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The names that somebody may have meant who wrote another: a slip in it, or in one half of it."""
    if found := near(stem, known):
        return found
    return tuple(name for name in known if near(stem, name.split(".")))[:_MOST_NAMED]


def _stem(path: Path) -> str:
    """The name without an ending that text has; `plain.draft` of `plain.draft.md` and of `plain.draft`."""
    return path.stem if path.suffix in {SUFFIX, *_OTHER_SUFFIXES} else path.name


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(_MOST_LOOKED_AT), strict=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
