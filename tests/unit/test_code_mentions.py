# ruff: noqa: E501 -- code, a line each
"""Names of nodes in code: where a person speaks, what is named there, and which nodes of an index that are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.node import Citation, Node, Nodes
from orch_lsp.language.code.files import family_of, is_generated, is_test
from orch_lsp.language.code.links import MOST_SPECS, CodeLinks, link
from orch_lsp.language.code.mentions import MOST_MENTIONS, mentions_in
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.text import LineIndex, Span

FAMILIES = ["c", "script", "python", "rust", "hash", "shell", "dashes", "semicolons", "percent", "markup", "steps"]


def named(path, text):
    """Each key with the function around it and whether a test names it."""
    found = mentions_in(text, path, family_of(path))
    return [(one.keys[0], one.within, one.tests) for one in found]


def keys(path, text):
    return [key for key, _, _ in named(path, text)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '"""FR-001"""\nx = "FR-002"  # FR-003\ny = """\nFR-004\n"""\nz = \'# FR-005\'\n'),
        ("a.ts", '/** FR-001 */\nconst x = "FR-002"; // FR-003\nconst y = `FR-004 // FR-005`;\n'),
        ("a.go", '/* FR-001\n*/\nx := `// FR-002`\n// FR-003\ny := "/* FR-004"\n'),
        ("a.rs", "//! FR-001\nlet x: &'a str = \"FR-002\"; // FR-003\nlet y = r#\"// FR-004 \" \"#;\nlet c = '\"';\n"),
        ("a.java", '// FR-001\nString x = """\n// FR-002\n""";\nString y = "it\\"s // FR-004"; // FR-003\n'),
        ("a.rb", "# FR-001\nx = \"#{y} FR-002\"\n=begin\nFR-003\n=end\nz = 'FR-004'\n"),
        ("a.ex", '@doc """\nFR-001\n"""\nx = "FR-002"\n# FR-003\ny = """\n FR-004\n"""\n'.replace('y = """\n', 'y = """ a\n')),
        ("a.sh", "# FR-001\necho ${x#FR-002} 'FR-004' # FR-003\n"),
        ("a.yml", "# FR-001\nname: x#FR-002\nother: y # FR-003\n"),
        ("a.sql", "-- FR-001\nselect 'FR-002 -- FR-004'; /* FR-003 */\n"),
        ("a.lua", "--[[ FR-001\n]]\nx = 'FR-002' -- FR-003\n"),
        ("a.hs", '{- FR-001 -}\nx = "FR-002" -- FR-003\n'),
        ("a.clj", '; FR-001\n(def x "FR-002") ; FR-003\n'),
        ("a.erl", '% FR-001\nX = "FR-002". % FR-003\n'),
        ("a.html", "<!-- FR-001 --><p>FR-002</p>\n<!--\nFR-003 -->"),
        ("a.vue", "<!-- FR-001 -->\n<script>\nconst x = 'FR-002' // FR-003\n</script>\n"),
        ("a.css", "/* FR-001 */ a { content: 'FR-002' } /* FR-003 */"),
        ("a.tf", '# FR-001\nx = "FR-002"\n// FR-003\n'),
        ("a.ps1", '<# FR-001 #>\n$x = "FR-002" # FR-003\n'),
        ("Makefile", "# FR-001\nall: FR-002\n\techo hi # FR-003\n"),
        ("Dockerfile", '# FR-001\nRUN echo "FR-002"\n# FR-003'),
    ],
)  # fmt: skip
def test_people_speak_in_comments_and_docstrings_and_not_in_texts(path, text):
    assert keys(path, text) == ["FR-001", "FR-003"]
    assert keys(path, text.replace("\n", "\r\n")) == ["FR-001", "FR-003"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("FR-10, FR-1.2 and FR-100", ["FR-10", "FR-1.2", "FR-100"]),
        ("xFR-001 FR-001x2 FR-001-a a-FR-001 FR_001 FR-001/x", []),
        (
            "满足【FR-001】的，FR-002。（SC-001）「NFR-003」FR-004：",
            ["FR-001", "FR-002", "SC-001", "NFR-003", "FR-004"],
        ),
        ("**FR-001**, `FR-002`, [FR-003], _FR-004_, #FR-005 @FR-006", [f"FR-00{n}" for n in range(1, 7)]),
        ("US1/AC2, User Story 3, US4", ["US1/AC2", "US3", "US4"]),
        ("T009-T012", ["T009", "T010", "T012"]),
        ("AUTH-01 OAUTH2-01", ["AUTH-01", "OAUTH2-01"]),
        ("_Requirements: 1.2, 2.3_", ["1.2", "2.3"]),
        ("**Validates: Requirements 1.1, 3.4**", ["1.1", "3.4"]),
        ("Requirements: 1.1-1.3", ["1.1", "1.2", "1.3"]),
        ("需求：1.2，3.4", ["1.2", "3.4"]),
        ("Task 2.1 and Property 3: x", ["2.1", "Property 3"]),
        ("Requirement: Sign in", ["Requirement: Sign in"]),
        ("version 1.2, python 3.11, 2.3", []),
        ("requires: 1.2x", []),
    ],
)
def test_ids_stand_alone_and_bare_numbers_behind_a_word(said, expected):
    assert keys("a.py", f"# {said}\n") == expected


