"""The layout of a request, so that all requests of a workspace share the longest beginning.

The system instructions are the same everywhere. Of the prompt the parts that change least come first: the card of the
project, excerpts in the order of their paths, an example, the brief, and last the task. Models and providers that keep
a prompt's beginning for the next request can use all of it up to the first difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orch_lsp.document.prompt import PromptTemplate
from orch_lsp.markdown.fencing import code_block
from orch_lsp.prompts.words import filled
from orch_lsp.providers.base import SectionRequest
from orch_lsp.text import split_lines

Frame = Literal[
    "task", "section", "outline", "critic", "repair", "rewrite", "facts", "locate", "clarify", "review"
]  # fmt: skip
"""The frames of a task: all places at once, one alone, a plan, a draft judged, parts of it mended, something anew;
the facts of a brief, files to be read for it, questions on it; and a document judged as it stands."""

FRAMES: tuple[Frame, ...] = (
    "task", "section", "outline", "critic", "repair", "rewrite", "facts", "locate", "clarify", "review",
)  # fmt: skip
TASK: Frame = "task"
REWRITE: Frame = "rewrite"
REVIEW: Frame = "review"
_IN_EVERY_FRAME = frozenset({
    "document", "rules", "style", "sections", "instructions", "titles", "first", "facts", "questions",
})  # fmt: skip
_OF_A_BRIEF = frozenset({"document", "rules", "style", "instructions"})
NAMES_IN_FRAME: Mapping[Frame, frozenset[str]] = {
    "task": _IN_EVERY_FRAME,
    "section": _IN_EVERY_FRAME | {"outline"},
    "outline": _IN_EVERY_FRAME,
    "critic": _IN_EVERY_FRAME | {"draft"},
    "repair": _IN_EVERY_FRAME | {"outline", "findings"},
    "rewrite": frozenset({
        "document", "rules", "style", "parts", "kept", "ids", "findings", "earlier", "instructions", "answer",
        "instruction",
    }),
    "facts": _OF_A_BRIEF,
    "locate": _OF_A_BRIEF | {"facts", "map"},
    "clarify": _OF_A_BRIEF | {"facts"},
    "review": _OF_A_BRIEF | {"facts"},
}  # fmt: skip
_NEEDED = frozenset({"rules", "sections", "instructions"})
NEEDED_IN_FRAME: Mapping[Frame, frozenset[str]] = {
    "task": _NEEDED,
    "section": _NEEDED | {"outline"},
    "outline": _NEEDED,
    "critic": frozenset({"rules", "draft", "instructions"}),
    "repair": _NEEDED | {"findings"},
    "rewrite": frozenset({"rules", "parts", "kept", "ids", "instructions", "answer", "instruction"}),
    "facts": frozenset({"instructions"}),
    "locate": frozenset({"map", "instructions"}),
    "clarify": frozenset({"rules", "instructions"}),
    "review": frozenset({"rules", "instructions"}),
}
NAMES_IN_RULES = frozenset({"titles", "language", "title"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a request is made of.

    Attributes:
        core: The system instructions.
        task: The frame of the task, one of `Frame`.
        template: The part for the kind of document.
    """

    core: str
    task: str
    template: PromptTemplate


@dataclass(frozen=True, slots=True)
class Again:
    """The past of something that is to be written anew, each part as it is to be shown, or empty.

    Attributes:
        instruction: The person's wish.
        whole: Whether only those parts are to be answered that change.
        kept: The person's own changes, as a diff.
        ids: The ids beside it, and the free ones.
        findings: What is wrong with the text as it stands.
        earlier: The person's words on earlier texts, oldest first.
    """

    instruction: str = ""
    whole: bool = False
    kept: str = ""
    ids: str = ""
    findings: Sequence[str] = ()
    earlier: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PartToMend:
    """A part of a draft, and what a check found wrong with it; its text is empty if it is missing."""

    title: str
    text: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """The matter of one request, each part as it is to be shown, or empty."""

    specification: str
    style: Sequence[str]
    """Facts about its language and style, one sentence each."""
    sections: Sequence[SectionRequest]
    card: str = ""
    excerpts: str = ""
    example: str = ""
    instructions: str | None = None
    title: str = ""
    language: str = ""
    again: Again | None = None
    """Set if the task is to write something anew."""
    outline: str = ""
    """The plan that fixes ids, from an earlier step."""
    parts_to_mend: Sequence[PartToMend] = ()
    draft: str = ""
    """The draft that is to be looked at."""
    facts: Sequence[str] = ()
    """Facts of the brief, from an earlier step: a line each."""
    questions: Sequence[str] = ()
    """Questions that were asked in an earlier step and that nobody has answered yet: a line each."""
    map: str = ""
    """The files of the workspace."""


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """Instructions and prompt for a model; behind each of the `marks` the prompt may be cut to be kept."""

    system_instructions: str
    prompt: str
    marks: tuple[int, ...] = ()


