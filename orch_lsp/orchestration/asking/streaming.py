"""An answer while it arrives: the section that is being written, and text without live keys."""

from __future__ import annotations

from orch_lsp.document.profile import Profile
from orch_lsp.markdown.arriving import ArrivingHeadings
from orch_lsp.redaction import Redactor

_WRAPPINGS = frozenset({"markdown", "md"})
"""Names of fences that models put round a whole draft."""


class SectionTracker:
    """Names the section that a stream of text is writing; linear in the text."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._headings = ArrivingHeadings(_WRAPPINGS)
        self.current: str | None = None
        """Key of the profile section whose heading came last."""
        self.title: str | None = None
        """Its title."""

    def feed(self, text: str) -> None:
        """Take in the next piece."""
        for heading in self._headings.feed(text):
            key = self._profile.key_of_title(heading.text) or self._profile.key_of_alias(heading.text)
            section = self._profile.section(key) if key else None
            if section is not None:
                self.current, self.title = section.key, section.title


class LiveKeyFilter:
    """Takes live keys out of a stream; holds back a tail only while it could be the beginning of one."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._keys = redactor.values
        self._held = ""

    def feed(self, text: str) -> str:
        """The text that is safe to pass on now."""
        if not self._keys:
            return text
        pending = self._redactor.redact_known(self._held + text)
        keep = max((_overlap(pending, key) for key in self._keys), default=0)
        cut = len(pending) - keep
        self._held = pending[cut:]
        return pending[:cut]

    def flush(self) -> str:
        """Return the text that was still held back when the stream ended."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, key: str) -> int:
    """Length of the longest proper beginning of `key` that `text` ends with."""
    at = text.find(key[0], max(0, len(text) - len(key) + 1))
    while at >= 0:
        if key.startswith(text[at:]):
            return len(text) - at
        at = text.find(key[0], at + 1)
    return 0
