"""Findings of the machine checks: facts lost or turned round, inventions, what cannot be checked, stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.draft_checks.codes import CODES
from orch_lsp.draft_checks.contradictions import contradictions_in
from orch_lsp.draft_checks.facts import facts_of
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.questions import questions_of, read_question
from orch_lsp.draft_checks.sentences import sentences_of
from orch_lsp.draft_checks.table import check_draft
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import after_line

BRIEF = """# Cap the upload size

When a client uploads a file over 25 MB, the `POST /files` endpoint must answer 413 instead of storing the file anyway.
The cap must be read from a setting. Other tenants must not be slowed down by it.
"""
GOOD = """## Goal

A client that uploads a file over 25 MB gets a 413 from `POST /files`, and nothing is stored. Tenants pay for no storage
of files that nobody can process.

## Non-goals

- Resumable uploads.

## Assumptions

- The proxy in front passes `Content-Length` on.

**Open questions**

1. Is the setting per tenant, or one for all? Default: one for all.

## Acceptance Criteria

- A file of 26 MB is answered with 413, and the bucket holds no new object.
- A file of exactly 25 MB is stored.
- With a cap of 5 MB in the setting, a file of 6 MB is answered with 413.
- While one tenant uploads 200 files, the requests of other tenants take no longer than before.

## Tasks

- [ ] Read the cap from the setting in `app/settings.py`.
- [ ] Refuse in `app/files.py` before the body is read.
- [ ] Create `app/limits.py` for the check.

## Verification Plan

- Unit tests for `app/limits.py` at the limit, one below and one above.
- A load test with two tenants.

## Rollback Plan

- Set the cap to the largest value that the proxy allows.
"""
TREE = frozenset(("app", "app/settings.py", "app/files.py", "tests"))


def parts(draft: str) -> tuple[Part, ...]:
    headings = [heading for heading in read(draft).headings if heading.level == 2]
    ends = [*(heading.span.start for heading in headings[1:]), len(draft)]
    return tuple(
        Part(
            PLAIN.key_of_title(one.text) or one.text.casefold(),
            one.text,
            draft[after_line(draft, one.span.end) : end].strip("\n"),
        )
        for one, end in zip(headings, ends, strict=True)
    )


def check(
    draft: str, brief: str = BRIEF, *, language: str | None = "English", defined: Callable[[str], bool] = lambda _: True
) -> tuple[DraftFinding, ...]:
    return check_draft(
        Material(
            parts(draft), facts_of(brief), brief=brief, exists=TREE.__contains__, defined=defined, language=language
        )
    )


def codes(found: tuple[DraftFinding, ...], severity: str | None = None) -> list[str]:
    return sorted({one.code for one in found if severity is None or one.severity == severity})


def test_a_good_draft_has_no_findings() -> None:
    assert check(GOOD) == ()


@pytest.mark.parametrize(
    ("was", "now", "code", "severity"),
    [
        ("over 25 MB gets", "over 250 MB gets", "fact_uncovered", "error"),
        ("- Resumable uploads.", "- Answering 413 from `POST /files`.", "criterion_vague", None),
        ("Read the cap from the setting in `app/settings.py`", "Edit `app/core/caps.py`", "path_not_in_tree", "error"),
        ("- A file of exactly 25 MB is stored.", "- Uploads are fast and robust.", "criterion_vague", "warning"),
        ("- A load test with two tenants.", "- To be defined by the team.", "placeholder_phrase", "warning"),
        ("- A load test with two tenants.", "- Wird noch vom Team festgelegt.", "placeholder_phrase", "warning"),
        ("- A load test with two tenants.", "- 負荷試験：未定", "placeholder_phrase", "warning"),
        ("- A load test with two tenants.", "- À définir.", "placeholder_phrase", "warning"),
        (
            "- Resumable uploads.", "Sure! Here is the draft of the non-goals:\n\n- Resumable uploads.",
            "reader_addressed", "warning",
        ),
        (
            "- A load test with two tenants.", "- A load test.\n\nLet me know if you need more.",
            "reader_addressed", "warning",
        ),
        (
            "- Resumable uploads.", "\n".join(["- Resumable uploads of large files by clients."] * 2),
            "duplicate_statement", "hint",
        ),
        (
            "The proxy in front passes", "Uploads end within 30 seconds and the proxy passes",
            "number_not_in_sources", "warning",
        ),
        ("- Set the cap", "- Set `UPLOAD_CAP_ENABLED` to the cap", "symbol_not_in_tree", "warning"),
    ],
)  # fmt: skip
def test_a_fault_in_a_good_draft_is_found(was: str, now: str, code: str, severity: str | None) -> None:
    assert was in GOOD
    found = check(GOOD.replace(was, now), defined=lambda name: name != "UPLOAD_CAP_ENABLED")
    if severity is None:
        assert code not in codes(found)
    else:
        assert code in codes(found, severity), found


def test_a_draft_that_says_the_contrary_of_its_brief_has_an_error_for_each_fact() -> None:
    contrary = """## Goal

