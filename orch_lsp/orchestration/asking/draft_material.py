"""A draft held against its brief, the files that were sent and the workspace: what the machine checks are given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.document.answer.note import TITLE_LEFT_OUT
from orch_lsp.document.placeholder import is_placeholder
from orch_lsp.document.written_style import language_of
from orch_lsp.late import late
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.runs.record import Finding, Question
from orch_lsp.text import normalised

if TYPE_CHECKING:
    from orch_lsp.context import occurrences
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.draft_checks import facts, material, symbols, table
    from orch_lsp.draft_checks import questions as draft_questions
    from orch_lsp.draft_checks.facts import Fact
    from orch_lsp.draft_checks.material import Material, Part
else:
    # Their many patterns take long to make, and nothing but an answer needs them.
    occurrences = late("orch_lsp.context.occurrences")
    facts = late("orch_lsp.draft_checks.facts")
    material = late("orch_lsp.draft_checks.material")
    symbols = late("orch_lsp.draft_checks.symbols")
    table = late("orch_lsp.draft_checks.table")
    draft_questions = late("orch_lsp.draft_checks.questions")

_WHOLE = 0.5
"""The share of its sections that has to be drafted before a draft is held to say all that the brief does."""
_LEAST_SECTIONS = 3
_NO_PROSE = re.compile(r"`[^`\n]*`|https?://\S+")
_OF_LANGUAGES = re.compile(
    r"\b(?:english|german|french|spanish|portuguese|italian|dutch|japanese|korean|chinese|russian|deutsch|englisch|"
    r"français|anglais|español|inglés|português|inglês)\b|英語|日本語|英文|中文|영어|한국어",
    re.IGNORECASE,
)
_MOST_TEXT = 1_000
_MOST_FINDINGS = 60


def checked(plan: DraftPlan, answer: Answer, sources: Sequence[str], step: str) -> tuple[Finding, ...]:
    """The findings of the machine checks on an answer's sections. Blocking: it looks for files and names.

    Args:
        plan: What was to be drafted.
        answer: The answer as it was read.
        sources: Texts that were sent beside the document.
        step: Id of the step that checks.
    """
    if not answer.sections:
        return ()
    found = table.check_draft(material_of(plan, answer, sources))
    return tuple(
        Finding(one.code, one.severity, one.message[:500], one.key, one.text[:_MOST_TEXT], step)
        for one in found[:_MOST_FINDINGS]
    )


def questions_of(plan: DraftPlan, answer: Answer) -> tuple[Question, ...]:
    """The questions of a draft and its brief, with ids. Pure."""
    sections = [material.Part(one.key, one.title, one.body) for one in answer.sections]
    known = known_facts(plan)
    told = (*plan.asked_before, *draft_questions.questions_in_plan(plan.outline, known))
    return recorded(draft_questions.questions_of(sections, known, answer.questions, told))


def known_facts(plan: DraftPlan) -> tuple[Fact, ...]:
    """The facts of the brief: those of an earlier step, else those that the machine finds. Pure."""
    return plan.facts or facts.facts_of(plan.brief)


def questions_before(plan: DraftPlan) -> tuple[Question, ...]:
    """The questions on a brief before anything is written, with ids. Pure."""
    return recorded(draft_questions.questions_of((), known_facts(plan), (), plan.asked_before))


def recorded(found: Sequence[draft_questions.Question]) -> tuple[Question, ...]:
    """Questions as a record has them, with ids in their order."""
    return tuple(
        Question(f"Q{number}", one.text, one.options, one.default, one.about, one.key, _kind(one))
        for number, one in enumerate(found, 1)
    )


def _kind(question: draft_questions.Question) -> str:
    if question.is_contradiction:
        return "contradiction"
    return "brief" if question.key is None and question.about is not None else "draft"


def material_of(plan: DraftPlan, answer: Answer, sources: Sequence[str]) -> Material:
    """The input of the checks. Blocking, see `checked`."""
    reading = plan.reading
    sections = tuple(material.Part(one.key, one.title, one.body) for one in answer.sections)
    written = _written(plan, {one.key for one in answer.sections})
    asked = "" if plan.rewrite is None else plan.rewrite.instruction
    instructions = "\n".join(filter(None, (reading.settings.parameters.instructions, asked)))
    made = material.Material(
        sections=sections,
        facts=_facts(plan),
        written=written,
        brief=plan.brief,
        sources=(*sources, instructions),
        exists=_Tree(reading.root, reading.spec_path).exists,
        language=None if _OF_LANGUAGES.search(instructions) else _language(plan.brief),
        in_places=reading.profile.drafting is not None,
        title=next((note.text.lstrip("# ") for note in answer.notes if note.message == TITLE_LEFT_OUT), ""),
        wants_whole=_wants_whole(plan, sections),
    )
    if reading.root is None:
        return made
    names = {symbol.name for symbol, _ in symbols.symbols_of(made)}
    missing = occurrences.missing_names(reading.root, names)
    return replace(made, defined=_Known(missing).holds)


def _facts(plan: DraftPlan) -> tuple[Fact, ...]:
    """The facts of the brief; for a text that is there those of the lead alone, as the others may be its own."""
    found = known_facts(plan)
    return found if plan.rewrite is None and plan.writes else tuple(fact for fact in found if not fact.heading)


def _written(plan: DraftPlan, drafted: set[str]) -> tuple[Part, ...]:
    """The sections of the document that the draft leaves as they are."""
    return tuple(
        material.Part(one.profile_key or one.key, one.title, normalised(one.content))
        for one in plan.reading.document.sections
        if one.level > 1 and (one.profile_key or one.key) not in drafted and not is_placeholder(one.content)
    )


def _wants_whole(plan: DraftPlan, sections: Sequence[Part]) -> bool:
    if plan.rewrite is not None or plan.reading.profile.drafting is not None:
        # Its places are parts of sections, and its brief may stand in another document.
        return False
    return len(sections) >= max(_LEAST_SECTIONS, _WHOLE * len(plan.reading.profile.sections))


def _language(brief: str) -> str | None:
    return language_of(_NO_PROSE.sub(" ", brief))


class _Known:
    """The names of a workspace, as far as they were asked for."""

    def __init__(self, missing: frozenset[str]) -> None:
        self._missing = missing

    def holds(self, name: str) -> bool:
        """Whether a name occurs in it."""
        return name not in self._missing


class _Tree:
    """The paths of a workspace, as a spec in it may write them: from the root, or from its own folder."""

    def __init__(self, root: Path | None, spec_path: str) -> None:
        self._root = root
        self._folder = spec_path.rpartition("/")[0]

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder; whatever cannot be looked at is taken to be there."""
        root = self._root
        if root is None:
            return True
        try:
            return (root / path).exists() or (bool(self._folder) and (root / self._folder / path).exists())
        except OSError:
            return True
