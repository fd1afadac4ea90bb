"""Sentences that only say that somebody must still write something, in the languages of briefs."""

from __future__ import annotations

import pytest

from orch_lsp.document.answer.chatter import kind_of
from orch_lsp.document.answer.reading import read_answer
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.table import check_draft
from orch_lsp.profiles.plain.sections import PLAIN

PUT_OFF = (
    "The functional requirements need more input from the author.",
    "The acceptance criteria will be defined together with the team.",
    "The tasks of this phase will be defined once the first story is done.",
    "This section needs to be written by the product owner.",
    "This section will be completed after the design review.",
    "Measurable outcomes still have to be agreed with the stakeholders.",
    "The edge cases have yet to be worked out.",
    "Further details will follow.",
    "Details will be added in a later iteration.",
    "Someone has to write this section.",
    "Somebody needs to fill in the tasks.",
    "The user story needs to be refined with the team.",
    "More research is needed before the requirements can be written.",
    "The author should add the requirements here.",
    "The team will define the acceptance criteria during planning.",
    "We will add the tasks later.",
    "No requirements have been defined yet.",
    "The requirements are still under discussion.",
    "The success criteria are yet to be determined.",
    "The requirements will be derived from the brief in the next step.",
    "This section requires further clarification from the stakeholders.",
    "The design of this change still needs a decision.",
    "The verification plan is not yet written.",
    "The implementation details will be worked out later.",
    "Die funktionalen Anforderungen brauchen noch Input vom Autor.",
    "Die Aufgaben werden vom Team noch festgelegt.",
    "Die Akzeptanzkriterien werden gemeinsam mit dem Team festgelegt.",
    "Die Akzeptanzkriterien werden zusammen mit dem Fachbereich erarbeitet.",
    "Dieser Abschnitt muss noch geschrieben werden.",
    "Dieser Abschnitt wird später ergänzt.",
    "Die Details folgen später.",
    "Weitere Details folgen.",
    "Das Team legt die Kriterien später fest.",
    "Hier fehlen noch Angaben des Auftraggebers.",
    "Die Szenarien sind noch auszuarbeiten.",
    "Die Anforderungen stehen noch nicht fest.",
    "Die Aufgaben dieser Phase werden nach dem Entwurf festgelegt.",
    "ユーザーストーリーは後で記載します。",
    "検証計画は実装の後に決めます。",
    "機能要件については作成者からの追加情報が必要です。",
    "受け入れ基準はチームと相談して決めます。",
    "このセクションは後日追記します。",
    "詳細は今後検討します。",
    "タスクは設計後に定義します。",
    "要件はまだ決まっていません。",
    "機能要件は、作成者によるさらなる入力が必要です。",
    "功能需求需要作者提供更多信息。",
    "验收标准将与团队一起确定。",
    "任务将在设计完成后定义。",
    "本节待补充。",
    "用户故事稍后补充。",
    "具体内容后续再定。",
    "需求尚未确定。",
    "该部分需要由产品负责人填写。",
    "验收标准需要进一步讨论。",
    "Los requisitos funcionales necesitan más información del autor.",
    "Los criterios de aceptación se definirán con el equipo.",
    "Las tareas se definirán más adelante.",
    "Esta sección está pendiente de redactar.",
    "Esta sección se completará después del diseño.",
    "El equipo debe definir los escenarios.",
    "Los detalles se añadirán más tarde.",
    "Les exigences fonctionnelles nécessitent plus d'informations de l'auteur.",
    "Les critères d'acceptation seront définis avec l'équipe.",
    "Cette section sera complétée plus tard.",
    "Les tâches restent à définir.",
    "Os requisitos funcionais precisam de mais informações do autor.",
    "Os critérios de aceitação serão definidos com a equipe.",
    "Esta seção será preenchida mais tarde.",
    "기능 요구사항은 작성자의 추가 입력이 필요합니다.",
    "인수 기준은 팀과 함께 정의할 예정입니다.",
    "작업은 나중에 정의합니다.",
    "이 섹션은 추후 작성됩니다.",
)
SAID = (
    "The requirements of RFC 9110 must be met.",
    "Tasks are stored in the database.",
    "The user needs more information about a failed import.",
    "Details are shown in a panel.",
    "The acceptance criteria of the payment provider must be fulfilled.",
    "Additional details are provided in the error body.",
    "This section of the page needs a heading.",
    "Criteria can be defined by an administrator.",
    "The details will be added to the log.",
    "Tasks can be listed with `orch list`.",
    "The design follows the existing pattern.",
    "Tasks are completed by the user.",
    "The team defines the tasks in the board.",
    "The steps are described in the manual.",
    "The user must add a task before the list is shown.",
    "Details follow the same format as the list.",
    "The scope must be defined in the token.",
    "The section must be completed before the form is sent.",
    "Questions can be answered by the customer.",
    "The plan depends on the number of seats.",
    "The content is provided by the CMS.",
    "The details are determined by the server.",
    "Decisions must be documented in the log.",
    "Each task must be completed before its due date.",
    "Die Anforderungen der DSGVO müssen eingehalten werden.",
    "Aufgaben werden vom Nutzer angelegt.",
    "Das Team legt fest, wer zugreifen darf.",
    "Die Aufgaben werden nach Priorität sortiert.",
    "Die Details werden im Protokoll ergänzt.",
    "Der Plan wird jede Nacht erstellt.",
    "Der Abschnitt ist offen, wenn er angeklickt wird.",
    "タスクは後で再開できる。",
    "タスクは保存後に一覧に表示します。",
    "要件はすべて満たすこと。",
    "詳細はパネルに表示する。",
    "条件はユーザーが入力する。",
    "作業は完了後に記録する。",
    "内容は保存時に検証する。",
    "タスクは作成時に一覧へ追加する。",
    "详细信息将在面板中显示。",
    "任务将在后台执行。",
    "任务完成后需要确认。",
    "内容需要由用户填写。",
    "任务会在创建后显示。",
    "需求变更后必须通知用户。",
    "Los criterios se guardan en la base de datos.",
    "Los detalles se muestran en un panel.",
    "Las tareas se completan en orden.",
    "Las tareas se definen en un archivo.",
    "Les tâches sont exécutées dans l'ordre.",
    "Les détails sont ajoutés dans le journal.",
    "As tarefas são concluídas pelo usuário.",
    "작업은 완료 후에 목록에서 사라진다.",
    "내용은 저장할 때 검증한다.",
)


