"""Keep secrets out of everything that is written or shown: logs, records, diagnostics, messages.

`Redactor` knows the live keys of the process, whatever they look like; `redact` knows what `secret_shapes` finds.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
import threading
import urllib.parse
from typing import TYPE_CHECKING

from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp import secret_shapes
else:
    secret_shapes = late("orch_lsp.secret_shapes")

_MOST_KEYS = 64
"""Keys that are known at a time: those of the settings are taken up anew at each reading, so that they stay."""
REPLACEMENT = "[redacted]"

# Keys that the documentation of local servers tells people to type; they protect nothing and are ordinary words.
DUMMY_KEYS = frozenset(
    {"dummy", "empty", "lm-studio", "no-key", "no-key-required", "none", "not-needed", "null", "ollama", "test", "vllm"}
)


def redact(text: str) -> str:
    """`text` with everything replaced that is shaped like a secret, and the value of every credential header."""
    # Here, because its expressions take a while to compile, and most of what is said has no need of them.

    pieces: list[str] = []
    position = 0
    for match in secret_shapes.find_secrets(text, strict=False):
        pieces += (text[position : match.span.start], REPLACEMENT)
        position = match.span.end
    return "".join((*pieces, text[position:]))


def _spellings(value: str) -> set[str]:
    """The value as it may stand in a log, a JSON text or a URL."""
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], urllib.parse.quote(value, safe="")}


class Redactor:
    """Knows the live keys of this process. Keys may be added at any time and from any thread.

    A value of less than four characters, or one of the words that local servers accept as a key (`ollama`), is not
    taken up. Tokens that a command makes anew for each run are forgotten once many newer ones came. Below eight
    characters a value is replaced only where it stands alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spellings: dict[str, set[str]] = {}
        self._all: tuple[str, ...] = ()
        self._known: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Take up a live key, a short-lived token or any other value that must not be written anywhere."""
        stripped = value.strip()
        if len(stripped) < 4 or stripped.lower() in DUMMY_KEYS:
            return
        with self._lock:
            is_known = stripped in self._spellings
            self._spellings[stripped] = self._spellings.pop(stripped, None) or _spellings(stripped)
            if is_known:
                return
            if len(self._spellings) > _MOST_KEYS:
                del self._spellings[next(iter(self._spellings))]
            spellings = set(itertools.chain.from_iterable(self._spellings.values()))
            self._all = tuple(sorted(spellings, key=lambda known: (-len(known), known)))
            self._known = re.compile("|".join(map(_exactly, self._all)))

    @property
    def values(self) -> tuple[str, ...]:
        """All live keys, in each of their spellings."""
        return self._all

    def redact_known(self, text: str) -> str:
        """`text` without the live keys, otherwise unchanged: for drafts, which are the user's own text."""
        known = self._known
        return text if known is None else known.sub(REPLACEMENT, text)

    def redact(self, text: str) -> str:
        """`text` without the live keys and without anything shaped like a secret: for logs, records and messages."""
        return redact(self.redact_known(text))

    def __repr__(self) -> str:
        return f"Redactor({len(self._spellings)} keys)"


def _exactly(value: str) -> str:
    pattern = re.escape(value)
    return pattern if len(value) >= 8 else rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"


class RedactingFilter(logging.Filter):
    """Redacts a log record in place: its message with arguments, its exception and its stack."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, redacted."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 -- an argument's own __str__ may raise anything; logging would print it raw
            message = f"{record.msg} (arguments could not be formatted)"
        record.msg = self._redactor.redact(message)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        # Formatters print exc_text; one that reads exc_info would print the exception unredacted.
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


def install_log_filter(redactor: Redactor, *handlers: logging.Handler) -> RedactingFilter:
    """Redact everything that `handlers` write; without handlers, everything that the root logger's write now.

    Filters belong on handlers: one on a logger does not see what its descendants log.
    """
    redacting = RedactingFilter(redactor)
    for handler in handlers or logging.getLogger().handlers:
        handler.addFilter(redacting)
    return redacting
