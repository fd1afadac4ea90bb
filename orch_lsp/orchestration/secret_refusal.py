"""Texts that are never sent: secrets by their looks, and keys that are in use."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from orch_lsp.context.scan import first_secret
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.providers.base import GenerationRequest
from orch_lsp.redaction import Redactor
from orch_lsp.text import LineIndex


def refuse_secrets(document: str, request: GenerationRequest) -> None:
    """Look through everything that would be sent.

    Raises:
        ContextError: It holds what looks like a secret; the error names the kind and, in the document, the line.
    """
    found = first_secret(document)
    if found is not None:
        line, kind = found
        raise ContextError(
            ErrorCode.SECRET_BLOCKED, f"Line {line + 1} of the document looks like a secret ({kind}).", line=line
        )
    found = first_secret(request.system_instructions) or first_secret(request.prompt)
    if found is not None:
        raise ContextError(
            ErrorCode.SECRET_BLOCKED, f"The assembled request holds what looks like a secret ({found[1]})."
        )


def without_live_keys(document: str, request: GenerationRequest, redactor: Redactor) -> GenerationRequest:
    """The request with live keys taken out of what the workspace gave; they need not look like secrets.

    Raises:
        ContextError: The document itself holds one; the error names the line.
    """
    line = live_key_line(document, redactor)
    if line is not None:
        raise ContextError(
            ErrorCode.SECRET_BLOCKED, f"Line {line + 1} of the document holds a key that is in use.", line=line
        )
    bounds = (0, *request.cache_marks, len(request.prompt))
    pieces = [redactor.redact_known(request.prompt[start:end]) for start, end in pairwise(bounds)]
    return replace(
        request,
        prompt="".join(pieces),
        cache_marks=tuple(accumulate(map(len, pieces[:-1]))),
        system_instructions=redactor.redact_known(request.system_instructions),
    )


def live_key_line(text: str, redactor: Redactor) -> int | None:
    """The zero-based line of the first live key in a text, or None."""
    if redactor.redact_known(text) == text:
        return None
    first = min((at for key in redactor.values if (at := text.find(key)) >= 0), default=0)
    return LineIndex(text).position(first)[0]


def secret_line(text: str, redactor: Redactor) -> int | None:
    """The zero-based line on which a text holds a secret, known or by its looks, or None."""
    found = first_secret(text)
    return live_key_line(text, redactor) if found is None else found[0]