def test_names_and_titles_of_tests_name_what_they_test():
    python = "class TestFR007:\n    def test_fr_001_lets_in(self): ...\n    def test_us1_ac2(self): ...\n"
    assert named("tests/test_a.py", python) == [
        ("FR-007", "TestFR007", True), ("FR-001", "test_fr_001_lets_in", True), ("US1/AC2", "test_us1_ac2", True),
    ]  # fmt: skip
    script = (
        'describe("FR-001: auth", () => {\n  it.each([1])(`FR-002`, () => {\n    expect("FR-009") // FR-003\n  })\n})\n'
    )
    assert keys("a.test.ts", script) == ["FR-001", "FR-002", "FR-003"]
    assert keys("a_test.go", 'func TestFR001(t *testing.T) {\n\tt.Run("FR-002 x", nil)\n}\n') == ["FR-001", "FR-002"]
    assert keys("a.java", '@Tag("FR-001")\n@DisplayName("FR-002")\nvoid x() {}\nString a = f("FR-003");') == [
        "FR-001",
        "FR-002",
    ]
    assert keys("a.cs", '[Trait("Requirement", "FR-001")]\npublic void X() {\n') == ["FR-001"]
    assert named("a.feature", "@FR-001\nScenario: In\n  Given FR-002\n")[0] == ("FR-001", "In", True)
    assert keys("a.kt", "@Test\nfun `FR-001 lets in`() {\n}\n") == ["FR-001"]
    assert keys("a.py", "def handle_fr_001(): ...\n") == []


def test_words_of_a_body_right_above_the_next_definition_belong_to_their_own():
    text = 'def test_a():\n    """FR-001."""\n\n\ndef test_b():\n    """FR-002."""\n\n# FR-003\ndef test_c(): ...\n'
    assert named("a.py", text) == [("FR-001", "test_a", True), ("FR-002", "test_b", True), ("FR-003", "test_c", True)]
    in_class = 'class TestA:\n    def test_a(self):\n        """FR-001."""\n\n    # FR-002\n    def test_b(self): ...\n'
    assert named("a.py", in_class) == [("FR-001", "test_a", True), ("FR-002", "test_b", True)]
    script = "function saves() {\n  return 1; // FR-001\n  // FR-002\n}\n\nfunction loads() {}\n"
    assert named("a.ts", script) == [("FR-001", "saves", False), ("FR-002", "saves", False)]


def test_a_test_is_told_by_its_file_or_by_the_function_around():
    rust = "// FR-001\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn helper() {\n        // FR-002\n    }\n}\n"
    assert named("src/a.rs", rust) == [("FR-001", "a", False), ("FR-002", "helper", True)]
    python = "# FR-001\n@x\ndef test_a():\n    # FR-002\n    pass\n\n\n# FR-003\nx = 1\n"
    assert named("a.py", python) == [("FR-001", "test_a", True), ("FR-002", "test_a", True), ("FR-003", None, False)]
    java = "class A {\n    // FR-001\n    @Test\n    public void a() {\n        // FR-002\n    }\n    void b() {\n        // FR-003\n    }\n}\n"
    assert [tests for _, _, tests in named("A.java", java)] == [True, True, False]
    for path in (
        "tests/x.py",
        "src/__tests__/a.ts",
        "a_test.go",
        "FooTest.java",
        "a.spec.ts",
        "spec/a_spec.rb",
        "a.bats",
    ):
        assert is_test(path), path
    for path in ("src/latest.py", "specs/001/a.yml", "contest/a.py", "src/attest.ts", "features/a.ts"):
        assert not is_test(path), path


