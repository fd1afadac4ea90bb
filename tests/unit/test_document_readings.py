"""Reading a document again from what is known of it."""

from __future__ import annotations

import sys
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.brief import brief_of
from orch_lsp.document.parse import parse
from orch_lsp.document.readings import DOCUMENTS, Readings, difference
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import check
from orch_lsp.text import Edit, apply_edits

_PIECES = [
    "# Title", "## Goal", "## Tasks", "text", "- [ ] a", "```", "<!--", "-->", "---", "profile: plain", "", "=====",
    "\ufeff", "## Ziel / Goal", "### Goal", "[a]: b", "TODO", "é\ud800",
]  # fmt: skip
_texts = st.builds(
    lambda lines, end: end.join(lines), st.lists(st.sampled_from(_PIECES), max_size=10), st.sampled_from(["\n", "\r\n"])
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_texts, min_size=2, max_size=6))
def test_a_document_that_changed_is_read_as_if_it_were_new(texts: list[str]) -> None:
    readings = Readings()
    for text in texts:
        document, whole = readings.read("a", text, PLAIN), parse(text, PLAIN)
        assert document == whole
        assert [section.sha256 for section in document.sections] == [section.sha256 for section in whole.sections]
        assert readings.markdown("a", text).front_matter == whole.front_matter


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab\n", max_size=30), st.text(alphabet="ab\n", max_size=30))
def test_the_difference_of_two_texts_makes_the_one_of_the_other(old: str, new: str) -> None:
    span, new_text = difference(old, new)
    assert apply_edits(old, [Edit(span, new_text)]) == new
    assert (span.start == span.end and not new_text) == (old == new)


def test_an_unchanged_document_is_the_same_object() -> None:
    readings = Readings()
    assert readings.read("a", "# A\n", PLAIN) is readings.read("a", "# " + "A\n", PLAIN)


def test_what_an_edit_did_not_touch_is_not_read_again() -> None:
    readings = Readings()
    text = "# A\n\n" + "".join(f"## Part {n}\n\nText {n}.\n\n" for n in range(100))
    first = readings.read("a", text, PLAIN)
    second = readings.read("a", text.replace("Text 50.", "Text 50!"), PLAIN)
    chunks = {id(chunk) for chunk in first.tree.chunks}
    assert sum(id(chunk) not in chunks for chunk in second.tree.chunks) == 1


def test_a_key_in_five_megabytes_with_ten_thousand_headings_costs_what_it_touched() -> None:
    readings = Readings()
    part = "Words of a part. " * 29
    text = "# A\n\n## Goal\n\nTODO\n\n" + "".join(f"## Part {n}\n\n{part}\n\n" for n in range(10_000))
    first = readings.read("a", text, PLAIN)
    check(first)
    at = text.index("## Part 5000") + 20
    edited = text[:at] + "x" + text[at:]
    second = readings.read("a", edited, PLAIN)
    found = check(second)

    assert len(text) > 5_000_000
    known = {id(chunk) for chunk in first.tree.chunks}
    assert [chunk.text for chunk in second.tree.chunks if id(chunk) not in known] == [
        edited[edited.index("## Part 5000") : edited.index("## Part 5001")]
    ]
    assert sum("sha256" in vars(section) for section in second.sections) == 0
    assert [section.key for section in second.sections if "placeholder" in vars(section)] == ["goal"]
    assert [(one.rule, one.message, one.span) for one in found] == [
        (one.rule, one.message, one.span) for one in check(parse(edited, PLAIN))
    ]


def test_documents_that_nobody_asks_for_are_forgotten() -> None:
    readings = Readings()
    first = readings.read("0", "# A\n", PLAIN)
    for number in range(1, DOCUMENTS + 1):
        readings.read(str(number), "# A\n", PLAIN)
    assert readings.read("0", "# A\n", PLAIN) is not first


def test_a_document_that_is_asked_for_again_and_again_is_kept() -> None:
    readings = Readings()
    first = readings.read("0", "# A\n", PLAIN)
    for number in range(1, 2 * DOCUMENTS):
        readings.read(str(number), "# A\n", PLAIN)
        assert readings.read("0", "# A\n", PLAIN) is first


def test_the_work_of_a_document_of_one_chunk_is_linear_in_its_comments() -> None:
    def calls_for(sections: int) -> int:
        text = "".join(f"Part {number}\n------\n\n<!-- note -->\n\n" for number in range(sections))
        document, calls = parse(text, PLAIN), 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(count)
        try:
            brief_of(document, PLAIN)
        finally:
            sys.setprofile(None)
        return calls

    assert calls_for(400) < 6 * calls_for(100)


def test_several_threads_may_read_one_document() -> None:
    readings, wrong = Readings(), list[str]()

    def work(seed: int) -> None:
        for number in range(50):
            text = f"# A {seed}\n\n## Goal\n\n{number * seed}\n"
            if readings.read("a", text, PLAIN) != parse(text, PLAIN):
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_of_long_documents_fewer_are_kept_and_of_a_closed_one_nothing() -> None:
    readings = Readings(characters=100)
    long, short = "# A\n\n" + "x" * 90, "# B\n"
    readings.markdown("a", long)
    first, second = readings.markdown("b", short), readings.markdown("c", long)
    assert readings.texts_read == 3
    assert readings.markdown("c", long) is second
    assert readings.markdown("b", short) is first
    # One alone is kept however long it is.
    third = readings.markdown("d", long * 3)
    assert readings.markdown("d", long * 3) is third
    assert readings.texts_read == 4
    readings.forget("d")
    assert readings.markdown("d", long * 3) is not third
    assert readings.texts_read == 5


def test_threads_that_ask_for_one_text_at_once_read_it_once() -> None:
    readings = Readings()
    text = "# A\n\n" + "- [ ] T001 x\n" * 20_000
    start = threading.Barrier(8)
    found: list[object] = []

    def ask() -> None:
        start.wait()
        found.append(readings.markdown("a", "".join(text)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert readings.texts_read == 1
