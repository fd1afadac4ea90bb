"""The recorded answers: one file each, found by the hash of the request that it answers.

A brief's folder below `answers/` has `requests.json`: for each hash the step, its sections, the file with the answer,
and the slips that its writer was told to make. Strictly an answer is replayed only for the very bytes that it was
written for. Loosely it also is for the same step and sections of a request in other words, and that is told.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from asked import Asked
from corpus import HERE

ANSWERS = HERE / "answers"
_INDEX = "requests.json"
_NO_NAME = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer on record."""

    step: str
    titles: list[str]
    file: str
    slips: list[str]


class Store:
    """The answers of one brief."""

    def __init__(self, brief: str) -> None:
        self._folder = ANSWERS / brief
        index = self._folder / _INDEX
        known = json.loads(index.read_text("utf-8")) if index.is_file() else {}
        self.recorded = {sha256: Recorded(**one) for sha256, one in known.items()}

    def find(self, asked: Asked, *, loose: bool = False) -> tuple[str, bool] | None:
        """The answer to a request, and whether it was written for these very bytes; None if there is none."""
        one = self.recorded.get(asked.sha256)
        if one is not None:
            return self._text(one), True
        alike = [one for one in self.recorded.values() if one.step == asked.step and one.titles == [*asked.titles]]
        return (self._text(alike[-1]), False) if loose and alike else None

    def take(self, asked: Asked, answer: str, slips: list[str]) -> Path:
        """Put an answer on record."""
        title = f".{_NO_NAME.sub('-', asked.titles[0]).strip('-')}"[:40] if asked.step == "section" else ""
        name = f"{asked.step}{title}.{asked.sha256[:12]}.md"
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_text(answer, "utf-8")
        self.recorded[asked.sha256] = Recorded(asked.step, [*asked.titles], name, slips)
        self._write()
        return self._folder / name

    def forget(self, sha256: str) -> None:
        """Take an answer that no request asks for any more off the record."""
        one = self.recorded.pop(sha256)
        (self._folder / one.file).unlink(missing_ok=True)
        self._write()

    def _write(self) -> None:
        lines = {sha256: asdict(one) for sha256, one in sorted(self.recorded.items(), key=lambda item: item[1].file)}
        (self._folder / _INDEX).write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def _text(self, one: Recorded) -> str:
        return (self._folder / one.file).read_text("utf-8")
