"""Ids that were given up and stand for something else: in a document's own words, and as real commits tell it."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from orch_lsp.app.session import build_session
from orch_lsp.orchestration.specs.review import review
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles
from orch_lsp.rules import retired_ids
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found, marked

SPEC = PROFILES[0]
CODE = "retired_id_reused"
HEAD = "# Feature Specification: Search\n\n## Requirements\n\n"
FIRST = "- **FR-001**: The system MUST search titles of books\n"
SORT = "- **FR-002**: The system MUST sort results by their date\n"
PAY = "- **FR-002**: Customers MUST pay invoices with a card\n"
LAST = "- **FR-003**: The system MUST count all results\n"


def test_the_examples_of_the_page_are_what_they_are_said_to_be() -> None:
    assert [rule.code for rule in retired_ids.RULES] == [CODE]
    assert_examples_are_what_they_are_said_to_be(CODE, SPEC)


@pytest.mark.parametrize(
    "record",
    [
        "- **FR-002**: (REMOVED) It sorted\n",
        "- **FR-002**: SUPERSEDED by FR-003\n",
        "- ~~**FR-002**: RETIRED~~\n",
        "- FR-002 was removed in May\n",
        "- FR-002 has been retired\n",
        "Retired ids: FR-009, FR-002\n",
        "- **Removed requirements**: FR-002 and FR-009\n",
        "- **FR-002**: 已废弃\n",
        "- **FR-002**：廃止\n",
        "- FR-002 removed in May\n",
        "- FR-002 (removed, see FR-003)\n",
        "- FR-002 dropped.\n",
        "| FR-002 removed | x |\n",
        "Superseded: FR-002 by FR-003\n",
        "Retired: FR-009 (replaced by FR-003), **FR-002** and FR-010; see FR-003\n",
    ],
)
def test_an_id_that_the_document_gives_up_is_free_for_nothing_else(record: str) -> None:
    text = f"{HEAD}{FIRST}{PAY}\n## Notes\n\n{record}"
    assert marked(text, SPEC, CODE) == ["FR-002"]
    (only,) = found(text, SPEC, CODE)
    assert text[only.span.start :].startswith("FR-002**: Customers")
    assert [text[one.span.start : one.span.end] for one in only.related] == ["FR-002"]
    assert found(f"{HEAD}{FIRST}\n## Notes\n\n{record}", SPEC, CODE) == []


@pytest.mark.parametrize(
    "line",
    [
        "- **FR-002**: Removed titles MUST be kept for a day\n",
        "See FR-002, which removed the index\n",
        "```\nFR-002 was removed\n```\n",
        "<!-- FR-002 was removed -->\n",
        "- FR-0021 was removed\n",
        "- FR-002 removed the need for a password\n",
        "- FR-002 deleted invoices are kept for a day\n",
        "- FR-002 (removed the word “never”)\n",
        "Retired: FR-009 (replaced by FR-002)\n",
        "Superseded: FR-009 by FR-002\n",
        "Removed: FR-009; FR-002 stays\n",
        "Removed: FR-009, see FR-002\n",
    ],
)
def test_a_requirement_about_removing_gives_up_no_id(line: str) -> None:
    assert found(f"{HEAD}{FIRST}{PAY}\n## Notes\n\n{line}", SPEC, CODE) == []


class Repository:
    """A spec in a repository of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "My Prüf (1) [x]" / "specs" / "001-search"
        self.folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True)

    def write(self, *lines: str) -> None:
        (self.folder / "spec.md").write_text(HEAD + "".join(lines), "utf-8")

    def commit(self, *lines: str) -> None:
        self.write(*lines)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")

    def found(self) -> list[tuple[str | None, str]]:
        return asyncio.run(self._found())

    async def _found(self) -> list[tuple[str | None, str]]:
        session = build_session()
        try:
            files = SpecFiles([self.folder], session, self.root, lambda _: None)
            readings = [found.reading async for found in files.read() if isinstance(found, ReadSpec)]
        finally:
            await session.aclose()
        return [(one.key, one.message) for reading in readings for one in review(reading) if one.rule == CODE]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_an_id_of_an_earlier_commit_that_was_gone_and_is_back_with_other_words(repository: Repository) -> None:
    repository.commit(FIRST, SORT, LAST)
    repository.commit(FIRST, LAST)
    assert repository.found() == []
    repository.write(FIRST, PAY, LAST)
    ((key, message),) = repository.found()
    assert key == "FR-002"
    assert "The system MUST sort results by their date" in message
    repository.commit(FIRST, PAY, LAST)
    repository.commit(FIRST, PAY.replace("invoices", "their invoices"), LAST)
    assert [key for key, _ in repository.found()] == ["FR-002"]


def test_what_comes_back_as_it_was_is_no_reuse(repository: Repository) -> None:
    repository.commit(FIRST, SORT, LAST)
    repository.commit(FIRST, LAST)
    repository.write(FIRST, SORT.replace("their date", "date or title"), LAST)
    assert repository.found() == []


def test_a_requirement_that_is_reworded_without_a_gap_is_no_reuse(repository: Repository) -> None:
    repository.commit(FIRST, SORT, LAST)
    repository.commit(FIRST, PAY, LAST)
    assert repository.found() == []


def test_a_document_that_was_begun_anew_gives_up_no_ids(repository: Repository) -> None:
    repository.commit(FIRST, SORT, LAST)
    repository.commit("Nothing yet.\n")
    repository.commit(FIRST, PAY, LAST)
    assert repository.found() == []


def test_without_git_or_a_commit_nothing_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.write(FIRST, PAY)
    assert repository.found() == []
    (tmp_path / ".git").rename(tmp_path / "gone")
    assert repository.found() == []


def test_many_versions_are_looked_at_up_to_a_bound(repository: Repository) -> None:
    repository.commit(FIRST, SORT, LAST)
    for number in range(45):
        repository.commit(FIRST, LAST, f"- **FR-{100 + number}**: The system MUST say {number}\n")
    repository.write(FIRST, PAY, LAST)
    assert repository.found() == []