def lay_out(words: Words, material: Material) -> RenderedPrompt:
    """The request. Pure: the same words and material give the same request."""
    before = _joined((material.card, material.excerpts, material.example))
    brief = f"# Brief\n\n{numbered(material.specification)}\n\n"
    task = filled(words.task, _values(words, material))
    marks = (len(before), len(before) + len(brief))
    return RenderedPrompt(words.core, f"{before}{brief}{task}", tuple(mark for mark in marks if mark))


def numbered(text: str) -> str:
    """A document in a code fence that is longer than any in it, each of its lines behind its number."""
    lines = "\n".join(f"L{number}: {line}".rstrip() for number, line in enumerate(split_lines(text), 1))
    return code_block(lines, "markdown")


def _values(words: Words, material: Material) -> dict[str, str]:
    titles = ", ".join(section.title for section in material.sections)
    rules = filled(
        words.template.rules.strip(),
        {"titles": titles, "language": material.language or "the language of the brief", "title": material.title},
    )
    instructions, outline = material.instructions, material.outline.strip()
    again = {} if material.again is None else _values_again(material.again, material.sections)
    return {
        "document": words.template.document,
        "rules": rules,
        "style": "\n".join(f"- {fact}" for fact in material.style) or "- Nothing that says how.",
        "sections": "\n".join(map(_listed, material.sections)),
        "instructions": f"Instructions of the author:\n\n{instructions}\n\n" if instructions else "",
        "first": material.sections[0].title if material.sections else "",
        "titles": titles,
        "outline": f"The plan that all parts keep to, with its ids:\n\n{code_block(outline, 'text')}\n\n"
        if outline
        else "",
        "findings": "\n\n".join(map(_to_mend, material.parts_to_mend)),
        "draft": code_block(material.draft, "markdown") if material.draft else "",
        "facts": _block_below(
            "The facts of the brief, one by one; none of them may be lost or changed:", material.facts
        ),
        "questions": _block_below(
            "Questions that the client was asked already. Until they answer the defaults hold, marked as proposed; "
            "ask none of them again:",
            material.questions,
        ),
        "map": code_block(material.map, "text"),
        **again,
    }


_ALL = (
    "Nothing is asked for besides: write it better, by the rules above. Keep what it says, mend what the findings name."
)


def _values_again(again: Again, sections: Sequence[SectionRequest]) -> dict[str, str]:
    """The values of names that only a task to write something anew has. A part that is empty leaves no trace."""
    kept = f"The author changed it since it was drafted. Keep these changes:\n\n{code_block(again.kept, 'diff')}\n\n"
    earlier = _list_below("The author asked before, oldest first; do not undo it:", again.earlier)
    if again.whole:
        parts = "\n".join(f"- `## {section.title}`" for section in sections)
        shape = (
            "Answer only the parts that have to change, the smallest ones that hold the change, each whole and below "
            "its heading. A part that is not in the answer stays as it is."
        )
    else:
        parts = "\n\n".join(f"`## {one.title}` is:\n\n{code_block(one.example, 'markdown')}" for one in sections)
        shape = f"The first line of the answer is `## {sections[0].title if sections else ''}`."
        if len(sections) > 1:
            shape += " Each of the others follows, whole and below its heading, in this order."
    return {
        "parts": parts,
        "kept": kept if again.kept else "",
        "ids": f"{again.ids}\n\n" if again.ids else "",
        "findings": _list_below("Findings on the text as it stands:", again.findings),
        "earlier": earlier,
        "answer": shape,
        "instruction": again.instruction or _ALL,
    }


def _list_below(lead: str, items: Sequence[str]) -> str:
    lines = "\n".join(f"- {' '.join(item.split())}" for item in items)
    return f"{lead}\n\n{lines}\n\n" if items else ""


def _block_below(lead: str, lines: Sequence[str]) -> str:
    text = "\n".join(" ".join(line.split()) for line in lines)
    return f"{lead}\n\n{code_block(text, 'text')}\n\n" if lines else ""


def _to_mend(part: PartToMend) -> str:
    found = "\n".join(f"- {finding}" for finding in part.findings)
    text = code_block(part.text, "markdown") if part.text else "It is missing."
    return f"`## {part.title}`\n\n{text}\n\nWrong with it:\n\n{found}"


def _listed(section: SectionRequest) -> str:
    """A place in the list of what is to be written, with an example of its shape if it has one."""
    line = f"- `## {section.title}`: {section.guidance}"
    if not section.example:
        return line
    return f"{line}\n\n{code_block(section.example, 'markdown')}\n"


def _joined(parts: Sequence[str]) -> str:
    return "".join(f"{part.rstrip()}\n\n" for part in parts if part.strip())
