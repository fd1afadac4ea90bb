"""Parsing a spec: sections, keys, spans, line ends, front matter."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orch_lsp.document.body import body_sha256
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.parse import parse, parse_front_matter
from orch_lsp.markdown.front_matter import MAX_CHARACTERS
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import LineIndex, line_spans

wild_text = st.text(alphabet="\r\n\u2028\x0c\x00\x85\ufeff# -`~<!>=😋aTODG[]\t", max_size=120)
spec_text = st.lists(
    st.sampled_from(
        ["# T", "## Goal", "### tasks:", "Tasks\n---", "TODO", "text", "", "```", "<!-- c -->", "<!--", "---", "a: b",
         "- x",
         "## Other", "#### Sub", "😋", "## Goal", "\u2028", "\x0c", "> # q", "Rollback\n===", "\ufeff", "[x]"]
    ),
    max_size=14,
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines).replace("\n---", end + "---")))  # fmt: skip  # noqa: E501


def document(text: str) -> SpecDocument:
    return parse(text, PLAIN)


def body(section: Section, parsed: SpecDocument) -> str:
    return parsed.text[section.body.start : section.body.end]


@settings(max_examples=500, deadline=None)
@given(st.one_of(wild_text, spec_text))
@example("---\n---")
@example("\ufeff---\r\na: b\r\n---\r\n# T")
@example("\ufeff")
def test_spans_lie_within_the_text_on_line_borders_and_in_order(text: str) -> None:
    parsed = document(text)
    index = LineIndex(text, "utf-32")
    assert 0 <= parsed.preamble.start <= parsed.preamble.end <= len(text)
    before = 0
    for section in parsed.sections:
        assert (
            before <= section.heading.start < section.heading.end <= section.body.start <= section.body.end <= len(text)
        )
        assert index.position(section.heading.start)[1] in (0, int(text.startswith("\ufeff")))
        assert section.body.start == len(text) or index.position(section.body.start)[1] == 0
        assert section.sha256 == body_sha256(body(section, parsed))
        before = section.heading.end
    keys = [section.key for section in parsed.sections]
    assert len(set(keys)) == len(keys)
    for key, section in parsed.profile_sections.items():
        assert section.profile_key == key
        assert section.key == key


@settings(max_examples=200, deadline=None)
@given(spec_text)
def test_sections_are_the_same_whatever_the_line_end(text: str) -> None:
    lf = document("\n".join(text[s.start : s.end] for s in line_spans(text)))
    own = document(text)
    assert [(s.key, s.level, s.title, s.sha256, s.placeholder) for s in own.sections] == [
        (s.key, s.level, s.title, s.sha256, s.placeholder) for s in lf.sections
    ]


@settings(max_examples=200, deadline=None)
@given(wild_text)
def test_lines_are_those_of_the_language_server_protocol(text: str) -> None:
    index = LineIndex(text, "utf-32")
    assert [text[span.start : span.end] for span in line_spans(text)] == [
        index.line(n) for n in range(index.line_count)
    ]


def test_a_body_ends_at_the_same_or_a_higher_level_or_at_a_section_of_the_profile() -> None:
    text = "# T\n\nlead\n\n## Goal\ng\n### Non-goals\nn\n## Tasks\nt\n## Other\no\n### Deep\nx\n# End\n"
    parsed = document(text)
    bodies = {section.key: body(section, parsed) for section in parsed.sections}
    assert bodies["t"] == "\nlead\n\n"
    assert bodies["goal"] == "g\n"
    assert bodies["non-goals"] == "n\n"
    assert bodies["tasks"] == "t\n"
    assert bodies["other"] == "o\n### Deep\nx\n"
    assert bodies["end"] == ""


def test_duplicates_are_numbered_in_document_order_and_the_first_one_counts() -> None:
    parsed = document("## Tasks\na\n## Other\n## tasks\nb\n## Other\n")
    assert [section.key for section in parsed.sections] == ["tasks", "other", "tasks~2", "other~2"]
    assert body(parsed.profile_sections["tasks"], parsed) == "a\n"


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("## Goal", "goal"),
        ("# GOAL", "goal"),
        ("###### goal ######", "goal"),
        ("Goal\n====", "goal"),
        ("## **Goal**:", "goal"),
        ("## Goals", "goal"),
        ("## _Goal_", "goal"),
        ("## Non Goals", "non-goals"),
        ("## Non‑goals", "non-goals"),
        ("## Out of Scope", "non-goals"),
        ("## Assumptions *(optional)*", "assumptions"),
        ("## 4. Acceptance criteria", "acceptance-criteria"),
        ("## Tasks (draft)", "tasks"),
        ("## ✅ Tasks", "tasks"),
        ("## Verification", "verification-plan"),
        ("## Rollback!", "rollback-plan"),
    ],
)
def test_headings_are_recognised_in_the_forms_that_people_write(heading: str, key: str) -> None:
    assert [section.profile_key for section in document(f"{heading}\n\ntext\n").sections] == [key]


@pytest.mark.parametrize("heading", ["## Goal setting", "## Our tasks", "##", "## " + "Tasks " * 100, "##Goal", "Goal"])
def test_other_headings_are_not_taken_for_sections_of_the_profile(heading: str) -> None:
    assert document(f"{heading}\n").profile_sections == {}


def test_an_alias_below_a_section_of_the_profile_is_a_sub_heading() -> None:
    parsed = document("## Tasks\n### Testing\nx\n## Testing\ny\n")
    assert [section.key for section in parsed.sections] == ["tasks", "testing", "verification-plan"]
    assert body(parsed.profile_sections["tasks"], parsed) == "### Testing\nx\n"


@pytest.mark.parametrize(
    "hidden", ["```\n{}\n```", "<!--\n{}\n-->", "> {}", "- {}", "    {}", "~~~\n{}\n~~~", "<pre>\n{}\n</pre>"]
)
def test_a_heading_in_code_in_a_comment_or_in_a_container_is_none(hidden: str) -> None:
    assert document("# T\n\n" + hidden.format("## Goal") + "\n").profile_sections == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "TODO",
        "tbd",
        "…",
        "...",
        "[Describe the goal]",
        "<!-- why\nand how -->",
        "TODO\n\n[x y]\n<!-- c -->\n…",
    ],
)
def test_a_body_that_only_holds_a_place_is_a_placeholder(text: str) -> None:
    assert document(f"## Goal\n\n{text}\n").sections[0].placeholder


@pytest.mark.parametrize(
    "text",
    [
        "TODO: ask",
        "- x",
        "[a](b)",
        "[a]: b",
        "[a] [b]",
        "<!-- open",
        "```\n```",
        "### Sub",
        "<!-- c --> words",
        "0",
        "[[a]]",
    ],
)
def test_a_body_in_which_anything_is_said_is_no_placeholder(text: str) -> None:
    assert not document(f"## Goal\n\n{text}\n").sections[0].placeholder


def test_the_title_is_the_first_heading_of_level_one_that_is_no_section() -> None:
    parsed = document("\ufeff# Goal\nx\n# The *name*\n# Other\n")
    assert parsed.title_text == "The *name*"
    assert parsed.title is not None
    assert parsed.text[parsed.title.start : parsed.title.end] == "# The *name*"
    assert document("## A\n").title is None


def test_a_byte_order_mark_is_text_and_in_no_span() -> None:
    parsed = document("\ufeff# T\n\n## Goal\nx")
    assert parsed.preamble.start == 1
    assert parsed.title is not None
    assert parsed.title.start == 1


def test_only_a_fence_that_is_never_closed_is_unbalanced() -> None:
    parsed = document("# T\n\n```sh\n# x\n```\n\n~~~ py\n## Goal\n```\n")
    assert parsed.unbalanced_fence is not None
    assert parsed.text[parsed.unbalanced_fence.start : parsed.unbalanced_fence.end] == "~~~ py"
    assert document("```\nx\n```").unbalanced_fence is None


def test_separators_other_than_line_ends_do_not_end_a_line() -> None:
    parsed = document("# a\u2028# b\x0c# c\x85\x0b\n## Goal\u2029x\r## Tasks\n")
    assert [section.title for section in parsed.sections] == ["a\u2028# b\x0c# c\x85\x0b", "Goal\u2029x", "Tasks"]


def test_front_matter_gives_values_and_the_lines_of_its_keys() -> None:
    text = "\ufeff---\r\nprovider: work\r\n# note\r\nmodel: 'm: 1'\r\nwhen: 2024-05-01\r\n---\r\n# T\r\n"
    found = parse_front_matter(text)
    assert found is not None
    assert text[found.span.start : found.span.end].startswith("---")
    assert text[found.span.end :] == "# T\r\n"
    assert (found.values["provider"], found.values["model"], found.problem) == ("work", "m: 1", None)
    assert found.lines == {"provider": 1, "model": 3, "when": 4}
    assert document(text).title_text == "T"


@pytest.mark.parametrize(
    "text", ["", "# T", "--- a\nb: c\n---\n", "---\na: b\n", "\n---\na: b\n---\n", "----\na: b\n----\n"]
)
def test_what_is_no_closed_block_at_the_start_is_no_front_matter(text: str) -> None:
    assert parse_front_matter(text) is None


def test_empty_front_matter_has_no_problem() -> None:
    for text in ("---\n---\n", "---\n# only a comment\n---", "---\n...\n"):
        found = parse_front_matter(text)
        assert found is not None
        assert (dict(found.values), found.problem) == ({}, None)


@pytest.mark.parametrize(
    "source",
    [
        "a: [", "- a", "just words", "a: *b", "a: &b [1]\nc: *b", "a: !!python/object:os.system x", "a: 2024-13-45",
        "a: !!bool maybe",
        "a: !!timestamp x", "a: !!int ''", "a: \x00", "{" * 2_000, "[" * 4_000, "? [a]\n: b", "a: 0b_",
        "a: " + "9" * 5_000 + "_:1", "\ud800: x", "x" * (MAX_CHARACTERS + 1), "a: b: c", "\ta: b",
    ],
)  # fmt: skip
def test_front_matter_that_cannot_be_read_is_a_problem_and_never_an_exception(source: str) -> None:
    found = parse_front_matter(f"---\n{source}\n---\n# T\n")
    assert found is not None
    assert found.problem
    assert "\n" not in found.problem
    assert dict(found.values) == {}
    assert document(f"---\n{source}\n---\n# T\n").title_text == "T"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{}!&*#'\"|>?%@`,. \n\r\t\u2028\x850123", max_size=60))
def test_any_front_matter_is_read_without_an_exception(source: str) -> None:
    found = parse_front_matter(f"---\n{source}\n---\n")
    assert found is not None
    assert found.problem is not None or set(found.lines) == set(found.values)


def test_front_matter_that_cannot_be_read_still_tells_which_keys_it_seems_to_have() -> None:
    found = parse_front_matter("---\ntags: [a, b\r\nprovider : work\n  model: x\n---\n")
    assert found is not None
    assert found.problem
    assert found.lines == {"tags": 1, "provider": 2}


def test_the_line_of_a_key_counts_by_the_protocols_line_ends() -> None:
    found = parse_front_matter('---\na: "x\u2028y"\nb: 1\n---\n')
    assert found is not None
    assert found.lines == {"a": 1, "b": 2}


def test_the_innermost_section_is_found_by_offset() -> None:
    parsed = document("# T\n\n## Goal\ng\n### Sub\ns")
    found = [
        parsed.sections_of(parsed.nodes.around(offset)) for offset in (0, parsed.text.index("g\n"), len(parsed.text))
    ]
    assert [[section.key for section in around] for around in found] == [["t"], ["goal"], ["sub", "goal"]]
