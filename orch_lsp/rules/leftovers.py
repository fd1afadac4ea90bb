"""Parts of a format's own template that belong into no finished document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import items_of
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.rules.rule import Fix, Found, Rule, Subject
from orch_lsp.text import Edit, Span

_CHECKLISTS = re.compile(
    r"(?:(?:specification|spec|content|requirements?)[ ])?(?:quality|validation|review|completeness)[ ]checklist"
    r"|review(?: (?:&|and))? acceptance checklist|(?:spec(?:ification)?|requirements?) checklist|execution status"
    r"|(?:审查|审核|評審|评审)(?:与|和|與)?(?:验收|驗收)?(?:检查)?清单|質量檢查清單|质量检查清单"
    r"|レビュー(?:と|・|＆)?(?:受け入れ)?チェックリスト|品質チェックリスト"
    r"|검토 및 (?:승인|수락) 체크리스트|품질 체크리스트"
    r"|lista de verificación de (?:revisión|calidad).*|lista de verificação de (?:revisão|qualidade).*"
    r"|(?:prüf|qualitäts)-?checkliste|checkliste zur (?:prüfung|qualität).*|liste de contrôle (?:qualité|de revue).*",
    re.IGNORECASE,
)


def leftover_checklist_in_spec(subject: Subject) -> Iterator[Found]:
    """Lists of questions about the spec itself, with boxes, which have a document of their own."""
    document = subject.document
    titles = document.skeleton.titles

    def named() -> Sequence[int]:
        return [number for number, title in enumerate(titles) if _CHECKLISTS.fullmatch(heading_name(title))]

    end = 0
    for section in map(document.sections.__getitem__, document.skeleton.once("checklists", None, named)):
        if section.heading.start < end or not _has_boxes(document, section):
            continue
        end = section.body.end
        span = Span(section.heading.start, section.body.end)
        fix = Fix("Remove the checklist", lambda span=span: (Edit(span, ""),), by_itself=False)
        message = f"“{section.title}” asks about the spec and says nothing of the feature: keep it in `checklists/`."
        yield Found(message, section.heading, section.key, (fix,))


def _has_boxes(document: SpecDocument, section: Section) -> bool:
    tree = document.tree
    first, last = tree.chunk_at(section.heading.start), tree.chunk_at(max(section.heading.start, section.body.end - 1))
    return any(item.box is not None for number in range(first, last + 1) for item in items_of(tree.chunks[number]))


RULES = (
    Rule(
        "leftover_checklist_in_spec", "structure", "off", "A spec holds a checklist about itself.",
        leftover_checklist_in_spec, fixable=True,
    ),
)  # fmt: skip