@pytest.mark.parametrize("sentence", PUT_OFF)
def test_a_section_that_only_says_that_it_is_still_to_be_written_is_none(sentence: str) -> None:
    assert kind_of(sentence) == "refused"
    assert kind_of(f"- {sentence}") == "refused"
    # Beside something that is said it is a finding, and the section stays.
    body = f"Members borrow books at the desk.\n\n{sentence}"
    assert kind_of(body) == "text"
    assert [one.text for one in _stand_ins(body)] == [sentence]


@pytest.mark.parametrize("sentence", SAID)
def test_a_statement_about_tasks_or_details_of_a_product_is_no_stand_in(sentence: str) -> None:
    assert kind_of(sentence) == "text"
    assert not _stand_ins(f"Members borrow books at the desk.\n\n{sentence}")


def test_a_section_that_is_put_off_is_left_out_and_told() -> None:
    answer = "## Goal\n\nMembers borrow books.\n\n## Tasks\n\nThe tasks will be worked out with the team.\n"
    read = read_answer(answer, PLAIN, ["goal", "tasks"], "")
    assert [one.key for one in read.sections] == ["goal"]
    assert [(one.code, one.key) for one in read.notes] == [("section_refused", "tasks")]


@pytest.mark.parametrize(
    "words",
    [
        "the requirements will be defined " + "later after the planning with the team and the team " * 8,
        "the requirements " + "will should must can still yet " * 12,
        "die aufgaben werden " + "noch nach der planung später mit dem team " * 9,
        "weitere details folgen " + "später nach dem entwurf bis zum ende " * 10,
        "タスクは" + "後でチームと相談して、" * 30,
        "任务" + "将会稍后再与团队一起" * 30,
        "작업은 " + "나중에 팀과 함께 " * 30,
        "los requisitos de la " + "la sección de la " * 22,
        "les tâches seront définies " + "plus tard après la réunion avec l'équipe " * 9,
        "a " * 200,
        "需求" * 200,
        "要件" * 200,
        "기준" * 200,
        "design architecture " * 20,
    ],
)
def test_no_words_make_the_search_long(words: str) -> None:
    # A search that tries all ways to divide these words does not come to an end.
    assert kind_of(f"{words}(") == "text"


def _stand_ins(body: str) -> list[DraftFinding]:
    found = check_draft(Material((Part("tasks", "Tasks", body),), in_places=True))
    return [one for one in found if one.code == "placeholder_phrase"]
