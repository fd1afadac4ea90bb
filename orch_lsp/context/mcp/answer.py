"""The answer of a server: texts with their origins, as they came, and all that was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orch_lsp.context.item import Exclusion
from orch_lsp.redaction import REPLACEMENT

_SHORTEST_SECRET = 8


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
    kept = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def cleaned(text: str) -> str:
        for secret in kept:
            text = text.replace(secret, REPLACEMENT)
        return text

    texts = [Given(cleaned(one.origin), cleaned(one.text), one.is_named) for one in answer.texts]
    left_out = [Exclusion(cleaned(one.path), cleaned(one.reason)) for one in answer.left_out]
    return Answer(answer.origin, texts, left_out, answer.protocol, cleaned(answer.failure))
