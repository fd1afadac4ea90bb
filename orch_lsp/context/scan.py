"""Secrets in a text that is to be sent: where they are, and the text without them."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.secret_shapes import find_secrets
from orch_lsp.secret_shapes.search import SecretMatch
from orch_lsp.text import LineIndex, line_spans


def first_secret(text: str) -> tuple[int, str] | None:
    """The zero-based line and the kind of the first secret in a text, or None."""
    first = min(find_secrets(text), key=lambda match: match.span, default=None)
    if first is None:
        return None
    return LineIndex(text).position(first.span.start)[0], first.kind


def without_lines(text: str, secrets: Sequence[SecretMatch]) -> tuple[str, dict[int, str]]:
    """The text with a note in place of each line that a secret touches, and the kinds by line; line ends stay.

    Lines are counted from one.
    """
    index = LineIndex(text)
    hidden: dict[int, str] = {}
    for secret in secrets:
        first = index.position(secret.span.start)[0]
        last = index.position(max(secret.span.start, secret.span.end - 1))[0]
        hidden |= {number + 1: secret.kind for number in range(first, last + 1) if number + 1 not in hidden}
    pieces: list[str] = []
    at = 0
    for number, span in enumerate(line_spans(text), start=1):
        if number in hidden:
            pieces += (text[at : span.start], f"[line hidden: {hidden[number]}]")
            at = span.end
    return "".join((*pieces, text[at:])), dict(sorted(hidden.items()))
