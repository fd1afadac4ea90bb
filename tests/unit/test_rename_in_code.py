"""A rename in code: each form of a name is kept, and nothing else comes to mean another node."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.node import Node, gathered
from orch_lsp.errors import SpecError
from orch_lsp.language.code.files import family_of
from orch_lsp.language.code.links import link
from orch_lsp.language.code.mentions import mentions_in
from orch_lsp.language.code.rename import changed_places, edits_in_code, rewritten
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.language.names import Renamed
from orch_lsp.text import apply_edits

_KINDS = {"T": "task", "US": "story", "Requirement": "requirement", "Property": "property"}


def spec(*keys, path="specs/a/spec.md"):
    kinds = [next((kind for start, kind in _KINDS.items() if key.startswith(start)), "requirement") for key in keys]
    text = "".join(f"{key}\n" for key in keys)
    starts = [text.index(f"{key}\n") for key in keys]
    from orch_lsp.text import Span

    nodes = [
        Node(kind, key, key, Span(start, start + len(key)))
        for kind, key, start in zip(kinds, keys, starts, strict=True)
    ]
    return IndexedDocument(path, gathered(text, nodes), path.rpartition("/")[0], text=text)


def renamed_in(text, keys, old, new, *, path="a.py", others=()):
    """The text of a file of code after a rename in one spec."""
    documents = [spec(*others, path="specs/b/spec.md")] if others else []
    before = Index.of([spec(*keys), *documents])
    after = Index.of([spec(*(new if key == old else key for key in keys)), *documents])
    renamed = {("specs/a/spec.md", old): Renamed(old, new, old, new)}
    files = {path: mentions_in(text, path, family_of(path))}
    places = changed_places(link(before, files), renamed)
    edits = edits_in_code(before, after, renamed, files, {one.path: text for one in places})
    return apply_edits(text, edits.get(path, ()))


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("# FR-001: x\n", "FR-001", "FR-021", "# FR-021: x\n"),
        ('"""🎈 FR-001,\r\nFR-001."""\r\n', "FR-001", "SEC-9", '"""🎈 SEC-9,\r\nSEC-9."""\r\n'),
        ('x = "FR-001"  # FR-001\n', "FR-001", "FR-021", 'x = "FR-001"  # FR-021\n'),
        ("# FR-001 FR-0010 FR-001.2 XFR-001\n", "FR-001", "FR-021", "# FR-021 FR-0010 FR-001.2 XFR-001\n"),
        ("def test_fr_001_saves():\n    pass\n", "FR-001", "FR-021", "def test_fr_021_saves():\n    pass\n"),
        ("class TestFR001:\n    pass\n", "FR-001", "FR-021", "class TestFR021:\n    pass\n"),
        ("def test_fr001():\n    pass\n", "FR-001", "SEC-9", "def test_sec9():\n    pass\n"),
        ("# User Story 1, story #1, US1\n", "US1", "US4", "# User Story 4, story #4, US4\n"),
        ("# US1/AC2\n", "US1/AC2", "US1/AC5", "# US1/AC5\n"),
        ("def test_us1_ac2():\n    pass\n", "US1/AC2", "US1/AC5", "def test_us1_ac5():\n    pass\n"),
        ("# Requirement 1.2, 需求 1.2\n", "1.2", "3.4", "# Requirement 3.4, 需求 3.4\n"),
        ("# Requirements: 1.1, 1.2 and 1.10\n", "1.2", "3.4", "# Requirements: 1.1, 3.4 and 1.10\n"),
        ("# Property 2 holds\n", "Property 2", "Property 7", "# Property 7 holds\n"),
        ("# T001: done, task T001\n", "T001", "T021", "# T021: done, task T021\n"),
        (
            "# Requirement: Sign in with a key\n", "Requirement: Sign in", "Requirement: Log in",
            "# Requirement: Log in with a key\n",
        ),
        (
            '# Requirement: "Sign in"\n', "Requirement: Sign in", "Requirement: Log in now",
            '# Requirement: "Log in now"\n',
        ),
        # Ranges: in step, or written out.
        ("# T001-T004\n", "T002", "T021", "# T001, T021, T003, T004\n"),
        ("# T001–T004\n", "T004", "T021", "# T001–T003, T021\n"),
        ("# T001..T002\n", "T002", "T021", "# T001, T021\n"),
        ("# Requirements 1.1-1.4\n", "1.3", "3.4", "# Requirements 1.1, 1.2, 3.4, 1.4\n"),
        ("# T009-T012 and T001\n", "T001", "T021", "# T009-T012 and T021\n"),
    ],
)  # fmt: skip
def test_a_name_keeps_its_form(text, old, new, expected):
    keys = ["FR-001", "FR-0010", "US1", "US1/AC2", "1.1", "1.2", "1.3", "1.4", "1.10", "Property 2", "T001", "T002"]
    keys += ["T003", "T004", "T009", "T010", "T011", "T012", "Requirement: Sign in"]
    assert renamed_in(text, keys, old, new) == expected


def test_an_id_of_several_specs_is_that_of_the_one_that_is_named_before_else_it_stays():
    text = "# FR-001\n"
    assert renamed_in(text, ["FR-001"], "FR-001", "FR-021", others=["FR-001"]) == text
    named = "# Spec: a\n# FR-001\n"
    assert renamed_in(named, ["FR-001"], "FR-001", "FR-021", others=["FR-001"]) == named.replace("FR-001", "FR-021")
    other = "# Spec: b\n# FR-001\n"
    assert renamed_in(other, ["FR-001"], "FR-001", "FR-021", others=["FR-001"]) == other


@pytest.mark.parametrize(
    ("text", "new", "reason"),
    [
        ("# FR-021 was dropped\n", "FR-021", "“FR-021” is taken: `a.py` names it in line 1 already"),
        ("# FR-001\n# FR-021\n", "FR-021", "“FR-021” is taken: `a.py` names it in line 2 already"),
        ("def test_fr_001():\n    pass\n", "A-B-1", "`a.py` names it in line 1 in a way that cannot hold the new name"),
        ("# x\n# FR-001\n", "fr-1", "`a.py` cannot hold this name in line 2"),
        ("# FR-001-2\n# FR-001\n", "first one", "`a.py` cannot hold this name in line 2"),
    ],
)
def test_a_name_that_the_code_cannot_hold_or_names_already_is_refused(text, new, reason):
    with pytest.raises(SpecError) as refused:
        renamed_in(text, ["FR-001", "FR-002"], "FR-001", new)
    assert reason in refused.value.message


def test_ranges_in_code_that_run_into_each_other_are_left_alone():
    with pytest.raises(SpecError) as refused:
        renamed_in("# FR-001..FR-001-FR-003", ["FR-001", "FR-002", "FR-003"], "FR-001", "FR-777")
    assert "ranges that run into each other" in refused.value.message


_words = st.sampled_from([
    "FR-001", "FR-0010", "FR-002", "FR-003", "FR-001-FR-003", "T001", "# ", "// ", "\n", "\r\n", '"""',
    "def test_fr_001():",    " and ", ",", "🎈", "'", "\t", "x = ", "Requirement: ", "-", "..", "story 1",
])  # fmt: skip