A client that uploads a large file gets an answer at once, and all tenants wait while it is stored anyway.

## Non-goals

- Changes of `POST /files`.

## Acceptance Criteria

- Files are accepted, whatever they weigh; archives and pictures and documents and videos, too.

## Tasks

- [ ] Widen the bucket and its quota, tell people, and count objects each night.
"""
    found = check(contrary)
    told = " ".join(one.message for one in found if one.severity == "error")
    assert "leaves “POST /files” out" in told
    assert "speaks of all" in told
    assert "rules out" in told
    assert "413" in told


def test_a_draft_of_another_subject_loses_every_fact() -> None:
    other = GOOD.replace("25 MB", "a page").replace("413", "an error").replace("`POST /files`", "the printer")
    found = check(other.replace("cap", "tray").replace("setting", "drawer").replace("enants", "rinters"))
    assert [one.fact for one in found if one.code == "fact_uncovered" and one.severity == "error"][:1] == ["F1"]


def test_numbers_are_warnings_at_most() -> None:
    claim = "99.95% of uploads succeed within 3 hours, the proxy passes"
    found = check(GOOD.replace("The proxy in front passes", claim))
    assert codes(found) == ["number_not_in_sources"]
    assert codes(found, "error") == []


def test_a_number_of_the_case_that_a_criterion_sets_up_is_no_claim() -> None:
    text = "- With a cap of 77 MB, a file of 78 MB is refused.\n- While an upload takes 40 seconds, others go on."
    assert check(GOOD.replace("- A file of exactly 25 MB is stored.", text)) == ()


def test_a_path_is_not_missed_where_it_is_said_to_be_new_or_is_of_another_tree() -> None:
    for text in (
        "Add the new module `app/caps.py`.",
        "Proposed: `app/caps.py` holds it.",
        "Read `lib/x.py` of the proxy.",
    ):
        assert check(GOOD.replace("- [ ] Refuse in", f"- [ ] {text}\n- [ ] Refuse in")) == ()


def test_a_dotted_name_of_a_package_of_the_tree_is_an_invention_and_one_of_a_library_a_hint() -> None:
    def defined(name: str) -> bool:
        return name not in {"UploadGuard", "HttpThing"}

    found = check(
        GOOD.replace("- The proxy", "- `app.core.UploadGuard` does it already.\n- The proxy"), defined=defined
    )
    assert [(one.code, one.severity) for one in found] == [("symbol_not_in_tree", "error")]
    found = check(GOOD.replace("- The proxy", "- `HttpThing` does it already.\n- The proxy"), defined=defined)
    assert [(one.code, one.severity) for one in found] == [("symbol_not_in_tree", "hint")]


@pytest.mark.parametrize(
    ("brief", "decided", "raised"),
    [
        (
            "# A\n\nKeep drafts. It is not decided whether drafts expire after a week or a month.\n",
            "- Drafts expire after a month.",
            "- Open: do drafts expire after a week or a month?",
        ),
        (
            "# A\n\nEntwürfe behalten. Noch offen ist, ob Entwürfe nach einer Woche oder einem Monat verfallen.\n",
            "- Entwürfe verfallen nach einem Monat oder einer Woche von selbst.",
            "- Offene Frage: verfallen Entwürfe nach einer Woche oder einem Monat?",
        ),
        (
            "# A\n\n下書きを保持する。保存期間は未定。\n",
            "- 下書きの保存期間は30日とする。",
            "- 未決: 下書きの保存期間は何日か？",
        ),
        (
            "# A\n\n`box keep` nimmt den Hash auf; ob auch die Kiste geleert wird, ist noch nicht entschieden.\n",
            "- Mit dem Hash wird dabei auch die Kiste geleert.",
            "- `box keep` nimmt den Hash auf.\n- Offene Frage: Wird auch die Kiste geleert? Optionen: ja / nein.",
        ),
        (
            "# A\n\n开启缓存。尚未决定的是压缩是否开启，安全组与性能组意见不同。\n",
            "- 压缩开启，安全组与性能组意见不同。",
            "- 待定：压缩是否开启？安全组与性能组意见不同。选项：开启 / 不开启。默认：不开启。",
        ),
        (
            "# A\n\nAn older reader sees broken entries in a moved index: it must refuse it, which we do not know.\n",
            "- An older reader must refuse the moved index, and sees no broken entries.",
            "- Open question: can an older reader be made to refuse the index? Options: yes / not at all.",
        ),
    ],
)  # fmt: skip
def test_an_open_point_of_the_brief_is_not_to_be_decided_silently(brief: str, decided: str, raised: str) -> None:
    def of(line: str) -> list[str]:
        return codes(check(f"## Acceptance Criteria\n\n{line}\n", brief, language=None), "error")

    assert of(decided) == ["undecided_written_as_decided"]
    assert of(raised) == []


def test_ids_are_traced_where_there_are_some_and_plain_bullets_are_left_alone() -> None:
    ids = """## Acceptance Criteria

