"""The difference between two states of documents, node by node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.language.diff import Difference, difference
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.profiles.registry import profile_named

PATH = "specs/001-a/spec.md"
OLD = """# Feature Specification: A

## Requirements

- **FR-001**: System MUST save each page within two seconds.
- **FR-002**: System MUST show the last ten pages.
- **FR-003**: System MUST delete nothing without asking.

## Assumptions

People are online most of the day.
"""


def index(documents: Mapping[str, str], profile: str = "spec-kit") -> Index:
    chosen = profile_named(profile)
    assert chosen is not None
    return Index.of(IndexedDocument(path, parse(text, chosen).nodes) for path, text in documents.items())


def changes(found: Difference) -> list[tuple[str, str | None, str | None]]:
    return [
        (
            "+".join(one.kinds),
            None if one.old is None else one.old.node.key,
            None if one.new is None else one.new.node.key,
        )
        for one in found.changes
    ]


def of(new: str, old: str = OLD, profile: str = "spec-kit") -> list[tuple[str, str | None, str | None]]:
    return changes(difference(index({PATH: old}, profile), index({PATH: new}, profile)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("two seconds", "one second", [("reworded", "FR-001", "FR-001")]),
        ("- **FR-002**: System MUST show the last ten pages.\n", "", [("removed", "FR-002", None)]),
        ("## Assum", "- **FR-004**: System MUST print.\n\n## Assum", [("added", None, "FR-004")]),
        ("FR-002", "FR-007", [("renamed", "FR-002", "FR-007")]),
        ("FR-002**: System MUST show", "FR-007**: System MUST print", [("renamed+reworded", "FR-002", "FR-007")]),
        ("## Assumptions", "## Beliefs", [("renamed", "assumptions", "beliefs")]),
        ("MUST save", "**must**  save", []),
    ],
)
def test_one_edit_is_one_change(before: str, after: str, expected: list[tuple[str, str | None, str | None]]):
    assert before in OLD
    assert of(OLD.replace(before, after)) == expected


def test_a_requirement_under_another_heading_is_moved():
    line = "- **FR-002**: System MUST show the last ten pages.\n"
    found = of(OLD.replace(line, "") + "\n" + line)
    assert ("moved", "FR-002", "FR-002") in found


def test_two_requirements_that_change_their_texts_are_renamed_to_one_another():
    new = OLD.replace("FR-001", "FR-00X").replace("FR-003", "FR-001").replace("FR-00X", "FR-003")
    assert sorted(of(new)) == [("renamed", "FR-001", "FR-003"), ("renamed", "FR-003", "FR-001")]


def test_a_heading_that_is_another_is_renamed_with_all_that_it_holds_in_place():
    assert of(OLD.replace("## Requirements", "## Duties")) == [("renamed", "requirements", "duties")]


def test_a_criterion_that_is_put_before_others_renames_them_and_is_the_one_that_was_added():
    old = (
        "# Requirements Document\n\n### Requirement 1: Sign in\n\n#### Acceptance Criteria\n\n"
        "1. WHEN a person signs in THE SYSTEM SHALL show the home page\n2. IF a word is wrong THEN it SHALL say so\n"
    )
    new = old.replace("1. WHEN", "1. WHILE offline THE SYSTEM SHALL refuse politely\n2. WHEN").replace("2. IF", "3. IF")
    assert sorted(of(new, old, "kiro"), key=str) == [
        ("added", None, "1.1"), ("renamed", "1.1", "1.2"), ("renamed", "1.2", "1.3"),
    ]  # fmt: skip
    assert of(old.replace("Requirement 1", "Requirement 4"), old, "kiro") == [("renamed", "1", "4")]


def requirement(number: int, title: str, *criteria: str) -> str:
    story = f"**User Story:** As a person, I want to {title}, so that I can {title}."
    lines = "".join(f"{at}. {text}\n" for at, text in enumerate(criteria, 1))
    return f"### Requirement {number}: {title}\n\n{story}\n\n#### Acceptance Criteria\n\n{lines}\n"


def requirements(*given: tuple[str, ...]) -> str:
    return "# Requirements Document\n\n" + "".join(requirement(at, *each) for at, each in enumerate(given, 1))


ENTER = (
    "sign in",
    "WHEN a person signs in THE SYSTEM SHALL show the home page",
    "IF a word is wrong THEN it SHALL say so",
)
PRINT = (
    "print pages",
    "WHEN a person prints THE SYSTEM SHALL ask for a printer",
    "IF there is none THEN it SHALL say so",
)
CLEAR = ("delete all", "WHEN a person deletes THE SYSTEM SHALL ask twice", "IF it fails THEN THE SYSTEM SHALL keep all")
WRITE = ("export", "WHEN a person exports THE SYSTEM SHALL write a file", "IF the disk is full THEN it SHALL tell")


@pytest.mark.parametrize(
    ("before", "after", "renamed", "others"),
    [
        ((ENTER, PRINT, CLEAR), (WRITE, ENTER, PRINT, CLEAR), {"1": "2", "2": "3", "3": "4"}, {"1", "1.1", "1.2"}),
        ((ENTER, PRINT, CLEAR), (ENTER, WRITE, PRINT, CLEAR), {"2": "3", "3": "4"}, {"2", "2.1", "2.2"}),
        ((ENTER, PRINT, CLEAR), (ENTER, CLEAR), {"3": "2"}, {"2", "2.1", "2.2"}),
        ((ENTER, PRINT, CLEAR), (ENTER, CLEAR, PRINT), {"2": "3", "3": "2"}, set()),
        ((ENTER,), (ENTER, PRINT), {}, {"2", "2.1", "2.2"}),
    ],
)
def test_requirements_that_get_other_numbers_are_renamed_with_what_they_hold(before, after, renamed, others):
    found = of(requirements(*after), requirements(*before), "kiro")
    assert {old: new for kind, old, new in found if kind == "renamed"} == renamed
    rest = {old or new for kind, old, new in found if kind in {"added", "removed"}}
    assert {key for key in rest if key and not key.startswith("acceptance-criteria")} == others
    assert {kind for kind, _, _ in found} <= {"renamed", "added", "removed"}


def test_a_ticked_task_has_another_state_and_no_other_text():
    old = "# Tasks: A\n\n- [ ] T001 Make the form\n- [ ] T002 Test the form\n"
    found = difference(*(index({PATH: text}, "spec-kit/tasks") for text in (old, old.replace("[ ] T002", "[x] T002"))))
    assert changes(found) == [("state", "T002", "T002")]


def test_a_document_in_another_place_is_moved_once():
    found = difference(index({"a/spec.md": OLD}), index({"b/spec.md": OLD}))
    assert {change.kinds for change in found.changes} == {("moved",)}
    assert len(found.changes) == sum(node.parent is None for node in index({"a": OLD}).documents["a"].nodes.nodes)


def test_texts_that_say_nothing_are_not_taken_for_one_another():
    old, new = "# A\n\n## One\n\nTODO\n", "# A\n\n## Two\n\nTODO\n"
    assert sorted(of(new, old, "plain"), key=str) == [("added", None, "two"), ("removed", "one", None)]


LINES = (
    "# Feature Specification: A", "## Requirements", "## Other things", "### Deep", "- **FR-001**: System MUST save.",
    "- **FR-001**: System MUST save each page that a person has opened.", "- **FR-002**: System MUST show pages.",
    "- **FR-003**: System MUST save each page that anybody has opened.", "- **FR-004**: 系统必须保存每一页并显示它",
    "- [ ] T001 Make it per FR-001", "- [x] T001 Make it per FR-001", "Some words that stand alone here.", "TODO", "",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(LINES), max_size=12).map("\n".join)
STATES = st.dictionaries(st.sampled_from(["a/spec.md", "b/spec.md"]), TEXTS)


@given(STATES, STATES)
@settings(max_examples=200, deadline=None)
def test_each_node_is_told_of_once_and_the_other_way_round_is_the_mirror_image(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before, after = index(old), index(new)
    found, mirrored = difference(before, after), difference(after, before)
    for state, side in ((before, "old"), (after, "new")):
        told = Counter(
            (getattr(one, side).path, getattr(one, side).node.key) for one in found.changes if getattr(one, side)
        )
        told += Counter((pair[side == "new"].path, pair[side == "new"].node.key) for pair in found.unchanged)
        assert told == Counter((path, node.key) for path, one in state.documents.items() for node in one.nodes.nodes)
    opposite = {"added": "removed", "removed": "added"}

    def shape(difference: Difference, *, mirror: bool) -> set[tuple]:
        return {
            (
                tuple(opposite.get(kind, kind) if mirror else kind for kind in one.kinds),
                *(
                    None if side is None else (side.path, side.node.key)
                    for side in ((one.new, one.old) if mirror else (one.old, one.new))
                ),
            )
            for one in difference.changes
        }

    assert shape(mirrored, mirror=True) == shape(found, mirror=False)


@given(STATES)
@settings(max_examples=50, deadline=None)
def test_nothing_differs_from_itself(documents: dict[str, str]) -> None:
    assert difference(index(documents), index(documents)).changes == ()


def test_ten_thousand_nodes_that_all_are_renamed_and_reworded_are_found_without_comparing_all_with_all(
    monkeypatch: pytest.MonkeyPatch,
):
    def text(offset: int, word: str) -> str:
        lines = (
            f"- **FR-{number + offset}**: System MUST {word} item{number} of shelf{number}."
            for number in range(1, 10_001)
        )
        return "# Feature Specification: A\n\n## Requirements\n\n" + "\n".join(lines) + "\n"

    found = difference(index({PATH: text(0, "keep")}), index({PATH: text(20_000, "store")}))
    assert found.count("renamed") == found.count("reworded") == 10_000
    assert found.count("added") == found.count("removed") == 0
