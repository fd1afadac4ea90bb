"""Taking up what the user says of secrets in a document."""

from __future__ import annotations

from pathlib import Path

from orch_lsp.document.model import SpecDocument
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.orchestration.requests.secret_refusal import IN_USE, SecretPlace, secrets_of
from orch_lsp.redaction import Redactor
from orch_lsp.settings.secret_choice_file import remember
from orch_lsp.settings.secret_choices import SecretChoice, read_choices


def choose_at(
    folder: Path, document: SpecDocument, redactor: Redactor, line: int, choice: SecretChoice | None
) -> tuple[SecretPlace, ...]:
    """Remember the user's word on the secrets that stand on a line; None forgets it. Blocking.

    `folder` is the state folder, where it is kept.

    Returns:
        The secrets that are on the line.

    Raises:
        ContextError: There is none on the line, or a key that is in use was to be let pass.
        StoreError: The word cannot be kept.
    """
    known = read_choices(folder)
    found = tuple(place for place in secrets_of(document, known, redactor) if place.is_on(line))
    if not found:
        others = sorted({place.line + 1 for place in secrets_of(document, known, redactor)})
        cure = (
            f"Name one of lines {', '.join(map(str, others))}."
            if others[1:]
            else (f"Name line {others[0]}." if others else "Nothing in the document looks like a secret.")
        )
        raise ContextError(
            ErrorCode.INVALID_REQUEST, f"Nothing on line {line + 1} looks like a secret.", line=line, remediation=cure
        )
    if choice == "allow" and any(place.match.kind == IN_USE for place in found):
        raise ContextError(
            ErrorCode.SECRET_BLOCKED,
            f"Line {line + 1} holds a key that is in use: it is never sent.",
            remediation="Take it out, or let it be redacted.",
            line=line,
        )
    # A key in use may be a part of what looks like a secret, which is searched for without knowing the key.
    by_looks = (place for place in secrets_of(document, known) if place.is_on(line))
    remember(folder, {place.value: choice for place in (*found, *by_looks)})
    return found
