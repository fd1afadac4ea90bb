"""Open tasks that are to change a file which is not there."""

from __future__ import annotations

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.kiro.sections import TASKS
from orch_lsp.profiles.openspec.kinds import TASKS as OF_OPENSPEC
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules.files_to_change import files_to_change
from orch_lsp.rules.rule import Evidence
from tests.unit.rule_pages import examples, found

CODE = "dead_path"
OF_SPEC_KIT = next(profile for profile in PROFILES if profile.kind == "tasks")


def tasks(*lines: str) -> str:
    return "# Implementation Plan\n\n## Tasks\n\n" + "".join(
        f"- [ ] {number}. {line}\n" for number, line in enumerate(lines, 1)
    )


def files(text: str) -> frozenset[str]:
    return files_to_change(parse(text, TASKS))


def test_the_examples_of_the_page_are_what_they_are_said_to_be() -> None:
    bad, good = examples(CODE)
    missing = Evidence(frozenset({"src/limits.py", "src/counters.py"}))
    (only,) = found(bad, TASKS, CODE, missing)
    assert (only.key, only.severity, only.fixes) == ("3", "information", ())
    assert bad[only.span.start : only.span.end] == "src/counters.py"
    assert found(good, TASKS, CODE, missing) == []


@pytest.mark.parametrize(
    "line",
    [
        *("Update `src/a.py`", "**Modify** src/a.py to count", "Fix the tests in `src/a.py`"),
        *("Refactoring `src/a.py:12-40`", "Remove src/a.py.", "更新 `src/a.py`", "修改 src/a.py 中的登录"),
        *("删除 `src/a.py`", "Move src/a.py to src/b.py", "Rename `src/a.py` to b/c.py"),
        *("`src/a.py` を更新する", "`src/a.py`の検証を修正"),
        *("`src/a.py` 수정", "src/a.py 파일을 업데이트"),
        *("Actualizar `src/a.py`", "Corrigir `src/a.py`", "Aktualisiere `src/a.py`", "`src/a.py` anpassen"),
        *("Ändere `src/a.py`", "Mettre à jour `src/a.py`", "Supprimer `src/a.py`"),
    ],
)  # fmt: skip
def test_a_task_that_begins_with_a_change_names_what_has_to_be_there(line: str) -> None:
    assert files(tasks(line)) == {"src/a.py"}


@pytest.mark.parametrize(
    "line",
    [
        *("Create `src/a.py`", "Add `src/a.py`", "Implement `src/a.py`", "Test `src/a.py`"),
        *("Updates are read from src/a.py", "Move counting to `src/a.py`"),
        *("Update the app to use a new module `src/a.py`", "Move counting into `src/a.py` (new)", "Extract `src/a.py`"),
        *("Fixtures in `src/a.py`", "Write docs and update `src/a.py`", "Update README.md", "新建并修改 `src/a.py`"),
        *("`src/a.py` を作成", "`src/a.py` 생성 및 수정", "`src/a.py` erstellen", "Créer et modifier `src/a.py`"),
    ],
)  # fmt: skip
def test_another_task_names_nothing_that_has_to_be_there(line: str) -> None:
    assert files(tasks(line)) == frozenset()


def test_only_open_tasks_count_and_only_the_first_file_that_each_line_names() -> None:
    text = (
        "# Implementation Plan\n\nUpdate `a/z.py`.\n\n## Tasks\n\n- [x] 1. Update `a/a.py`\n"
        "- [-] 2. Update `a/b.py`\n- [ ] 3. Update `a/c.py` and `a/d.py`\n  - Update `a/e.py`\n"
        "  - [ ]* 3.1 Update `a/f.py`\n- [ ] 4. Counters\n  - Update `a/g.py`\n\n```\n- [ ] 5. Update `a/h.py`\n```\n"
    )
    assert files(text) == {"a/c.py", "a/e.py", "a/f.py", "a/g.py"}


def test_a_file_that_a_task_before_names_may_be_made_by_that_one() -> None:
    assert files(tasks("Counters in `src/a.py`, `src/b.py`", "Update `src/b.py`", "Update `src/c.py`")) == {"src/c.py"}


