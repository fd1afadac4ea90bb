"""Nodes written anew, by properties: whatever is answered, nothing outside of a node's own text changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.answer.rewritten import read_rewritten, read_rewritten_draft
from orch_lsp.document.parse import parse
from orch_lsp.document.rewriting import (
    fitted,
    fitted_together,
    parts_to_rewrite,
    plan_rewriting,
    rewritable,
    rewritables,
    with_rewritten,
)
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.registry import profile_named
from orch_lsp.text import Edit, apply_edits
from tests.fakes.format_documents import DOCUMENTS

PIECES = (
    "- [x] T001 done", "- **FR-001**: The system MUST do it", "1. WHEN a, THE Shop SHALL b", "## Goal", "# Title",
    "### Requirement: New", "#### Scenario: New", "```", "~~~text", "<!-- open", "<div>", "| a | b |", "---", "===",
    "plain words", "  indented", "\tindented", "> quoted", "[x]: y", "- a\n  - b", "**Bold**: c", "", "2. second",
    "\u2028",
)  # fmt: skip
BODIES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("\n".join)
MAKES = {
    "as it is": lambda text: text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: "\ufeff" + text,
    "no last line end": lambda text: text.rstrip("\n"),
    "in a fence": lambda text: text + "\n```markdown\n- **FR-001**: no\n## Goal\n```\n",
}


def around(document, span) -> tuple[str, str]:
    return document.text[: span.start], document.text[span.end :]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nothing_outside_of_a_node_changes(name, data):
    make = MAKES[data.draw(st.sampled_from(sorted(MAKES)))]
    profile = profile_named(name)
    assert profile is not None
    document = parse(make(DOCUMENTS[name]), profile)
    parts = parts_to_rewrite(document)
    if not parts:
        return
    one = data.draw(st.sampled_from(parts))
    raw = data.draw(BODIES)
    (alone,) = rewritables(document, (one.key,))
    answer = read_rewritten(raw, document, (alone,), "")
    after, plan = with_rewritten(document, answer.sections)
    if not answer.sections:
        assert after.text == document.text
        return
    assert plan.conflicts == ()
    before, behind = around(document, alone.span)
    assert after.text.startswith(before)
    assert after.text.endswith(behind)
    there = rewritable(after, one.key)
    if one.section is not None or one.node.name is not None:
        assert there is not None
        assert there.node.kind == one.node.kind
        assert there.node.state == one.node.state
    stored = read_rewritten_draft(answer.text, document, (alone,), [one.key])
    assert plan_rewriting(document, document, stored.sections).edits == plan.edits
    assert plan_rewriting(document, after, stored.sections).edits == ()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_text_that_is_answered_as_it_is_changes_nothing(name):
    profile = profile_named(name)
    assert profile is not None
    for make in MAKES.values():
        document = parse(make(DOCUMENTS[name]), profile)
        for one in parts_to_rewrite(document):
            (alone,) = rewritables(document, (one.key,))
            answer = read_rewritten(f"## {alone.label}\n\n{alone.text}\n", document, (alone,), "")
            after, plan = with_rewritten(document, answer.sections)
            assert after.text == document.text, (one.key, answer)
            assert plan.edits == ()


def test_an_answer_for_a_part_and_for_what_it_stands_in_counts_once():
    document = parse("# T\n\n## Acceptance Criteria\n\n- AC1: a\n- AC2: b\n", PLAIN)
    raw = "## Acceptance Criteria\n\n- AC1: c\n- AC2: b\n\n## AC1\n\n- AC1: d\n"
    answer = read_rewritten(raw, document, parts_to_rewrite(document), "")
    after, _ = with_rewritten(document, answer.sections)
    assert after.text == document.text.replace("AC1: a", "AC1: c")
    assert [note.code for note in answer.notes] == ["text_left_out"]
    assert apply_edits(document.text, ()) == document.text


@settings(max_examples=60, deadline=None)
@given(bodies=st.lists(BODIES, min_size=3, max_size=3))
def test_several_texts_fit_together_as_each_does_alone(bodies):
    document = parse("# T\n\n## Acceptance Criteria\n\n- AC1: a\n- AC2: b\n\n## Tasks\n\n- [x] T1: c\n", PLAIN)
    pairs = list(zip(rewritables(document, ("AC1", "AC2", "T1")), bodies, strict=True))
    together = fitted_together(document, pairs)
    alone = [fitted(document, one, body) for one, body in pairs]
    after = apply_edits(
        document.text, [Edit(one.span, text) for (one, _), text in zip(pairs, together, strict=True) if text]
    )
    assert [text is None for text in together] == [text is None for text in alone]
    assert {"AC1", "AC2", "T1"} <= parse(after, PLAIN).nodes.by_key.keys()


WHOLE = "# T\n\n## Goal\n\nOther.\n\n## Tasks\n\n- [ ] T1: x\n"
FENCED = f"```markdown\n{WHOLE}```\n"


@pytest.mark.parametrize(
    ("raw", "goal", "item"),
    [
        (WHOLE, "Other.", None),
        (FENCED, "Other.", None),
        (f"{FENCED}\nLet me know if you want changes!\n", "Other.", None),
        ("## Ziel\n\nAnders.\n", "Anders.", None),
        ("## Ziel\n\nAnders.\n\n## Aufgaben\n\n- x\n", None, None),
        ("--- a\n+++ b\n@@ -1 +1 @@\n-Limit.\n+Other.\n", None, None),
        ('{"goal": "Other."}', "Other.", None),
        ("Here is the rewritten section:\n\nOther.\n\nLet me know if you'd like changes!", "Other.", "- AC1: Other."),
        ("```\nOther.\n```", "Other.", "- AC1: Other."),
        ("I'm sorry, I cannot help with that.", None, None),
        ("What is the limit? Who decides?", None, None),
        ("TODO", None, None),
        ("", None, None),
        ("### Part\n\nOther.\n", "### Part\n\nOther.", None),
    ],
)
def test_an_answer_that_is_more_than_the_text_or_another_is_told_apart(raw, goal, item):
    document = parse("# T\n\n## Goal\n\nLimit.\n\n## Acceptance Criteria\n\n- AC1: a\n- AC2: b\n", PLAIN)
    for key, expected in (("goal", goal), ("AC1", item)):
        nodes = rewritables(document, (key,))
        after, _ = with_rewritten(document, read_rewritten(raw, document, nodes, "").sections)
        old = nodes[0].text
        assert after.text == document.text.replace(old, expected or old, 1), key
