"""Making a stranger's words fit to be shown, recorded and logged."""

from __future__ import annotations

import re

from orch_lsp.redaction import redact

MAX_MESSAGE = 300

_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[a-zA-Z!/][^<>]{0,2000}>", re.DOTALL | re.IGNORECASE)
# Angle brackets alone are no markup: messages quote placeholders such as <key>.
_MARKUP = re.compile(r"</[a-z]|<!doctype|<html|<br|<p>", re.IGNORECASE)
# Control, formatting and line-separating characters: they could rewrite a terminal line or hide text.
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")


def clean_message(message: str) -> str:
    """`message` as one line of at most `MAX_MESSAGE` characters: no markup, no control characters, no secrets."""
    # Only a bounded part is looked at: a body may be megabytes.
    part = message[: 20 * MAX_MESSAGE]
    if _MARKUP.search(part):
        part = _TAG.sub(" ", part)
    line = redact(_UNPRINTABLE.sub(" ", part).strip())
    return line if len(line) <= MAX_MESSAGE else line[: MAX_MESSAGE - 1].rstrip() + "…"