@pytest.mark.parametrize(
    "path",
    [
        *("vendor/a.go", "third_party/x/a.c", "dist/a.js", "a/build/b.js", "jquery.min.js", "api.pb.go", "x_pb2.py"),
        *(
            "package-lock.json",
            "pnpm-lock.yaml",
            "go.sum",
            "a.generated.ts",
            "A.Designer.cs",
            "README.md",
            "a.png",
            "a",
        ),
    ],
)
def test_what_others_or_programs_wrote_is_no_code(path):
    assert family_of(path) is None


@pytest.mark.parametrize(
    "text",
    [
        "// Code generated by protoc-gen-go. DO NOT EDIT.\n// FR-001",
        "# @generated\n",
        "// <auto-generated>\n",
        "/* This file was automatically generated by x */",
        "x" * 5_000,
        "a\n" * 100_000 + "b" * 30_000,
    ],
)
def test_generated_and_minified_code_is_known_by_its_text(text):
    assert is_generated(text)


def test_code_of_people_is_not_generated():
    assert not is_generated("# We generate code here.\n" + "x = 1\n" * 5_000)
    assert not is_generated("")


@pytest.mark.parametrize("family", FAMILIES)
@given(text=st.text(alphabet=st.sampled_from("FR-001T9.2\n\r\"'`/*#-<>!{}[]()=@ :it_defmod需，🎈\ud800"), max_size=120))
def test_nothing_raises_and_places_are_where_the_text_stands(family, text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for one in mentions_in(text, "a", family):
        line = lines[one.place.line]
        assert line.startswith(one.place.before + one.place.text) or "\n" in one.place.text or "\r" in one.place.text
        assert one.keys
        for encoding in ("utf-8", "utf-16", "utf-32"):
            start, end = one.place.columns(encoding)
            assert (0, start) == LineIndex(line, encoding).position(len(one.place.before))
            assert end > start


def test_mentions_of_one_file_are_bounded():
    assert len(mentions_in("# FR-001\n" * (MOST_MENTIONS + 50), "a.py", "python")) == MOST_MENTIONS


# -- which nodes are meant


def document(path, *nodes, scope=None, frozen=False):
    made = tuple(Node(kind, key, key, Span(0, 1)) for kind, key in nodes)
    return IndexedDocument(path, Nodes(made), scope or path.rpartition("/")[0], frozen=frozen)


def linked(index, **files) -> list[tuple]:
    by_path = {name.replace("__", "."): text for name, text in files.items()}
    found: CodeLinks = link(index, {path: mentions_in(text, path, family_of(path)) for path, text in by_path.items()})
    for one in found.citations:
        assert one in found.of(one.target.path, one.target.node.key)
        assert one in found.in_file(one.path)
    return [(one.target.path, one.target.node.key, one.relation) for one in found.citations]


A = document("specs/001-a/spec.md", ("requirement", "FR-001"), ("story", "US1"), ("section", "T-1"))
A_TASKS = document("specs/001-a/tasks.md", ("task", "T001"))
LOGIN = document(".kiro/specs/login/requirements.md", ("criterion", "1.1"), ("property", "Property 1"))
LOGIN_TASKS = document(".kiro/specs/login/tasks.md", ("task", "1.1"))
LOGOUT = document(".kiro/specs/logout/requirements.md", ("criterion", "1.1"), ("criterion", "9.9"))
AUTH = document(
    "openspec/specs/auth/spec.md", ("requirement", "Requirement: Sign in"), ("requirement", "Requirement: Sign")
)


def test_only_declared_ids_are_citations_and_tests_test_what_is_required():
    index = Index.of([A, A_TASKS])
    assert linked(index, a__py="# FR-001 FR-0011 FR-009 T-1 T001 UTF-8\n") == [
        ("specs/001-a/spec.md", "FR-001", "cites"), ("specs/001-a/tasks.md", "T001", "cites"),
    ]  # fmt: skip
    assert linked(index, test_a__py="# US1 T001\ndef test_fr_001(): ...\n") == [
        ("specs/001-a/spec.md", "US1", "tests"), ("specs/001-a/tasks.md", "T001", "cites"),
        ("specs/001-a/spec.md", "FR-001", "tests"),
    ]  # fmt: skip


def test_an_id_of_several_specs_means_the_one_that_is_named_before_or_all():
    other = document("specs/002-b/spec.md", ("requirement", "FR-001"))
    index = Index.of([A, other])
    assert len(linked(index, a__py="# FR-001\n")) == 2
    for name in (
        "specs/002-b/spec.md: FR-001",
        "002-b FR-001",
        "Feature: 002-b, FR-001",
        "Spec: nothing, 002-b FR-001",
    ):
        assert linked(index, a__py=f"# {name}\n") == [("specs/002-b/spec.md", "FR-001", "cites")], name
    assert len(linked(index, a__py="# Feature: nothing\n# FR-001\n")) == 2


def test_an_id_that_too_many_specs_declare_means_nothing_where_none_is_named():
    many = [
        document(f"specs/{n:03}-x/spec.md", ("requirement", "FR-001"), ("task", "T001")) for n in range(MOST_SPECS + 1)
    ]
    assert len(linked(Index.of(many[:-1]), a__py="# FR-001\n")) == MOST_SPECS
    assert linked(Index.of(many), a__py="# FR-001\n") == []
    assert linked(Index.of(many), a__py="# Spec: 007-x\n# FR-001\n") == [("specs/007-x/spec.md", "FR-001", "cites")]


class _Asked(IndexedDocument):
    """A document that counts how often it is asked for its scope."""

    times = 0

    @property
    def own_scope(self):
        type(self).times += 1
        return super().own_scope


def test_fifteen_hundred_files_that_name_their_specs_do_not_look_through_all_specs_each():
    known = [document(f"specs/{n:04}-x/spec.md", ("requirement", "FR-001")) for n in range(1_500)]
    specs = [_Asked(one.path, one.nodes, one.scope) for one in known]
    index = Index.of(specs)
    files = {f"a{n}.py": mentions_in(f"# Spec: {n:04}-x\n# FR-001\n", f"a{n}.py", "python") for n in range(1_500)}
    _Asked.times = 0
    links = link(index, files)
    assert [one.target.path for one in links.in_file("a7.py")] == ["specs/0007-x/spec.md"]
    assert len(links.citations) == 1_500
    assert _Asked.times <= 2 * 1_500


def test_a_bare_number_needs_a_word_and_a_certain_spec():
    index = Index.of([LOGIN, LOGIN_TASKS, LOGOUT])
    assert linked(index, a__py="# Requirements: 1.1\n") == []
    assert linked(index, a__py="# Requirements: 9.9\n") == [(LOGOUT.path, "9.9", "cites")]
    assert linked(index, a__py="# Feature: login\n# Requirements: 1.1\n") == [(LOGIN.path, "1.1", "cites")]
    assert linked(index, a__py="# see .kiro/specs/logout/design.md\n# Requirement 1.1\n") == [
        (LOGOUT.path, "1.1", "cites")
    ]
    assert linked(index, a__py="# Feature: login\n# Task 1.1\n") == [(LOGIN_TASKS.path, "1.1", "cites")]
    assert linked(index, test_a__py="# Feature: login, Property 1: x\n") == [(LOGIN.path, "Property 1", "tests")]
    assert linked(Index.of([LOGIN]), a__py="# Requirements: 1.1\n") == [(LOGIN.path, "1.1", "cites")]


def test_a_name_is_read_to_its_longest_and_ends_with_a_word():
    index = Index.of([AUTH])
    for text in ("/* Requirement: Sign in */", "// Requirement: Sign in, with a word", "// requirement：Sign in."):
        assert linked(index, a__ts=text) == [(AUTH.path, "Requirement: Sign in", "cites")], text
    assert linked(index, a__ts="// Requirement: Sign inside") == [(AUTH.path, "Requirement: Sign", "cites")]
    assert linked(index, a__ts="// Requirement: Signs") == []
    found = link(index, {"a.ts": mentions_in("/* Requirement: Sign in */", "a.ts", "script")})
    assert found.citations[0].place.text == "Sign in"
    assert found.at("a.ts", 0, 20, "utf-16") == found.citations
    assert found.at("a.ts", 0, 2, "utf-16") == found.at("b.ts", 0, 20, "utf-16") == ()


def test_the_past_declares_nothing_and_no_spec_costs_nothing():
    assert linked(Index.of([document("old/spec.md", ("requirement", "FR-001"), frozen=True)]), a__py="# FR-001\n") == []
    assert linked(Index(), a__py="# FR-001\n") == []
    assert Citation("tests", Span(0, 1), "x").relation == "tests"
