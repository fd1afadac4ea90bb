"""Terms, ranking and the choice of lines: pure functions."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.context.assembly import cost
from orch_lsp.context.choke import Admitted
from orch_lsp.context.excerpts import Lines, beginning, best_windows, head, most_telling, part
from orch_lsp.context.item import estimate_tokens
from orch_lsp.context.ranking import Document, rank
from orch_lsp.context.tokens import STOP_WORDS, TermCounter, terms
from orch_lsp.text import split_lines


def document(path: str, text: str) -> Document:
    return Document(path, *TermCounter(terms(text)).count(text))


@pytest.mark.parametrize("written", ["rateLimiter", "RateLimiter", "rate_limiter", "rate-limiter", "RATE_LIMITER"])
def test_every_spelling_of_an_identifier_has_the_same_terms(written):
    assert terms(written) == ["rate", "limiter", "ratelimiter"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPServer", {"http", "server", "httpserver"}),
        ("sha256", {"sha", "256", "sha256"}),
        ("policies and classes", {"policy", "classe"}),
        ("status bus glass", {"status", "bus", "glass"}),
        ("Straße STRASSE", {"strasse"}),
        ("ＡＰＩ", {"api"}),
        ("naïve café", {"naïve", "café"}),
        ("cafe\u0301", {"café"}),
        ("限流算法", {"限流", "流算", "算法"}),
        ("限", {"限"}),
        ("API限流v2", {"api", "限流", "v2"}),
        ("ﾃｽﾄ", {"テス", "スト"}),
        ("हिन्दी", {"हिन्दी"}),
        ("Ёлка ЁЛКА", {"ёлка"}),
        ("a b 7", set()),
        ("x" * 500, set()),
        ("🦀 … --", set()),
    ],
)
def test_text_of_any_script_becomes_terms(text, expected):
    assert set(terms(text)) == expected


def test_a_long_run_of_mixed_scripts_does_not_exhaust_the_stack():
    assert len(terms("限a" * 20_000)) == 20_000


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_a_long_text_is_counted_to_its_end(separator):
    text = separator.join(["limiter"] * 50_000)
    counts, total = TermCounter({"limiter"}).count(text)
    assert total - 50_000 in range(20)  # without a line end to cut at, a word is torn in two now and then
    assert 50_000 - counts["limiter"] in range(20)
    assert separator == " " or counts["limiter"] == total == 50_000


@given(st.text())
def test_terms_are_folded_and_counted_for_any_text(text):
    found = terms(text)
    assert not STOP_WORDS & set(found)
    wanted = set(found[::2])
    assert TermCounter(wanted).count(text)[0] == {term: found.count(term) for term in wanted}
    assert sorted(terms(f"{text} {text}")) == sorted(found * 2)


def test_a_rare_term_outweighs_a_common_one():
    documents = [document(f"{n}.md", "server config") for n in range(59)] + [document("x.md", "server limiter")]
    ranking = rank(documents, ["server", "limiter"])
    assert ranking.ranked[0][0] == "x.md"
    # In sixty files a word of all of them is no reason to take one; in a small workspace all may be about it.
    assert [path for path, _ in ranking.ranked] == ["x.md"]


def test_a_term_of_every_file_still_ranks_where_there_is_no_other():
    documents = [document(f"{n}.md", "limiter " * (n + 1) + "other words " * 3) for n in range(12)]
    assert rank(documents, ["limiter"]).ranked[0][0] == "11.md"


def test_a_shorter_document_wins_among_equals_and_then_the_path():
    documents = [document("b", "limiter"), document("a", "limiter"), document("long", "limiter " + "word " * 50)]
    assert [path for path, _ in rank(documents, ["limiter"]).ranked] == ["a", "b", "long"]


def test_nothing_ranks_among_no_documents():
    assert rank([], ["limiter"]).ranked == ()


WORDS = st.text(string.ascii_lowercase[:6], min_size=2, max_size=3)


@given(st.lists(st.lists(WORDS, max_size=12), max_size=8), st.lists(WORDS, max_size=5), st.randoms())
def test_ranking_does_not_depend_on_the_order_of_files_and_never_takes_a_stranger(bodies, query, random):
    documents = [document(f"{number}", " ".join(words)) for number, words in enumerate(bodies)]
    wanted = [term for word in query for term in terms(word)]
    ranking = rank(documents, wanted)
    shuffled = list(documents)
    random.shuffle(shuffled)
    assert rank(shuffled, reversed(wanted)) == ranking
    for path, score in ranking.ranked:
        assert score > 0
        assert set(wanted) & set(documents[int(path)].counts)


LINE_TEXT = st.lists(
    st.sampled_from(["", "limiter", "bucket limiter", "nothing of note", "x" * 90, "é 限流", "\u2028"]), max_size=60
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines)))


@given(LINE_TEXT, st.integers(-5, 400))
def test_windows_hold_the_very_lines_within_the_budget_and_none_twice(text, budget):
    lines = Lines(text)
    windows = best_windows(lines, {"limiter": 1.0, "bucket": 2.0}, budget)
    quoted = [split_lines(part(Admitted("p", text, 0), lines, window, 1.0, "rank").text) for window in windows]
    every = split_lines(text)
    for (first, last), got in zip(windows, quoted, strict=True):
        assert got == every[first - 1 : last]
        assert any("limiter" in line for line in got)
    numbers = [number for first, last in windows for number in range(first, last + 1)]
    assert numbers == sorted(set(numbers))
    assert sum(estimate_tokens(lines.text(*window)) for window in windows) <= max(0, budget)


@given(LINE_TEXT, st.integers(1, 70), st.integers(0, 70), st.integers(-5, 200))
def test_a_head_begins_where_asked_and_fits(text, first, more, budget):
    lines = Lines(text)
    last = min(first + more, len(lines))
    span = head(lines, first, last, budget)
    if span is None:
        return
    assert span[0] == first <= span[1] <= last
    assert estimate_tokens(lines.text(*span)) <= budget


def test_two_far_places_of_equal_worth_give_two_windows():
    every = ["filler"] * 500
    every[50] = every[400] = "limiter"
    windows = best_windows(Lines("\n".join(every)), {"limiter": 1.0}, 400)
    assert windows == [(48, 54), (398, 404)]


def test_places_whose_margins_touch_are_one_window():
    every = ["x" * 400] * 20
    every[5] = every[6] = "limiter"
    every[12] = "limiter"
    assert best_windows(Lines("\n".join(every)), {"limiter": 1.0}, 10_000) == [(3, 16)]
    assert best_windows(Lines("\n".join(["limiter"] * 160)), {"limiter": 1.0}, 10_000) == [(1, 160)]


def test_an_empty_text_has_one_empty_line():
    assert (len(Lines("")), Lines("").text(1, 1)) == (1, "")
    assert len(Lines("a\n")) == 1
    assert len(Lines("a\n\n")) == 2


@given(st.text("ab \n", max_size=800), st.integers(0, 200))
def test_a_text_that_is_cut_fits_with_its_labels(text: str, budget: int):
    admitted = Admitted("p.md", text, 0)
    start = beginning(admitted, "card", budget)
    telling = most_telling(admitted, {"ab": 1.0}, "mcp", budget)
    assert start is None or cost(start) <= budget
    assert sum(map(cost, telling)) <= budget or not telling
    for item in (*telling, *filter(None, (start,))):
        assert item.text in text
        assert (item.lines is None) == (item.text == text)
