"""The end of an answer proved from its text, for services that do not say why a model stopped.

The request asks for a mark as the last line. The mark holds a part of the hash of the request's words, so that no text
that is quoted in them can hold it. An answer without it is one that broke off, whatever else it looks like.
"""

from __future__ import annotations

import hashlib
import re

_HELD = re.compile(r"[\s*`_]*")
_AROUND = " \t\r*`_"
_FENCE = re.compile(r"[`~]{3,}\s*")


class EndMark:
    """Takes the mark of one request out of its answer, as the answer comes in.

    Args:
        prompt: The words of the request; those that ask for the mark are to follow them.
    """

    def __init__(self, prompt: str) -> None:
        digest = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()
        self.mark = f"[END OF ANSWER {digest[:8]}]"
        self._line = ""
        self.was_seen = False
        """Whether the mark has come, and nothing but the end of a fence after it."""

    @property
    def demand(self) -> str:
        """The words that ask for the mark."""
        return (
            "When the answer is complete, write the following as its last line, alone on that line, with nothing "
            f"after it:\n{self.mark}"
        )

    def feed(self, text: str) -> str:
        """The text that can be passed on by now, without the mark's line."""
        lines = (self._line + text).split("\n")
        self._line = ""
        passed = [self._whole_line(line + "\n") for line in lines[:-1]]
        if self._may_become_mark(lines[-1]):
            self._line = lines[-1]
        else:
            passed.append(lines[-1])
            self._saw(lines[-1])
        return "".join(passed)

    def flush(self) -> str:
        """The rest, when nothing follows."""
        rest, self._line = self._line, ""
        return self._whole_line(rest)

    def _whole_line(self, line: str) -> str:
        if line.strip().strip(_AROUND) == self.mark:
            self.was_seen = True
            return ""
        self._saw(line)
        return line

    def _saw(self, line: str) -> None:
        if line.strip() and not _FENCE.fullmatch(line.strip()):
            self.was_seen = False

    def _may_become_mark(self, line: str) -> bool:
        begun = _HELD.sub("", line, count=1)
        return self.mark.startswith(begun) or begun.startswith(self.mark)
