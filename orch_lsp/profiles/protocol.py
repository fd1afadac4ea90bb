"""The protocol of a format: the values and functions that one package per format gives.

A package declares an entry point of the group `orch_lsp.profiles` whose value is a `Format`. All that it gives is
plain data and pure functions of a document, so that results can be kept by document version, and a format that fails
costs its own documents alone. No format knows another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Nodes, scope_named
from orch_lsp.document.profile import NodeReader, Profile
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.markdown.tree import Heading

Certainty = Literal["path", "content"]
"""The ground of a recognition: the path, which counts more, or headings and front matter.

Of a path it has to be the same for all documents that are known by theirs: it is also asked for with an empty text."""


@dataclass(frozen=True)
class Clues:
    """Path, title and headings of a document, to recognise it by before it is read as one of any format."""

    path: str
    """With `/`; relative to the workspace's root, or absolute where there is none. It may have a prefix."""
    text: str
    headings: Sequence[Heading] = ()
    front_matter: FrontMatter | None = None

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The path's folders and name."""
        return PurePosixPath(self.path).parts

    @cached_property
    def title(self) -> str:
        """The first heading of the first level, else an empty text."""
        return next((heading.text for heading in self.headings if heading.level == 1), "")

    def below(self, folder: str) -> tuple[str, ...] | None:
        """The parts of the path below the last folder of this name, the file's own name last; None without it."""
        *folders, name = self.parts
        if folder not in folders:
            return None
        at = len(folders) - folders[::-1].index(folder)
        return (*folders[at:], name)


@dataclass(frozen=True, slots=True)
class Recognition:
    """That a document is one of a format."""

    kind: str
    """Which of the format's documents it is: the `kind` of one of its profiles."""
    certainty: Certainty
    scope: str | None = None
    """The spec that it belongs to, mostly its folder: ids mean the same in all documents of one scope. None if it
    stands alone."""
    frozen: bool = False
    """Whether it is read, and neither checked nor written, as what is archived."""
    places: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """Names that its citations have for other specs, with their scopes: `base` for the one that it changes."""
    anchor: int = 0
    """How many parts of the path lead to the folder that bears the format's own name, itself included; 0 for a path
    that any tool may have. Of several formats the one with the greatest is meant: `openspec/specs/001-a/spec.md` is
    OpenSpec's, though `specs/001-a` might be another's."""

    def scope_named(self, name: str | None) -> str | None:
        """The scope that a citation of the document names; None for a place that is not known."""
        return scope_named(name, self.scope, self.places)


def _never(clues: Clues) -> Recognition | None:
    del clues


Listing = Callable[[str], Sequence[str]]
"""The names in a folder of the workspace, which is given relative to it with `/`; none if it is not there."""


@dataclass(frozen=True, slots=True)
class Started:
    """A document that is to be begun."""

    kind: str
    """The `kind` of one of the format's profiles, whose template it gets."""
    path: str
    """Relative to the workspace's root, with `/`."""


def _nowhere(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    del kind, name, listing
    return ()


def _nothing_follows(kind: str, path: str, named: Sequence[str]) -> Sequence[Started]:
    del kind, path, named
    return ()


def _no_scope(path: str) -> str | None:
    del path


@dataclass(frozen=True, slots=True)
class Format:
    """A format with its kinds of documents."""

    name: str
    """By which people name it, in front matter and settings; that of its entry point."""
    profiles: tuple[Profile, ...]
    """One for each kind of document; the first is the one that is meant where nobody says which."""
    recognise: Callable[[Clues], Recognition | None] = _never
    """Whether a document follows the format. Asked of every document that does not name one: be quick."""
    started: Callable[[str | None, str, Listing], Sequence[Started]] = _nowhere
    """The documents that are begun for a kind (None: the usual ones) and a name (lower case, with hyphens), where the
    format's tool would put them, the one to begin with first; none for a kind that nobody begins. Pure."""
    ascii_names: bool = False
    """Whether the format's tool takes names of ASCII letters and digits alone: `started` is given no others."""
    follows: Callable[[str, str, Sequence[str]], Sequence[Started]] = _nothing_follows
    """The documents that are made of one, the next one first: by its kind, its path, and the scopes that it names.
    Pure."""
    scope_by_content: Callable[[str], str | None] = _no_scope
    """The spec to which a document at a path belongs if its content says that it is one of the format. Only formats
    that ship need it: documents that others know by their content are always read."""

    def profile(self, kind: str | None = None) -> Profile | None:
        """The profile for a kind of document; the first for None."""
        if kind is None:
            return self.profiles[0]
        return next((profile for profile in self.profiles if profile.kind == kind), None)


def when_read(find: Callable[[], NodeReader]) -> NodeReader:
    """A reader that is looked up when there is a document to read: a late module is not loaded to recognise one."""

    def nodes(document: SpecDocument) -> Nodes:
        return find()(document)

    return nodes