@pytest.mark.parametrize(
    ("profile", "line", "key"),
    [
        (OF_SPEC_KIT, "- [ ] T002 [P] [US1] Update counting in src/a.py", "T002"),
        (OF_OPENSPEC, "- [ ] 1.1 Extend `src/a.py`", "1.1"),
    ],
)
def test_numbers_and_labels_stand_in_front_of_a_tasks_words(profile: Profile, line: str, key: str) -> None:
    text = f"# Tasks: A\n\n## 1. Counters\n\n{line}\n"
    (only,) = found(text, profile, CODE, Evidence(frozenset({"src/a.py"})))
    assert only.key == key


def test_where_most_files_or_many_are_gone_one_finding_says_so() -> None:
    text = tasks(*(f"Update `old/{name}.py`" for name in "abcd"))
    (only,) = found(text, TASKS, CODE, Evidence(files(text)))
    assert only.message == "4 of 4 open tasks are to change a file that is not there, such as `old/a.py`."
    assert [one.key for one in found(text, TASKS, CODE, Evidence(files(text) - {"old/a.py", "old/b.py"}))] == ["3", "4"]
    text = tasks(*(f"Update `old/{number}.py`" for number in range(30)))
    assert len(found(text, TASKS, CODE, Evidence(frozenset(f"old/{number}.py" for number in range(10))))) == 10
    assert len(found(text, TASKS, CODE, Evidence(frozenset(f"old/{number}.py" for number in range(11))))) == 1


def test_nothing_is_said_without_code_or_where_nobody_looked() -> None:
    text = tasks("Update `src/a.py`")
    assert found(text, TASKS, CODE) == []
    assert found(text, TASKS, CODE, Evidence(files(text), holds_code=False)) == []


WITHOUT = "task_missing_path"


def test_the_examples_of_a_task_without_a_file_are_what_they_are_said_to_be() -> None:
    bad, good = examples(WITHOUT)
    (only,) = found(bad, OF_SPEC_KIT, WITHOUT)
    assert (only.key, only.severity) == ("T006", "hint")
    assert found(good, OF_SPEC_KIT, WITHOUT) == []


@pytest.mark.parametrize(
    "line",
    [
        *("Run all tests", "Verify that it is quick", "Edit `npm.config`", "Add a folder docs/", "~~Add it~~ RETIRED"),
        *("Add it\n  - in src/search.py", "Write the README.md", "检查搜索", "Add it to .env.example"),
    ],
)
def test_nothing_is_said_of_a_task_that_looks_or_names_something_in_its_lines(line: str) -> None:
    bad, _ = examples(WITHOUT)
    marker = "~~T006" if line.startswith("~~") else "T006"
    text = bad.replace("T006 Add the search field", f"{marker} {line.removeprefix('~~')}")
    assert found(text, OF_SPEC_KIT, WITHOUT) == []


def test_a_task_is_named_by_its_id_where_another_has_the_same() -> None:
    bad, _ = examples(WITHOUT)
    (first, again) = found(bad.rstrip("\n") + "\n- [ ] T006 Add the other field\n", OF_SPEC_KIT, WITHOUT)
    assert first.key != again.key
    assert again.message.startswith("“T006” names no file")


def test_nothing_is_said_where_few_tasks_name_a_file() -> None:
    bad, _ = examples(WITHOUT)
    assert found(bad + "- [ ] T007 Add a\n- [ ] T008 Add b\n- [ ] T009 Add c\n", OF_SPEC_KIT, WITHOUT) == []
    assert found(bad.replace(" in src/titles.py", ""), OF_SPEC_KIT, WITHOUT) == []


@pytest.mark.parametrize(
    "line",
    [
        *("Tell the client\n   - Update `src/a.py` to count", "Tell the client\n   Update `src/a.py`"),
        *("Tell the client\n   - Look at it\n     - Modify src/a.py", "Create src/b.py\n   - Update src/a.py"),
        *("限流\n   - 更新 `src/a.py`", "制限\n   - `src/a.py` を更新する"),
    ],
)
def test_lines_and_items_of_a_task_are_read_as_its_first_line_is(line: str) -> None:
    assert files(tasks(line)) == {"src/a.py"}


@pytest.mark.parametrize(
    "line",
    [
        *("Tell the client\n   - Create `src/a.py`", "Tell the client\n   as `src/a.py` does, update it"),
        *("Tell the client\n   - See the update of `src/a.py`", "Write src/a.py\n   - Update `src/a.py`"),
        "Tell the client\n   - [x] Update `src/a.py`",
    ],
)
def test_lines_of_a_task_that_make_a_file_or_speak_of_it_change_none(line: str) -> None:
    assert files(tasks(line)) == frozenset()
