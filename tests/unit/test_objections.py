"""Objections of a review in the text that it is about, and in what became of that."""

from __future__ import annotations

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.objections import CODE, Remark, objections_to
from orch_lsp.rules.rule import Evidence
from tests.unit.rule_pages import found

TEXT = (
    "---\nprofile: plain\n---\n\n# Limiter\n\nAll clients share\na window.\n\n## Goal\n\nLimit *all* clients.\n\n"
    "### Inner\n\nLimit them.\n\n## Notes\n\nLimit *all* clients.\n"
)


def shown(before: str, after: str, *remarks: Remark) -> list[str]:
    said = tuple(objections_to(parse(before, PLAIN), remarks))
    return [after[one.span.start : one.span.end] for one in found(after, PLAIN, CODE, Evidence(objections=said))]


def remark(quote: str, section: str | None = None) -> Remark:
    return Remark("x", "warning", quote, section)


def test_words_are_found_however_their_lines_are_broken() -> None:
    assert shown(TEXT, TEXT, remark("All clients share a window.")) == ["All clients share\na window."]
    crlf = TEXT.replace("\n", "\r\n")
    assert shown(TEXT, crlf, remark("share a window.")) == ["share\r\na window."]


def test_the_section_that_is_meant_is_the_one_where_they_are_shown() -> None:
    (said,) = objections_to(parse(TEXT, PLAIN), [remark("Limit *all* clients.", "notes")])
    assert said.key == "notes"
    (said,) = objections_to(parse(TEXT, PLAIN), [remark("Limit *all* clients.", "goal")])
    assert said.key == "goal"
    changed = TEXT.replace("Limit *all* clients.", "Limit some.", 1)
    assert shown(TEXT, changed, remark("Limit *all* clients.", "notes")) == ["Limit *all* clients."]
    assert shown(TEXT, changed, remark("Limit *all* clients.", "goal")) == []


@pytest.mark.parametrize("quote", ["nowhere", "", "  ", "(", "Limit [all"])
def test_what_is_not_quoted_is_left_out(quote: str) -> None:
    assert shown(TEXT, TEXT, remark(quote)) == []


def test_a_section_below_another_is_a_text_of_its_own() -> None:
    changed = TEXT.replace("Limit them.", "Limit those.")
    assert shown(TEXT, changed, remark("Limit *all* clients.", "goal")) == ["Limit *all* clients."]
    assert shown(TEXT, changed, remark("Limit them.", "goal")) == []


def test_a_section_that_is_gone_or_a_document_without_any_says_nothing() -> None:
    assert shown(TEXT, TEXT.replace("## Goal", "## Other"), remark("Limit *all* clients.", "goal")) == []
    assert shown("Words alone.", "Words alone.", remark("Words alone.")) == ["Words alone."]
    assert shown("Words alone.", "", remark("Words alone.")) == []
