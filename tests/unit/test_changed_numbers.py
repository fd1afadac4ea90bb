"""Numbers of the brief for which another one stands in a draft, however few words the two statements share."""

from __future__ import annotations

import re

import pytest

from orch_lsp.draft_checks.facts import facts_of
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.table import check_draft


@pytest.mark.parametrize(
    ("brief", "draft"),
    [
        ("Members get a mail and have 7 days to collect the book.", "The system SHALL allow 10 days to collect."),
        ("Members get a mail and have 7 days to collect the book.", "A mail goes out; ten days later it lapses."),
        ("A member may have at most 8 open loans at once.", "12 loans are the limit of a member."),
        ("Wer dran ist, bekommt eine Mail und hat 7 Tage Zeit.", "Das System SHALL nach der Mail 10 Tage warten."),
        ("Ein Mitglied darf höchstens 3 Vormerkungen zugleich haben.", "5 Vormerkungen je Mitglied sind erlaubt."),
        ("本を受け取れる期間は7日で、過ぎると予約は消える。", "システムは予約を10日のあいだ保持する SHALL"),
        ("督促は最大4回まで送る。", "システムは督促を6回送信する SHALL"),
        ("壊れたファイルがあれば終了コード3を返す。", "失敗したファイルを一覧に出し、終了コード5で終わる。"),
        ("正文超过 64 KB 时只显示前 64 KB。", "THE CLI SHALL 显示正文的前 128 KB"),
        ("失败时重试最多 3 次。", "THE CLI SHALL 重试 5 次后放弃"),
        ("La respuesta tarda como máximo 200 ms.", "El servidor SHALL enviar cada respuesta en 350 ms."),
        ("Si falta el token, responde con código de estado 401.", "Sin token responde con código de estado 403."),
    ],
)  # fmt: skip
def test_a_number_that_went_while_another_one_of_the_same_came_is_told(brief: str, draft: str) -> None:
    said = check(draft, brief)
    assert [(one.code, one.severity, one.text) for one in said] == [("fact_uncovered", "warning", draft)]
    # The same draft with the brief's own number has no finding.
    assert not check(with_number_of(brief, draft), brief)


def with_number_of(brief: str, draft: str) -> str:
    number = re.search(r"\d+", brief)
    assert number is not None
    return re.sub(r"ten days|\d+", lambda found: number[0] + found[0].removeprefix("ten").lstrip("0123456789"), draft)


@pytest.mark.parametrize(
    ("brief", "draft"),
    [
        # The brief's number is there, too.
        ("Members have 7 days to collect the book.", "Members have 7 days. A reminder follows after 3 days."),
        # In the brief's other number.
        ("Wait 2 days, then 5 days, for the member.", "The member waits 5 days."),
        # Another unit says another thing.
        ("The page loads within 2 seconds.", "The page of the cache is kept for 24 hours."),
        # What nobody has decided may become any number.
        ("It is not decided whether members have 7 days.", "Members have 10 days."),
        # An open question takes nothing for decided.
        ("Members have 7 days to collect the book.", "Open question: are 10 days for collecting better? Default: 7."),
        # The number in words, or with other words between it and its unit.
        ("Members have 7 days to collect the book.", "A book waits seven days for its member, and 30 days in the log."),
        ("Members have 7 days to collect the book.", "The book is kept 7 full days. Members see it for 30 days."),
        # Numbers of items, tasks and versions count nothing.
        ("2. Extend the list of members in release 4 first.", "3. Extend the list of members."),
        # Nothing in common but the unit.
        ("Members have 7 days to collect the book.", "Backups live for 90 days."),
        # A rate is no share.
        ("The coverage of the modules is 90%.", "The modules are read 3 per page."),
    ],
)
def test_a_number_of_something_else_is_no_changed_one(brief: str, draft: str) -> None:
    assert not [one for one in check(draft, brief) if one.code == "fact_uncovered"]


def check(draft: str, brief: str) -> tuple[DraftFinding, ...]:
    """The findings on a place of a format, held against its brief."""
    part = Part("functional-requirements", "Functional Requirements", draft)
    return check_draft(Material((part,), facts_of(brief), (), brief, in_places=True, wants_whole=False))
