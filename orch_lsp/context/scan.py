"""The last look at a text before it is sent: nothing in it may look like a secret."""

from __future__ import annotations

from orch_lsp.secret_shapes import find_secrets
from orch_lsp.text import LineIndex


def first_secret(text: str) -> tuple[int, str] | None:
    """The zero-based line and the kind of the first secret in a text, or None."""
    first = min(find_secrets(text), key=lambda match: match.span, default=None)
    if first is None:
        return None
    return LineIndex(text).position(first.span.start)[0], first.kind
