"""How long a provider asks to wait, wherever it says so.

Read this on failures only: some providers send the header with every answer.
"""

from __future__ import annotations

import email.utils
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from orch_lsp.providers.error_body import ErrorBody
from orch_lsp.providers.json_values import text

_HINT = re.compile(
    r"(?:try again in|retry after|retry in)\s+((?:\d+(?:\.\d+)?\s*(?:ms|[dhms])[a-z]*\s*)+|\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milli|d|h|m|s)?", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "milli": 0.001, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "": 1.0}


def retry_after_seconds(headers: Mapping[str, str], body: ErrorBody, now: datetime) -> float | None:
    """Seconds to wait, or None if the provider does not say.

    The most exact source comes first: `retry-after-ms` (OpenAI, Azure), `Retry-After` in seconds or as a date
    (RFC 9110), Gemini's `RetryInfo`, and last the sentence in the message.
    """
    if (exact := _number(headers.get("retry-after-ms", ""))) is not None:
        return exact / 1000
    if (header := _header(headers.get("retry-after", ""), now)) is not None:
        return header
    for detail in body.details:
        delay = text(detail.get("retryDelay"))
        if delay.endswith("s") and (seconds := _number(delay[:-1])) is not None:
            return seconds
    return _hint(body.message)


def _header(value: str, now: datetime) -> float | None:
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        date = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _hint(message: str) -> float | None:
    found = _HINT.search(message)
    if found is None:
        return None
    return sum(float(part[1]) * _SECONDS[(part[2] or "").lower()] for part in _PART.finditer(found[1]))
