"""An answer that holds nodes written anew: each in its own shape, and none that would change the document around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from orch_lsp.document.answer.chatter import kind_of
from orch_lsp.document.answer.in_shape import of_parts
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.reading import SECTION_LEVEL, Answer, AnswerSection, read_answer, read_draft
from orch_lsp.document.answer.wrapping import content_of_fence, is_heading
from orch_lsp.document.compose import below
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.profile import Profile
from orch_lsp.document.rewriting import Rewritable, fitted_together, rewriting_profile
from orch_lsp.markdown.reader import read
from orch_lsp.text import after_line, normalised, split_lines

_FENCES = ("markdown", "md", "")
_DIFF = re.compile(r"(?:diff --git |--- [^\n]*\n\+\+\+ |@@ )")
_ANNOUNCES = re.compile(
    r"(?:sure|certainly|of course|okay|ok|here(?:'s|’s| is| are)|below is|the (?:rewritten|revised|updated)|"
    r"gerne|hier ist|natürlich|voici|bien sûr|aquí (?:está|tienes)|claro|以下|もちろん|当然|다음은)\b",
    re.IGNORECASE,
)


def read_rewritten(raw: str, document: SpecDocument, nodes: Sequence[Rewritable], about: str) -> Answer:
    """The nodes that an answer holds, in document order. Pure; never raises.

    An answer to the question for one node may lack the node's heading: it is the text then.

    Args:
        raw: The answer as it came.
        document: The document that holds the nodes.
        nodes: The nodes that were asked for.
        about: The brief.
    """
    profile, wanted = rewriting_profile(document.profile, nodes), [one.key for one in nodes]
    is_bare = len(nodes) == 1 and not any(is_heading(line, profile) for line in split_lines(raw))
    if not is_bare or kind_of(raw) != "text" or raw.lstrip().startswith("{"):
        return _fitting(replace(read_answer(raw, profile, wanted, about), rewritten=True), document, nodes)
    notes: list[AnswerNote] = []
    text = _bare(normalised(raw), nodes[0], notes)
    if text is None:
        told = f"left out an answer that is not a text for “{nodes[0].label}”"
        missed = AnswerNote("shape_missed", told, normalised(raw), nodes[0].key)
        return Answer("", (), (*notes, missed), "not_in_shape", rewritten=True)
    answer = read_answer(f"## {nodes[0].label}\n\n{text}", profile, wanted, about)
    return _fitting(replace(answer, notes=(*notes, *answer.notes), rewritten=True), document, nodes)


def read_rewritten_draft(text: str, document: SpecDocument, nodes: Sequence[Rewritable], keys: Sequence[str]) -> Answer:
    """A draft that was made by `read_rewritten`, read back.

    Args:
        text: The draft.
        document: The document that it was written for.
        nodes: The nodes that were asked for.
        keys: Those of them that the draft holds.
    """
    answer = read_draft(text, rewriting_profile(document.profile, nodes), keys)
    return replace(answer, rewritten=True)


def _bare(text: str, one: Rewritable, notes: list[AnswerNote]) -> str | None:
    """The text for a node out of an answer that does not name it; None if it holds other parts of a document."""
    text = _unfenced(text, one, notes)
    lead, gap, rest = text.partition("\n\n")
    announces = lead.rstrip(" *_").endswith((":", "：")) and (one.section is None or _ANNOUNCES.match(lead))
    if gap and announces and rest.strip() and "\n" not in lead:
        notes.append(AnswerNote("text_left_out", "left out words to the reader", lead, one.key))
        text = _unfenced(normalised(rest), one, notes)
    if _DIFF.match(text):
        return None
    headings = read(text).headings
    known = {heading_name(heading.text) for heading in read(one.text).headings}
    level = 6 if one.section is None else one.section.level
    strange = [heading for heading in headings if heading.level <= level and heading_name(heading.text) not in known]
    if one.section is not None and len(strange) == 1 and strange[0] is headings[0] and not headings[0].span.start:
        # Its own heading, in other words.
        notes.append(AnswerNote("text_left_out", "left out a heading", strange[0].text, one.key))
        text = normalised(text[after_line(text, strange[0].span.end) :])
    elif strange:
        return None
    return below(text, SECTION_LEVEL, Profile(name="", sections=(), prompt_name=""))


def _unfenced(text: str, one: Rewritable, notes: list[AnswerNote]) -> str:
    """The content of the fence in which an answer is wrapped, where the text that stands there is no fence."""
    if content_of_fence(one.text, _FENCES) is not None:
        return text
    inside = content_of_fence(text, _FENCES)
    if inside is not None:
        return normalised(inside)
    fence = next(iter(read(text).fences), None)
    if fence is None or fence.span.start or fence.name not in _FENCES[:2]:
        return text
    behind = normalised(text[after_line(text, fence.span.end) :])
    notes.append(AnswerNote("text_left_out", "left out text behind the answer", behind, one.key))
    return normalised(text[fence.content.start : fence.content.end])


def _fitting(answer: Answer, document: SpecDocument, nodes: Sequence[Rewritable]) -> Answer:
    by_key = {one.key: one for one in nodes}
    kept: list[AnswerSection] = []
    notes: list[AnswerNote] = []
    end = -1
    for section in sorted(answer.sections, key=lambda section: by_key[section.key].span.start):
        one = by_key[section.key]
        if one.span.start < end:
            told = f"left out “{section.title}”, which the answer holds within another part as well"
            notes.append(AnswerNote("text_left_out", told, section.body, section.key))
        else:
            kept.append(section)
            end = one.span.end
    texts = fitted_together(document, [(by_key[section.key], section.body) for section in kept])
    for section, text in zip(tuple(kept), texts, strict=True):
        if text is None:
            told = f"left out “{section.title}”, which does not have the shape of what stands there"
            notes.append(AnswerNote("shape_missed", told, section.body, section.key))
            kept.remove(section)
    return of_parts(answer, kept, notes)
