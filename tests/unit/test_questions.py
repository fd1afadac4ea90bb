"""Questions that a document leaves open, in several languages, and what looks like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Severity
from orch_lsp.language.index import IndexedDocument
from orch_lsp.profiles.kiro.sections import REQUIREMENTS
from orch_lsp.profiles.openspec.kinds import DESIGN
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules import questions
from orch_lsp.rules.check import check
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found, marked

SPEC = PROFILES[0]
OF_SPEC_KIT = {profile.kind: profile for profile in PROFILES}
PLAN, TASKS, CHECKLIST = OF_SPEC_KIT["plan"], OF_SPEC_KIT["tasks"], OF_SPEC_KIT["checklist"]
CODES = [rule.code for rule in questions.RULES]


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    assert_examples_are_what_they_are_said_to_be(code, SPEC)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- **FR-001**: Keep it [NEEDS CLARIFICATION: how long?]", "[NEEDS CLARIFICATION: how long?]"),
        ("- **FR-001**: Keep it [needs clarification - how long?]", "[needs clarification - how long?]"),
        ("- **FR-001**: Use [NEEDS CLARIFICATION: `[A]` or [B]?] now", "[NEEDS CLARIFICATION: `[A]` or [B]?]"),
        ("**Storage**: NEEDS CLARIFICATION", "NEEDS CLARIFICATION"),
        ("| Storage | NEEDS CLARIFICATION |", "NEEDS CLARIFICATION"),
        ("### [NEEDS CLARIFICATION: which format?]", "[NEEDS CLARIFICATION: which format?]"),
        ("**FR-001**：系统必须保存 【待澄清：多久？】", "【待澄清：多久？】"),
        ("保持期間 [要確認: 何日か]", "[要確認: 何日か]"),
        ("보관 기간 [명확화 필요: 며칠?]", "[명확화 필요: 며칠?]"),
        ("Guardar [NECESITA ACLARACIÓN: ¿cuánto tiempo?]", "[NECESITA ACLARACIÓN: ¿cuánto tiempo?]"),
        ("Guardar [PRECISA DE ESCLARECIMENTO: quanto tempo?]", "[PRECISA DE ESCLARECIMENTO: quanto tempo?]"),
        ("Aufheben [Klärung erforderlich: wie lange?]", "[Klärung erforderlich: wie lange?]"),
        ("Conserver [À CLARIFIER : combien de temps ?]", "[À CLARIFIER : combien de temps ?]"),
        ("- **Limit**: TBD", "TBD"),
        ("- Limit: TBD (ask the team)", "TBD"),
        ("- ???", "???"),
        ("| Limit | TBD |", "TBD"),
        ("A limit of [TBD: how many] requests", "[TBD: how many]"),
        ("A limit of (TODO) requests", "(TODO)"),
        ("- 上限：待定", "待定"),
        ("- 上限: 未定", "未定"),
        ("- 한도: 미정", "미정"),
        ("- Límite: por definir", "por definir"),
        ("- Limite: a definir", "a definir"),
        ("- Grenze: noch offen.", "noch offen"),
        ("- Limite : à définir", "à définir"),
    ],
)
def test_a_place_is_open_in_any_language(line: str, said: str) -> None:
    text = f"# Requirements Document\n\n## Requirements\n\nWords.\n\n{line}\n"
    for each in (SPEC, REQUIREMENTS):
        assert marked(text, each, "open_clarification") == [said]


@pytest.mark.parametrize(
    "line",
    [
        "- No [NEEDS CLARIFICATION] markers remain",
        "- ✅ No [NEEDS CLARIFICATION] markers (all guesses documented in Assumptions)",
        "4. Zero [NEEDS CLARIFICATION] markers (informed assumptions documented)",
        "| No [NEEDS CLARIFICATION] markers | ✅ Pass | 0 markers remain |",
        "- ✅ PASS: All [NEEDS CLARIFICATION] resolved through Phase 0",
        "- Any [NEEDS CLARIFICATION] markers are genuine ambiguities",
        "- No unresolved placeholders or [TBD] markers",
        "→ If unclear: [NEEDS CLARIFICATION: which one]",
        "Mark with [NEEDS CLARIFICATION: your words here]",
        "Use [NEEDS CLARIFICATION: your words here] where you do not know",
        "- **FR-006**: Sign in with [NEEDS CLARIFICATION: specific question]",
        "- **FR-006**: Sign in with [NEEDS CLARIFICATION: …]",
        "**Storage**: [e.g. PostgreSQL, files or NEEDS CLARIFICATION]",
        "All items are resolved. No NEEDS CLARIFICATION markers remain.",
        "`[NEEDS CLARIFICATION: how long?]`",
        "<!-- [NEEDS CLARIFICATION: how long?] -->",
        "```\n[NEEDS CLARIFICATION: how long?]\nLimit: TBD\n```",
        "[TBD](https://example.org/tbd)",
        "没有 [待澄清] 标记",
        "[要確認] マーカーは残っていない",
        "[명확화 필요] 마커 없음",
        "No quedan marcadores: ningún [NECESITA ACLARACIÓN]",
        "Nenhum [PRECISA DE ESCLARECIMENTO] restante",
        "Keine [Klärung erforderlich] mehr",
        "Aucun [À CLARIFIER] ne reste",
        "The app lists TODO items; a TODO is done when it is ticked.",
        "- **Status**: TODO",
        "The TBD Bank is a customer.",
        "- TBDs are listed elsewhere",
    ],
)
def test_text_about_markers_and_words_like_them_are_no_open_places(line: str) -> None:
    for profile in (SPEC, REQUIREMENTS, PLAN):
        assert marked(f"# T\n\n## Requirements\n\nWords.\n\n{line}\n", profile, "open_clarification") == []


def test_work_on_a_question_is_no_open_question() -> None:
    assert (
        marked("# Tasks: A\n\n- [ ] T001 Decide [NEEDS CLARIFICATION: how long?]\n", TASKS, "open_clarification") == []
    )
    text = "# Requirements Checklist\n\n- [ ] CHK001 Is [TBD] gone?\n- [x] No [NEEDS CLARIFICATION] markers remain\n"
    assert marked(text, CHECKLIST, "open_clarification") == []


def test_a_section_with_nothing_else_has_its_own_finding() -> None:
    text = "# T\n\n## Requirements\n\n[NEEDS CLARIFICATION: all of it]\n\n- TBD\n\n## Success Criteria\n\n- TBD\n"
    rules = {finding.rule for finding in check(parse(text, SPEC)) if finding.key == "success-criteria"}
    assert rules == {"placeholder_section"}


def test_a_marker_is_an_error_once_there_are_tasks_unless_the_user_says_how_grave_it_is() -> None:
    document = parse("# T\n\n## Requirements\n\n- **FR-001**: A [NEEDS CLARIFICATION: b?]\n- **Limit**: TBD\n", SPEC)
    plan = IndexedDocument("specs/001-a/tasks.md", parse("# Tasks: A\n\n- [ ] T001 Do it\n", TASKS).nodes)

    def severities(**said: Severity) -> list[Severity]:
        findings = check(document, said, [plan])
        return [each.severity for each in findings if each.rule == "open_clarification"]

    assert [each.severity for each in check(document) if each.rule == "open_clarification"] == ["warning", "warning"]
    assert severities() == ["error", "warning"]
    assert severities(open_clarification="hint") == ["hint", "hint"]
    (first, _) = [each for each in check(document, {}, [plan]) if each.rule == "open_clarification"]
    assert [related.path for related in first.related] == ["specs/001-a/tasks.md"]


@pytest.mark.parametrize(
    "heading",
    [
        *("Open Questions", "## ❓ Open questions {#q}", "7. Open Issues", "待解决问题", "未解決の質問", "미해결 질문"),
        *("Preguntas abiertas", "Questões em aberto", "Offene Fragen", "Questions ouvertes"),
    ],
)
def test_each_entry_of_a_list_of_open_questions_is_one(heading: str) -> None:
    text = f"# T\n\n## {heading.lstrip('# ')}\n\n- A?\n- [ ] B?\n\nWords.\n\n1. C?\n   More of it.\n"
    for profile in (SPEC, REQUIREMENTS, DESIGN):
        assert marked(text, profile, "open_question") == ["A?", "B?", "C?"]


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "- None",
            "- None.",
            "- *None yet*",
            "- N/A",
            "- 无",
            "- なし",
            "- 없음",
            "- Ninguna",
            "- Nenhuma",
            "- Keine",
        ),
        *(
            "- Aucune",
            "- ~~A?~~",
            "- [x] A?",
            "- A? → B",
            "- A? **Answer**: B",
            "- A?\n  - **Answer:** B",
            "- A? (resolved)",
        ),
        *(
            "- **Resolved:** A",
            "- A?\n  - Decision: B",
            "- A？\n  - 回答：B",
            "- A？ （已解决）",
            "- A? 結論：B",
            "- A? 답변: B",
        ),
        *("- A? Respuesta: B", "- A? Resposta: B", "- A? Antwort: B", "- A? Réponse : B", "- A? ✅ B"),
    ],
)
def test_an_answered_entry_is_none(entry: str) -> None:
    assert found(f"# T\n\n## Open Questions\n\n{entry}\n", SPEC, "open_question") == []


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "Recommendation: B",
            "**Recommendation**: B",
            "Recommended: B",
            "*Decision:* B",
            "建议：B",
            "推奨: B",
        ),
        *("권장: B", "Recomendación: B", "Recomendação: B", "Empfehlung: B", "Recommandation : B"),
    ],
)
def test_a_recommendation_answers_a_question_below_it_beside_its_options_or_behind_it(answer: str) -> None:
    for text in (
        f"1. **A?**\n   - Known: b\n   - {answer}\n",
        f"**Q1**: A?\n\n- **Option A**: a\n- **Option B**: b\n- {answer}\n",
        f"- A?\n\n{answer}\n",
    ):
        assert marked(f"# T\n\n## Open Questions\n\n{text}", SPEC, "open_question") == []
    text = f"1. A?\n   - {answer}\n2. B?\n   - Known: c\n\n- C?\n"
    assert marked(f"# T\n\n## Open Questions\n\n{text}", SPEC, "open_question") == ["B?", "C?"]


@pytest.mark.parametrize(
    "words",
    [
        *("- None (all is clear)", "- None — all decided", "None - decided in planning:\n1. A: b\n2. C: d"),
        *(
            "_No critical ambiguities. All comes from:_\n\n- A\n- B",
            "无。\n\n- 甲",
            "なし。\n\n- 甲",
            "*Keine.*\n\n- A",
        ),
    ],
)
def test_a_section_that_says_that_nothing_is_open_has_no_questions(words: str) -> None:
    assert marked(f"# T\n\n## Open Questions\n\n{words}\n", SPEC, "open_question") == []


def test_a_heading_that_invites_to_ask_asks_nothing() -> None:
    assert marked("# T\n\n## Questions?\n\nSee:\n\n- A\n", SPEC, "open_question") == []
    assert marked("# T\n\n## Questions\n\n- A\n", SPEC, "open_question") == ["A"]
    assert marked("# T\n\n## Open Questions\n\n- Nonetheless, A?\n", SPEC, "open_question") == ["Nonetheless, A?"]


@given(st.text(alphabet="[]（）【NEEDS CLARIFICATION:TBD?待定\n|-*`<> ", max_size=120))
def test_any_text_has_findings_that_lie_in_it(text: str) -> None:
    for finding in check(parse(text, SPEC)):
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
