"""The answer of a server: texts with their origins, as they came, and all that was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orch_lsp.context.item import Exclusion
from orch_lsp.hidden import strip_hidden
from orch_lsp.redaction import REPLACEMENT
from orch_lsp.text import at_most

_SHORTEST_SECRET = 8
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Given:
    """A text of a server. Nothing was looked at yet: neither for secrets nor for hidden characters."""

    origin: str
    """`mcp:NAME URI`, or `mcp:NAME tool TOOL`."""
    text: str
    is_named: bool
    """Whether the user named it; else it was found in the server's own list."""


@dataclass(slots=True)
class Answer:
    """Grows while a server is asked, so that a server that dies leaves what it gave before."""

    origin: str
    texts: list[Given] = field(default_factory=list[Given])
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])
    protocol: str = ""
    failure: str = ""
    """Why the server did not answer to the end; empty if it did."""


def without(answer: Answer, secrets: Sequence[str]) -> Answer:
    """The same without the keys that the server was given, should it repeat one.

    Args:
        answer: What it gave.
        secrets: The keys; one that is contained in another stands behind it.
    """

    def cleaned(text: str) -> str:
        return _cleaned(text, secrets)

    texts = [Given(cleaned(one.origin), cleaned(one.text), one.is_named) for one in answer.texts]
    left_out = [Exclusion(cleaned(one.path), cleaned(one.reason)) for one in answer.left_out]
    return Answer(answer.origin, texts, left_out, answer.protocol, cleaned(answer.failure))


def shown(text: str, secrets: Sequence[str]) -> str:
    """Words of a server as a reason repeats them: few, on one line, and no key or beginning of one among them."""
    return at_most(" ".join(_cleaned(strip_hidden(text)[0], secrets).split()), _LONGEST_REASON)


def _cleaned(text: str, secrets: Sequence[str]) -> str:
    kept = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    # Hidden characters are taken out later, which would put a key together again.
    plain = strip_hidden(text)[0] if kept else text
    if any(secret in plain for secret in kept):
        text = plain
    for secret in kept:
        text = text.replace(secret, REPLACEMENT)
    return text
