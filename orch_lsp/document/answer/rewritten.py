"""An answer that holds nodes written anew: each in its own shape, and none that would change the document around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orch_lsp.document.answer.chatter import kind_of
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.reading import Answer, AnswerSection, read_answer, read_draft
from orch_lsp.document.answer.wrapping import is_heading
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.rewriting import Rewritable, fitted_together, rewriting_profile
from orch_lsp.text import split_lines


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
    if is_bare and kind_of(raw) == "text" and not raw.lstrip().startswith("{"):
        answer = read_answer(f"## {nodes[0].label}\n\n{raw}", profile, wanted, about)
        answer = replace(answer, sections=tuple(_without_lead_in(one, nodes[0]) for one in answer.sections))
    else:
        answer = read_answer(raw, profile, wanted, about)
    return _fitting(replace(answer, rewritten=True), document, nodes)


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


def _without_lead_in(section: AnswerSection, one: Rewritable) -> AnswerSection:
    """The text of an item without a paragraph in front of it that announces it, if the answer has no heading."""
    lead, gap, rest = section.body.partition("\n\n")
    announces = one.section is None and gap and lead.rstrip(" *_").endswith((":", "："))
    return replace(section, body=rest.lstrip("\n")) if announces and rest.strip() else section


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
    if not notes:
        return answer
    text = "\n".join(f"## {section.title}\n\n{section.body}\n" for section in kept)
    reason = answer.reason if kept else "not_in_shape"
    return replace(answer, text=text, sections=tuple(kept), notes=(*answer.notes, *notes), reason=reason)