@given(
    st.lists(_words, max_size=30), st.sampled_from(["a.py", "a.ts", "a.feature"]), st.sampled_from(["FR-001", "FR-002"])
)
def test_whatever_the_code_is_it_names_the_same_nodes_afterwards_or_is_left_alone(pieces, path, old):
    text = "".join(pieces)
    keys = ["FR-001", "FR-0010", "FR-002", "FR-003", "T001", "US1"]
    try:
        after = renamed_in(text, keys, old, "FR-777", path=path)
    except SpecError:
        return

    def named(text, keys):
        files = {path: mentions_in(text, path, family_of(path))}
        return sorted(keys.index(one.target.node.key) for one in link(Index.of([spec(*keys)]), files).citations)

    assert named(text, keys) == named(after, ["FR-777" if key == old else key for key in keys])


def test_only_files_that_name_the_old_key_or_the_new_one_are_looked_at():
    class Unread(dict):
        def __getitem__(self, key):
            raise AssertionError(key)

    keys = [f"FR-{n}" for n in range(10_000)]
    before = Index.of([spec(*keys)])
    files = {f"src/{n}.py": mentions_in(f"# FR-{n}\n", f"src/{n}.py", "python") for n in range(1_500)}
    renamed = {("specs/a/spec.md", "FR-7000"): Renamed("FR-7000", "FR-77777", "FR-7000", "FR-77777")}
    after = Index.of([spec(*("FR-77777" if key == "FR-7000" else key for key in keys))])
    assert changed_places(link(before, files), renamed) == ()
    assert edits_in_code(before, after, renamed, files, Unread()) == {}


def test_a_text_that_does_not_name_the_node_has_no_other_form():
    assert rewritten("what", Renamed("FR-001", "FR-002", "FR-001", "FR-002")) is None
