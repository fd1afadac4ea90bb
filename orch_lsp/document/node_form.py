"""Forms of the nodes that a person adds by hand, as the documents of a format have them. Data alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from orch_lsp.document.node import NodeKind

STAND_IN = "TODO"
"""The words that a person is to write; a place that holds it alone is open."""


@dataclass(frozen=True, slots=True)
class NodeForm:
    """One kind of node that can be added, in the style of the one beside it, or as the first one."""

    kind: NodeKind
    what: str
    """Its name for people: `user story`."""
    words: str = STAND_IN
    """The words behind its id, if those of the node beside it are alike; LF line ends."""
    first: str = ""
    """The line of the first one, with `{}` (or `{:03d}`) for its number, without its words.

    Empty if there has to be one already."""
    key: str = ""
    """The key of the first one, with `{}` for its number."""
    sections: frozenset[str] = frozenset()
    """Keys of the profile's sections in which the first one may stand."""
    within: NodeKind | None = None
    """The kind of node in which it stands; None for a section."""
    body: str = ""
    """The lines below a heading, after a blank line."""
    kept: re.Pattern[str] | None = field(default=None, compare=False)
    """Marks behind an id that are those of the node beside it, too, as its group `kept`."""
    has_parts: bool = False
    """Whether one can hold others, numbered by it: `2.1` in `2`."""
    openings: tuple[str, ...] = ()
    """Words by which its text, or a step in it, begins: `WHEN`, `**GIVEN**`; in the language that the tool knows."""
    labels: tuple[str, ...] = ()
    """Labels that may stand behind its id: `[P]`."""
    label_of: NodeKind | None = None
    """The kind of node whose keys are labels, too, in square brackets."""
    marks: tuple[str, ...] = ()
    """Words that may stand in square brackets behind its own: `Gap`, `Spec §`."""