- AC1: a file of 26 MB is answered with 413.
- AC2: a file of 25 MB is stored.
- AC3: other tenants take no longer.

## Tasks

- [ ] T1 Refuse in `app/files.py` (AC1).
- [ ] T2 Store at the limit (AC2).
- [ ] T3 Tell support.

## Verification Plan

- AC1–AC2 by unit tests.
"""
    found = check(ids)
    assert {(one.code, one.message) for one in found if one.severity == "warning"} == {
        ("criterion_without_task", "no task names AC3"),
        ("criterion_without_check", "no check names AC3"),
        ("task_without_criterion", "this task names no criterion"),
    }
    bare = check(ids.replace(" (AC1)", "").replace(" (AC2)", "").replace("AC1–AC2 by", "By"))
    assert sorted(one.message for one in bare if one.severity == "warning") == [
        "no check in “Verification Plan” names a criterion",
        "no task in “Tasks” names a criterion",
    ]


def test_a_section_in_another_language_is_told() -> None:
    german = (
        "Der Client erhält eine Antwort mit dem Status, und die Datei wird nicht gespeichert, wenn sie zu groß ist. "
        "Die Grenze ist eine Einstellung, und sie wird bei dem Start gelesen."
    )
    found = check(GOOD.replace("- Resumable uploads.", german))
    assert [(one.code, one.key) for one in found] == [("language_mismatch", "non-goals")]


def test_two_criteria_with_two_quantities_of_the_same_are_told() -> None:
    found = check(
        GOOD.replace(
            "- A file of exactly 25 MB is stored.",
            "- An interrupted upload is removed from the bucket within 60 seconds.\n"
            "- An interrupted upload is removed from the bucket within 600 seconds.",
        )
    )
    assert "of the same, one criterion says 60 seconds and this one 600 seconds" in {one.message for one in found}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("The cap must be read from a setting.", "must"),
        ("Add a cap for uploads.", "must"),
        ("- At most 3 retries in 10 seconds.", "limit"),
        ("We decided to keep the old endpoint.", "decision"),
        ("It is unclear who pays.", "undecided"),
        ("Per tenant or for all?", "undecided"),
        ("Resumable uploads are out of scope.", "out_of_scope"),
        ("Thanks for looking at this.", "noise"),
        ("Die Grenze muss einstellbar sein.", "must"),
        ("Noch offen ist, wer zahlt.", "undecided"),
        ("Fortsetzbare Uploads sind nicht Teil davon.", "out_of_scope"),
        ("上限は設定から読み込むこと。", "must"),
        ("保存期間は未定。", "undecided"),
        ("上限必须可配置。", "must"),
        ("保留期限待定。", "undecided"),
        ("El límite debe leerse de un ajuste.", "must"),
        ("La limite doit être réglable.", "must"),
        ("O limite deve ser configurável.", "must"),
        ("상한은 설정에서 읽어야 한다.", "must"),
        ("보존 기간은 미정이다.", "undecided"),
    ],
)
def test_the_kind_of_a_fact_is_read_from_its_words(line: str, kind: str) -> None:
    (fact,) = facts_of(f"# Uploads\n\n{line}\n")
    assert (fact.kind, fact.line_from, fact.line_to) == (kind, 3, 3)


def test_facts_have_the_lines_and_tokens_of_their_brief() -> None:
    first, second, third = facts_of(BRIEF)
    assert (first.line_from, first.line_to) == (3, 3)
    assert {(token.kind, token.text) for token in first.tokens} >= {
        ("quantity", "25 MB"), ("number", "413"), ("code", "POST /files"),
    }  # fmt: skip
    assert (second.line_from, third.line_to) == (4, 4)


def test_a_brief_that_says_two_numbers_of_the_same_contradicts_itself() -> None:
    facts = facts_of(
        "# A\n\nSessions of idle users end after 15 minutes.\nSessions of idle users end after 30 minutes.\nTokens of "
        "machines live for 30 days.\n"
    )
    assert [(one.id, other.id) for one, other in contradictions_in(facts)] == [("F1", "F2")]


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_text_makes_a_check_fail(draft: str, brief: str) -> None:
    sections = (Part("acceptance-criteria", "Acceptance Criteria", draft), Part("tasks", "Tasks", brief))
    check_draft(Material(sections, facts_of(brief), brief=brief, defined=lambda _: False, exists=lambda _: False))
    assert all(one.line_from <= one.line_to for one in sentences_of(draft))


def test_each_code_is_on_the_page_with_what_it_finds() -> None:
    page = (Path(__file__).parents[2] / "docs" / "drafts.md").read_text("utf-8")
    for code, finds in CODES.items():
        assert f"\n### {code}\n" in page
        assert f"| [`{code}`](#{code}) |" in page
        assert f"| {finds} |\n" in page


@pytest.mark.parametrize(
    ("line", "text", "options", "default"),
    [
        ("Q1: Who pays? Options: a/b. Default: b.", "Who pays?", ("a", "b"), "b"),
        ("**Q2**: Where is it? Options: a) Redis, b) a file. Default: a", "Where is it?", ("Redis", "a file"), "Redis"),
        ("Open question: Is it on? Options: yes / no.", "Is it on?", ("yes", "no"), None),
        (
            "Offene Frage: Wer zahlt? Optionen: Kunde / Laden. Vorgabe: Kunde.",
            "Wer zahlt?",
            ("Kunde", "Laden"),
            "Kunde",
        ),
        ("We want either a banner or `x.md`.", "We want either a banner or `x.md`.", ("a banner", "`x.md`"), None),
        ("What is its name? Working name here: `CAP`, in MB.", "What is its name?", (), "`CAP`, in MB"),
    ],
)
def test_a_question_is_read_with_its_options_and_default(
    line: str, text: str, options: tuple[str, ...], default: str | None
) -> None:
    found = read_question(line)
    assert (found.text, found.options, found.default) == (text, options, default)


def test_the_questions_of_a_draft_and_of_its_brief_are_one_list() -> None:
    brief = (
        "# A\n\nIdle sessions of users end after 15 minutes. Who pays is undecided.\n\n"
        "Idle sessions of users end after 30 minutes.\n"
    )
    body = "- A proxy is there.\n\n**Open questions**\n\n1. Who pays? Options: shop / customer.\n2. Is it on?"
    found = questions_of([Part("assumptions", "Assumptions", body)], facts_of(brief), ("May I use Redis?",))
    assert [(one.text, one.about, one.key) for one in found] == [
        ("Who pays?", (3, 3), "assumptions"),
        ("Is it on?", None, "assumptions"),
        ("May I use Redis?", None, None),
        ("Line 3 says 15 minutes and line 5 says 30 minutes of the same. Which one holds?", (3, 5), None),
    ]
    assert found[3].options == ("15 minutes", "30 minutes")
