"""Checks of a draft's own words without a model: criteria that nobody can check, paths that do not exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from orch_lsp.document.answer.reading import AnswerNote, AnswerSection
from orch_lsp.markdown.reader import read
from orch_lsp.text import end_of_line, split_lines, start_of_line

_VAGUE = re.compile(
    r"\b(?:fast|quick|quickly|robust|robustly|reliable|reliably|scalable|user[- ]friendly|intuitive|efficient|"
    r"efficiently|performant|easy to use|seamless|seamlessly|as expected|appropriate(?:ly)?|reasonable|smooth(?:ly)?|"
    r"high[- ]quality|good performance|works (?:well|correctly|properly|fine)|adequate(?:ly)?|schnell|zuverlässig|"
    r"benutzerfreundlich|angemessen|rapide|fiable|rápido|confiable|veloce)\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\d|`|\b(?:within|at most|at least|no more|never|each|every|only|when|if|unless|until|wenn|falls|bei)\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:[A-Za-z0-9_.-]+/)+[A-Za-z0-9_.-]+\.[A-Za-z0-9]{1,6}\Z")
_NEW = re.compile(
    r"\b(?:new|create|creates|add(?: a| the)? (?:file|module)|neue?[nrs]?|anlegen|nouveau|nuevo)\b", re.IGNORECASE
)
_MOST_PATHS = 60
_LONGEST_PATH = 200
_LONGEST_LINE = 2_000
_MOST_LINES = 5_000


def draft_notes(sections: Sequence[AnswerSection], is_missing: Callable[[str], bool]) -> tuple[AnswerNote, ...]:
    """Notes on a draft's words. Pure.

    Args:
        sections: The draft.
        is_missing: Whether a path, with `/` and below the workspace's root, is not there although its folder is. Asked
            some dozens of times at most.
    """
    return (*_vague(sections), *_missing(sections, is_missing))


def _vague(sections: Sequence[AnswerSection]) -> Iterable[AnswerNote]:
    for section in sections:
        if section.key != "acceptance-criteria":
            continue
        for line in split_lines(section.body)[:_MOST_LINES]:
            if len(line) <= 400 and (found := _VAGUE.search(line)) and not _MEASURE.search(line):
                told = f"nobody can check “{found.group()}” in “{section.title}”"
                yield AnswerNote("criterion_vague", told, line.strip(), section.key)


def _missing(sections: Sequence[AnswerSection], is_missing: Callable[[str], bool]) -> Iterable[AnswerNote]:
    """Paths in code spans that are missing, and are not said to be new."""
    seen: set[str] = set()
    for section in sections:
        tree = read(section.body)
        for _, span in tree.elements("code"):
            path = tree.text[span.start : span.end].strip("`").strip().removeprefix("./")
            if path in seen or len(path) > _LONGEST_PATH or not _PATH.match(path) or ".." in path:
                continue
            line = section.body[start_of_line(section.body, span.start) : end_of_line(section.body, span.end)]
            if _NEW.search(line[:_LONGEST_LINE]):
                continue
            seen.add(path)
            if len(seen) > _MOST_PATHS:
                return
            if is_missing(path):
                told = f"there is no `{path}` in the workspace"
                yield AnswerNote("path_not_in_tree", told, line.strip(), section.key)
