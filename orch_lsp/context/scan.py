"""The last look at a request before it is sent: nothing in it may look like a secret."""

from __future__ import annotations

from dataclasses import dataclass

from orch_lsp.redaction import find_secrets
from orch_lsp.text import LineIndex


@dataclass(frozen=True, slots=True)
class RequestSecret:
    """What was found in a request: its kind, and its zero-based line in the spec; None if it is not from there."""

    line: int | None
    kind: str


def first_secret(text: str) -> tuple[int, str] | None:
    """The zero-based line and the kind of the first secret in a text, or None."""
    first = min(find_secrets(text), key=lambda match: match.span, default=None)
    if first is None:
        return None
    return LineIndex(text).position(first.span.start)[0], first.kind


def scan_request(spec_text: str, prompt: str) -> RequestSecret | None:
    """Look through the spec and the assembled prompt; a finding means that nothing may be sent (`secret_blocked`).

    Args:
        spec_text: The whole document, so that the line is the one that the person sees.
        prompt: Everything that goes into the request: instructions, brief and context.
    """
    in_spec = first_secret(spec_text)
    if in_spec is not None:
        return RequestSecret(*in_spec)
    in_prompt = first_secret(prompt)
    return RequestSecret(None, in_prompt[1]) if in_prompt is not None else None
