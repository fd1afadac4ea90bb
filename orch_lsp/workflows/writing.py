"""Help for somebody who writes a workflow's file: its faults, the words for a place, the meaning of a word. Pure.

The file need not be valid: it is being typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.text import LineIndex, Span, split_lines
from orch_lsp.workflows.library import check_references
from orch_lsp.workflows.reading import Fault, InvalidWorkflowError, is_name, read_workflow

KEYS = {
    "id": "Which step: one of those that there are.",
    "needs": "Steps that end before this one begins, beside those whose work it needs anyway.",
    "each": 'Of `section`: always `"section"`.',
    "parallel": "Of `section`: how many are asked for at once, 1 to 16.",
    "provider": "Who is asked in this step: the name of a provider that you set up. The run's otherwise.",
    "model": "The model that is asked for in this step. The run's, or the provider's, otherwise.",
    "prompt": "A file `.orch/prompts/NAME.md`, whose words stand in place of the rules for the kind of document.",
    "rounds": "Of `repair`: how often it asks, at most; 0 to 3.",
}
"""The keys of a step, with their meaning."""

MEANINGS = {
    "read": "Reads the brief by machine: its statements by kind, what it leaves open, what contradicts itself.",
    "facts": "Asks a model for the facts of the brief, each with a quote that must stand in it.",
    "candidates": "Chooses files of the workspace. Every run has it.",
    "context": "Another name for `candidates`.",
    "locate": "Asks a model which files of the workspace must be read; those that may be are sent.",
    "clarify": "Asks a model which questions only the client can answer, with options and a default.",
    "outline": "Asks for a plan that fixes the ids; the sections are written without one if it fails.",
    "draft": "Asks for all that is open in one call.",
    "section": "Asks for each section by its text alone, side by side.",
    "check": "Reads the answer, and finds what is wrong with it. Every run has it.",
    "critic": "Asks a model what is wrong with the draft; only what it quotes from it counts.",
    "repair": "Asks once more for parts that hold an error or no text; the better text of each is kept.",
}
"""The steps, with their meaning."""

_LINE = re.compile(r"\s*(?P<key>[A-Za-z_-]*)\s*(?:=\s*(?P<value>[^#]*?)\s*)?(?:#.*)?\Z")
_WORD = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word that can stand at a place, as it is written there, with a few words about it."""

    text: str
    about: str
    span: Span


def faults_in(path: Path, text: str, root: Path | None, providers: Collection[str]) -> tuple[Fault, ...]:
    """Everything that is wrong with a file of this text. Blocking: looks for the prompts that it names."""
    if not is_name(path.stem):
        return (Fault("A workflow's file has a name in lower case, with hyphens: it is not used."),)
    try:
        workflow = read_workflow(path.stem, text)
    except InvalidWorkflowError as error:
        return error.faults
    return tuple(check_references(workflow, text, root, providers))


def proposals(text: str, offset: int, providers: Collection[str], prompts: Collection[str]) -> list[Proposal]:
    """The words that can stand at an offset: keys at the beginning of a line, names behind `=`."""
    number = LineIndex(text).position(offset)[0]
    line = split_lines(text)[number] if number < len(split_lines(text)) else ""
    start = _start_of(text, offset)
    before = text[start:offset]
    found = _LINE.match(line)
    if found is None:
        return []
    word = _word_at(text, offset)
    if "=" not in before:
        return [Proposal(f"{key} = ", about, word) for key, about in KEYS.items()]
    named: dict[str, dict[str, str]] = {
        "id": MEANINGS, "needs": MEANINGS, "each": {"section": KEYS["each"]},
        "provider": dict.fromkeys(providers, "a provider that you set up"),
        "prompt": dict.fromkeys(prompts, "a prompt of this project"),
    }  # fmt: skip
    quoted = before.count('"') % 2 == 1
    return [
        Proposal(name if quoted else f'"{name}"', about, word) for name, about in named.get(found["key"], {}).items()
    ]


def meaning_at(text: str, offset: int) -> tuple[str, Span] | None:
    """The meaning of the word at an offset, if it is a key or a step."""
    span = _word_at(text, offset)
    word = text[span.start : span.end]
    rest = text[span.end :].lstrip(" \t")
    in_quotes = text[span.end : span.end + 1] in {'"', "'"}
    about = KEYS.get(word) if rest[:1] == "=" else MEANINGS.get(word) if in_quotes else None
    return None if about is None else (f"`{word}`: {about}", span)


def _word_at(text: str, offset: int) -> Span:
    start = _start_of(text, offset)
    for found in _WORD.finditer(text, start):
        if found.start() > offset:
            break
        if found.end() >= offset:
            return Span(found.start(), found.end())
    return Span(offset, offset)


def _start_of(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
