"""Making a stranger's words fit to be shown, recorded and logged."""

from __future__ import annotations

import re

from orch_lsp.redaction import redact

MAX_MESSAGE = 300

# Angle brackets alone are no markup: messages quote placeholders such as <key>.
_MARKUP = re.compile(r"</[a-z]|<!doctype|<html|<br|<p>", re.IGNORECASE)
_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[a-zA-Z!/][^<>]{0,2000}>", re.DOTALL | re.IGNORECASE)
_TERMINAL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def clean_message(message: str, longest: int = MAX_MESSAGE) -> str:
    """`message` as one line of at most `longest` characters: no markup, no control characters, no secrets."""
    # Only a bounded part is looked at: a body may be megabytes.
    part = message[: 20 * MAX_MESSAGE]
    if _MARKUP.search(part):
        part = _TAG.sub(" ", part)
    part = _TERMINAL_SEQUENCE.sub("", part)
    # Characters that cannot be printed could rewrite a terminal line, reorder text or hide it.
    printable = "".join(character if character.isprintable() else " " for character in part)
    line = redact(" ".join(printable.split()))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
