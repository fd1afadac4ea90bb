"""The document model: what a spec is, as frozen values over one text.

Offsets are code points into `SpecDocument.text`. A section's body runs from the line after its heading to the
next heading of the same or a higher level, or to the next heading that is a section of the profile.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from orch_lsp.document.body import body_sha256
from orch_lsp.document.node import Node, Nodes
from orch_lsp.document.placeholder import is_placeholder, is_placeholder_in, link_labels
from orch_lsp.document.profile import Profile
from orch_lsp.document.skeleton import Skeleton, skeleton_of
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.markdown.tree import Tree
from orch_lsp.text import Span

_Made = TypeVar("_Made")
_NO_HEADINGS = skeleton_of((), (), (), (0,))


@dataclass(frozen=True)
class Section:
    """A heading with its body."""

    key: str
    """Stable address, unique in the document: a profile section's key (`acceptance-criteria`), else the title's
    slug; duplicates are numbered in document order (`tasks~2`)."""
    title: str
    """The heading's text without markers."""
    level: int
    """1 to 6."""
    heading: Span
    """The heading's line (both lines of a setext heading), without its line end."""
    body: Span
    """From the line after the heading to the section's end; may be empty."""
    profile_key: str | None
    """Key of the profile section that this heading stands for, or None."""
    main: Span
    """From the main heading that this one stands in (itself, if it is one) to the next main heading."""
    main_level: int
    """The level of a heading that is put right after `main`, to be a main heading too."""
    content: str = field(repr=False)
    """The body's text."""
    links: frozenset[str] = field(default=frozenset(), repr=False)
    """Labels for which the document holds a link definition."""
    within_html: bool = False
    """Whether the body begins inside an HTML block, where a draft would be read as HTML."""
    tree: Tree | None = field(default=None, compare=False, repr=False)
    """The document as Markdown reads it; None for a section that is not part of one."""

    @cached_property
    def sha256(self) -> str:
        """Hash of the body's own text (`body`)."""
        return body_sha256(self.content)

    @cached_property
    def placeholder(self) -> bool:
        """Whether nobody has written the body: blank, notes in comments, rules, empty items, stand-ins."""
        if self.within_html:
            return False
        if self.tree is None:
            return is_placeholder(self.content, self.links)
        return is_placeholder_in(self.tree, self.body, self.links)


@dataclass(frozen=True)
class SpecDocument:
    """A parsed snapshot. Parsing never raises: a document that is not a spec is one without sections."""

    text: str
    tree: Tree = field(compare=False, repr=False)
    """The text as Markdown reads it, from after front matter on."""
    profile: Profile
    """The profile that it was read with."""
    title: Span | None
    """Heading span of the document's title (the first heading of level 1 that is no profile section)."""
    title_text: str
    sections: Sequence[Section]
    """All headings with their bodies, the title's included, in document order."""
    preamble: Span
    """Text before the first profile section, after front matter; holds the title."""
    front_matter: FrontMatter | None = None
    unbalanced_fence: Span | None = None
    """The opening line of a code fence that is never closed."""
    profile_sections: Mapping[str, Section] = field(default_factory=dict[str, Section])
    """First section for each profile key that is present."""
    main_level: int = 2
    """The level of a main heading at the end of the document, 1 to 6."""
    skeleton: Skeleton = field(default=_NO_HEADINGS, compare=False, repr=False)
    """The headings without their places, shared with the document that it was an edit ago if those are the same."""

    derived: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], compare=False, repr=False)
    """Values derived from it, see `once`."""
    _nodes: list[Nodes] = field(default_factory=list["Nodes"], init=False, compare=False, repr=False)
    _making: threading.RLock = field(default_factory=threading.RLock, init=False, compare=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """The value that `make` gives, made once for this document and kept with it. Two threads may both make it."""
        if key not in self.derived:
            self.derived[key] = make()
        return self.derived[key]

    @cached_property
    def is_begun(self) -> bool:
        """Whether nothing is written yet but headings of its profile, as in a new document. False for an empty one."""
        known = all(section.profile_key is not None or section.heading == self.title for section in self.sections)
        if not known or not self.sections:
            return False
        links = link_labels(self.tree)
        starts = [self.preamble.start, *(section.heading.end for section in self.sections)]
        ends = [*(section.heading.start for section in self.sections), len(self.text)]
        return all(
            start >= end or is_placeholder_in(self.tree, Span(start, end), links)
            for start, end in zip(starts, ends, strict=True)
        )

    @property
    def nodes(self) -> Nodes:
        """The nodes of the document, made once: threads that ask meanwhile wait, and only for this document."""
        if not self._nodes:
            with self._making:
                if not self._nodes:
                    self._nodes.append(self.profile.nodes(self))
        return self._nodes[0]

    def sections_of(self, around: Sequence[Node]) -> tuple[Section, ...]:
        """The sections among the nodes around a place, the innermost first.

        A section of the profile inside a section of the person's own ends that: nothing stands around it.
        """
        found = (self.headed_at(node.span.start) for node in around)
        sections = [section for section in found if section is not None]
        if not sections:
            return ()
        start = sections[0].heading.start
        return tuple(section for section in sections if start < max(section.body.end, section.heading.end))

    @property
    def headed_by_profile(self) -> Sequence[Section]:
        """The sections whose headings stand for sections of the profile."""
        return [self.sections[number] for number in self.skeleton.of_profile]

    def headed_at(self, offset: int) -> Section | None:
        """The section whose heading begins at an offset."""
        number = bisect_left(self.sections, offset, key=_start)
        section = self.sections[number] if number < len(self.sections) else None
        return section if section is not None and section.heading.start == offset else None


def _start(section: Section) -> int:
    return section.heading.start
