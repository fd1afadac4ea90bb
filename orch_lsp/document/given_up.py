"""Nodes that a document gave up: they stay so that their ids are not used again, and nothing is asked of them.

`- **FR-002**: SUPERSEDED by FR-007`, `- ~~**FR-003**: …~~ RETIRED`, `### User Story 2 - Share (RETIRED)`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.node import Node

_WORDS = r"(?:SUPERSEDED|RETIRED|WITHDRAWN|REVERTED|OBSOLETE|DEPRECATED)"
_BEHIND = r"[*_~]{0,3}[ \t]*(?:\Z|[)\]】）]|[(\[（【—–:：]|[ \t-]*(?:by|in|on|as of|since|per|with|durch|\d{4})\b)"
_SAID = re.compile(
    rf"(?:\A[^\w`\"“]{{0,12}}|[)\]~—–*（(【\[][ \t*_~]{{0,4}}){_WORDS}(?!\w){_BEHIND}"
    r"|\A[^\w`\"“]{0,12}(?i:superseded by\b|retired[.:：]?\s*\Z|已(?:废弃|廢棄|弃用|棄用|取代)|廃止|폐기)"
)
"""At the beginning of the words, or behind them: a state that is called `RETIRED` is none of these."""
_STRUCK = re.compile(r"~~[*_ \t]{0,4}\Z")
_LONGEST_LOOK = 2_000


def is_given_up(node: Node) -> bool:
    """Whether the first line of a node says that it holds no more, in capitals, or is struck through."""
    return node.name is not None and is_said_given_up(node.source, node.name)


def is_said_given_up(text: str, name: Span) -> bool:
    """Whether the line of a name, or of a range of them, says of it that it holds no more, or strikes it through."""
    end = min(end_of_line(text, name.end), name.end + _LONGEST_LOOK)
    return _gives_up(text[max(0, name.start - 6) : name.start], text[name.end : end])


@lru_cache(maxsize=4_096)
def _gives_up(before: str, behind: str) -> bool:
    # Each rule asks this of the nodes around a key.
    return _STRUCK.search(before) is not None or _SAID.search(behind.rstrip()) is not None
