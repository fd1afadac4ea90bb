"""Terms that a glossary lacks, quantities that contradict each other, and technologies in specs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.app.session import build_session
from orch_lsp.document.parse import parse
from orch_lsp.document.readings import Readings
from orch_lsp.language.index import Index
from orch_lsp.orchestration.specs.review import review
from orch_lsp.profiles.kiro.sections import REQUIREMENTS
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles
from orch_lsp.rules import glossary, likeness, quantities, technologies
from orch_lsp.rules.check import check
from orch_lsp.rules.rule import Evidence
from orch_lsp.text import apply_edits
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, examples, found, marked
from tests.unit.test_wording import requirements

SPEC = PROFILES[0]
KEPT = (likeness._kept_likeness, quantities._kept)  # pyright: ignore[reportPrivateUsage]
CODES = [rule.code for family in (quantities, glossary, technologies) for rule in family.RULES]


def with_glossary(entries: str, *lines: str, heading: str = "Glossary") -> str:
    listed = "".join(f"{number}. {line}\n" for number, line in enumerate(lines, 1))
    return (
        f"# Requirements Document\n\n## Introduction\n\nThe Back_Office SHALL x.\n\n## {heading}\n\n{entries}\n"
        f"## Requirements\n\n### Requirement 1: A\n\n#### Acceptance Criteria\n\n{listed}"
    )


ENTRIES = "- **Task_Queue**: Jobs that wait.\n- **Cashier (Till)**: A person.\n- **Entry** / **Row**: A line.\n"


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    profile = REQUIREMENTS if examples(code)[0].startswith("# Requirements Document") else SPEC
    assert_examples_are_what_they_are_said_to_be(code, profile)


@pytest.mark.parametrize(
    ("line", "terms"),
    [
        ("THE Task_Queue SHALL keep jobs for the Job_Runner", ["Job_Runner"]),
        ("THE Clerk SHALL open the till", ["Clerk"]),
        ("WHEN a Task_Queues is full THE Cashiers SHALL wait", []),
        ("THE Till SHALL open and THE Entries SHALL close", []),
        ("THE task queue SHALL wait", []),
        ("THE System SHALL run `Job_Runner`, “Job_Runner” and a.Job_Runner.b and Job_Runner(x)", []),
        ("THE System SHALL set MAX_JOBS and keep Visual Studio and Monday", []),
        ("THE JobRunner SHALL work", []),
        ("The Q&A_Transcript SHALL be kept", []),
        ("Das System muss Aufträge und Kunden zeigen", []),
        ("系统必须显示 Job_Runner 的状态", ["Job_Runner"]),
        ("THE Job_Runner SHALL ask the Job_Runner", ["Job_Runner"]),
    ],
)
def test_only_what_is_typed_as_a_term_is_looked_up(line: str, terms: list[str]) -> None:
    assert marked(with_glossary(ENTRIES, line), REQUIREMENTS, "undefined_term") == terms


@pytest.mark.parametrize(
    ("heading", "entries"),
    [
        ("Glossary", "- **Job_Runner**: x\n"),
        ("术语表", "- **Job_Runner**：x\n"),
        ("用語集", "- Job_Runner: x\n"),
        ("Glossar", "| Begriff | Sinn |\n| --- | --- |\n| **Job_Runner** | x |\n"),
        ("Glossary of terms", "### Job_Runner\n\nx\n"),
        ("Glossary", "- __Job Runner__ — x\n"),
        ("Glossary", "* **Runner, Job Runner:** x\n"),
    ],
)
def test_a_glossary_has_many_forms(heading: str, entries: str) -> None:
    text = with_glossary(entries, "THE Job_Runner SHALL x and the Other_Term", heading=heading)
    assert marked(text, REQUIREMENTS, "undefined_term") == ["Other_Term"]


def test_without_a_glossary_or_with_an_empty_one_nothing_is_said() -> None:
    line = "THE Job_Runner SHALL work"
    assert found(with_glossary("Nothing yet.\n", line), REQUIREMENTS, "undefined_term") == []
    assert found(with_glossary(ENTRIES, line, heading="Names"), REQUIREMENTS, "undefined_term") == []


@pytest.mark.parametrize("slip", ["Task_Qeue", "Task_Queu", "Task_Queeue", "Task_Queie"])
def test_a_slip_of_one_letter_is_cured_everywhere(slip: str) -> None:
    text = with_glossary(ENTRIES, f"THE {slip} SHALL wait", f"THE Task_Queue SHALL ask the {slip}")
    (only,) = found(text, REQUIREMENTS, "undefined_term")
    assert "“Task_Queue” is: use one spelling" in only.message
    assert not only.fixes[0].by_itself
    cured = apply_edits(text, only.fixes[0].edits)
    assert f"{slip} " not in cured
    assert found(cured, REQUIREMENTS, "undefined_term") == []


def test_a_term_is_added_behind_the_last_one() -> None:
    text = with_glossary(ENTRIES, "THE Job_Runner SHALL wait")
    (only,) = found(text, REQUIREMENTS, "undefined_term")
    cured = apply_edits(text, only.fixes[0].edits)
    assert f"{ENTRIES}- **Job_Runner**: TODO\n" in cured
    assert found(cured, REQUIREMENTS, "undefined_term") == []


@pytest.mark.parametrize(
    ("entries", "added"),
    [
        ("- **Cashier**: A person\n  who sells\nthings.\n", "- **Job_Runner**: TODO\n"),
        ("- **Cashier**: A person.\n  - who: sells\n\n  and more\n", "- **Job_Runner**: TODO\n"),
        ("* **Cashier**: A person.\n", "* **Job_Runner**: TODO\n"),
        ("1)  **Cashier**: A person.\n", "2)  **Job_Runner**: TODO\n"),
        ("> - **Cashier**: A person\n>   who sells.\n", "> - **Job_Runner**: TODO\n"),
        ("- People\n  - **Cashier**: A person.\n", "  - **Job_Runner**: TODO\n"),
        ("| Term | Sense |\n|---|---|\n| Cashier | A person |\n", "| Job_Runner | TODO |\n"),
        ("### Cashier\n\nA person.\n", "\n### Job_Runner\n\nTODO\n"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_term_is_added_in_the_form_of_the_others_and_takes_no_words_of_theirs(
    entries: str, added: str, line_end: str
) -> None:
    text = with_glossary(entries, "THE Job_Runner SHALL wait").replace("\n", line_end)
    (only,) = found(text, REQUIREMENTS, "undefined_term")
    cured = apply_edits(text, only.fixes[0].edits)
    assert f"{entries}{added}".replace("\n", line_end) in cured
    assert found(cured, REQUIREMENTS, "undefined_term") == []


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("conflicting_number", "Guest sessions MUST end after 15 minutes", "Guest sessions MUST end after 30 min."),
        ("conflicting_number", "An upload of pictures MUST hold 5 MB", "Uploads of pictures MUST hold 10MB per upload"),
        ("conflicting_number", "Sitzungen der Gäste enden nach 5 Minuten", "Gäste: Sitzungen enden nach 6 Minuten"),
        ("conflicting_number", "访客会话必须在15分钟后结束并记录", "访客会话必须在30分钟后结束并记录"),
        ("unit_inconsistency", "Guest sessions MUST end after 15 minutes", "Guest sessions MUST end after 900 s"),
        ("conflicting_number", "Uploads of pictures MUST hold 1,500 MB", "Uploads of pictures MUST hold 1.5 MB"),
        ("unit_inconsistency", "Title searches MUST answer in 0,500 s", "Title searches MUST answer in 500 ms"),
        ("unit_inconsistency", "Title searches MUST answer in 0.5 s", "Title searches MUST answer in 500ms"),
    ],
)  # fmt: skip
def test_one_thing_has_one_quantity(code: str, first: str, second: str) -> None:
    text = requirements(first, "Another one MUST stand in 7 days between the two", second)
    (only,) = found(text, SPEC, code)
    assert only.key == "FR-003"
    assert len(only.related) == 1
    other = {"conflicting_number", "unit_inconsistency"} - {code}
    assert found(text, SPEC, other.pop()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Guest sessions MUST end after 15 minutes", "Member sessions MUST end after 30 minutes"),
        ("Guest sessions MUST end after 15 minutes", "Guest sessions MUST end after 15 mins"),
        ("Guest sessions MUST end after 15 minutes", "Guest sessions MUST NOT end after 30 minutes"),
        ("Guest sessions MUST end after 15 minutes", "Guest sessions MUST hold 30 MB"),
        ("Guest sessions MUST end after 15 `minutes`", "Guest sessions MUST end after version 30"),
        ("It MUST wait 5 s", "It MUST wait 6 s"),
        ("Uploads of pictures MUST hold 1,500 MB", "Uploads of pictures MUST hold 1500 MB"),
        ("Uploads of pictures MUST hold 1,500,000 bytes", "Uploads of pictures MUST hold 1500000 bytes"),
        ("Uploads of pictures MUST hold 1,5 MB", "Uploads of pictures MUST hold 1.5 MB"),
        ("Uploads of pictures MUST hold 1,500.5 MB", "Uploads of pictures MUST hold 1500.5 MB"),
        ("首次响应时间必须在 3 秒内完成", "一般问答响应时间必须在 5 秒内完成"),
    ],
)
def test_two_things_may_have_two(first: str, second: str) -> None:
    text = requirements(first, second)
    assert found(text, SPEC, "conflicting_number") == []
    assert found(text, SPEC, "unit_inconsistency") == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("It MUST keep titles in postgresql", ["postgresql"]),
        ("It MUST use React and Redis", ["React"]),
        ("It MUST react within 2 s and keep a flask", []),
        ("It MUST show `Redis` and “Redis” as typed, and https://example.org/redis", []),
        ("It MUST search Redis-like titles, pythons and angular lines", []),
        ("系统必须使用 MySQL 保存", ["MySQL"]),
    ],
)
def test_technologies_are_known_by_their_names(line: str, names: list[str]) -> None:
    assert marked(requirements(line), SPEC, "implementation_leak") == names


def test_a_feature_about_a_technology_may_name_it() -> None:
    text = requirements("It MUST read Redis", "It MUST read Kafka").replace("Specification: A", "Specification: Redis")
    assert marked(text, SPEC, "implementation_leak") == ["Kafka"]
    assert marked(requirements("It MUST a") + "- **C-001**: Redis is there\n", SPEC, "implementation_leak") == []
    settled = Evidence(technologies=frozenset(("Kafka",)))
    assert found(text, SPEC, "implementation_leak", settled) == []
    assert [one.rule for one in check(parse(text, PLAIN)) if one.rule == "implementation_leak"] == []


def test_the_constitution_settles_a_technology(tmp_path: Path) -> None:
    root = tmp_path / "My Prüf (1) [x]"
    folder = root / "specs" / "001-search"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(requirements("It MUST use Redis", "It MUST use Kafka"), "utf-8")
    memory = root / ".specify" / "memory"
    memory.mkdir(parents=True)
    (memory / "constitution.md").write_text("# Search Constitution\n\n### I. Store\n\nWe keep all in Redis.\n", "utf-8")

    async def leaks() -> list[str | None]:
        session = build_session()
        try:
            files = SpecFiles([root], session, root, lambda _: None)
            readings = [one.reading async for one in files.read() if isinstance(one, ReadSpec)]
        finally:
            await session.aclose()
        index = Index.of([one.indexed for one in readings], is_whole=True)
        known = [replace(one, around_it=index) for one in readings]
        return [one.key for reading in known for one in review(reading) if one.rule == "implementation_leak"]

    assert asyncio.run(leaks()) == ["FR-002"]


def test_what_is_known_of_very_long_statements_is_not_kept() -> None:
    readings, before = Readings(), [kept.cache_info().currsize for kept in KEPT]
    for typed in range(20):
        words = " ".join(f"word{number}" for number in range(400))
        check(readings.read("a", requirements(f"{'x' * typed} It MUST hold {words} for 5 minutes"), SPEC))
    assert [kept.cache_info().currsize for kept in KEPT] == before


@given(at=st.integers(0, 500), typed=st.sampled_from(["x", " 15 minutes", "_", "Task_Queue", "Redis", "\n", "`"]))
def test_findings_after_an_edit_are_those_of_the_whole(at: int, typed: str) -> None:
    text = with_glossary(ENTRIES, *[f"THE Task_Queue SHALL end guest sessions after {n} minutes" for n in (5, 6, 5)])
    readings = Readings()
    check(readings.read("a", text, REQUIREMENTS))
    edited = text[: min(at, len(text))] + typed + text[min(at, len(text)) :]
    again = check(readings.read("a", edited, REQUIREMENTS))
    for one, other in zip(again, check(parse(edited, REQUIREMENTS)), strict=True):
        assert (one.rule, one.span, one.message, one.related) == (other.rule, other.span, other.message, other.related)


def test_a_rate_is_no_share() -> None:
    assert [
        one.dimension for one in quantities.quantities_in("90 per cent, 90 por ciento, 3 per page, 2 por hoja")
    ] == [
        "share",
        "share",
    ]
