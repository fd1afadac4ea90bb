"""Tables and pages of the command line: they fit the terminal, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orch_lsp.cli.layout import Column, cut, cut_front, fitted, local_time, table_lines, wrapped
from orch_lsp.cli.run_pages import short_ids
from orch_lsp.runs.escape import plain
from orch_lsp.runs.record import new_run_id

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60).map(plain)


@given(text=TEXTS, width=st.integers(0, 30))
def test_a_text_is_cut_to_its_cells_and_says_so(text, width):
    for made in (cut(text, width), cut_front(text, width)):
        assert cell_len(made) <= width
        assert made == text if cell_len(text) <= width else made == "" or "…" in made


def test_a_wide_character_is_never_halved():
    assert cut("漢字漢字", 6) == "漢字…"
    assert cut_front("漢字漢字", 6) == "…漢字"
    assert cut_front("docs/漢字.spec.md", 11) == "…字.spec.md"


@given(cells=st.lists(st.tuples(TEXTS, TEXTS), max_size=5), width=st.integers(30, 120))
def test_the_lines_of_a_table_fit_and_their_columns_stand_below_each_other(cells, width):
    columns = [
        Column("NAME", [f"|{name}" for name, _ in cells], 8),
        Column("PATH", [f"|{path}" for _, path in cells], 8, from_front=True),
        Column("STATE", ["ok" for _ in cells]),
    ]
    widths = fitted(columns, width)
    assert widths is not None
    lines = table_lines(columns, widths)
    assert len(lines) == len(cells) + 1
    assert all(cell_len(line) <= width for line in lines)
    at = cell_len(lines[0][: lines[0].index("STATE")])
    assert all(cell_len(line) - len("ok") == at for line in lines[1:])


def test_columns_that_cannot_give_way_enough_do_not_fit():
    assert fitted([Column("A", ["x" * 20]), Column("B", ["y" * 20], 10)], 31) is None
    assert fitted([Column("A", ["x" * 20]), Column("B", ["y" * 20], 10)], 32) == [20, 10]


@given(text=TEXTS, width=st.integers(2, 40))
def test_wrapping_loses_no_word(text, width):
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_without_a_width_lines_stay_as_they_are():
    assert wrapped("  a " * 100 + "\n\nb", None) == ["  a " * 100, "", "b"]


def test_lines_of_a_text_stay_lines():
    assert wrapped("one\n\n    two three", 11) == ["one", "", "    two", "three"]


def test_short_ids_are_told_apart_and_never_end_in_their_hyphen():
    ids = sorted((new_run_id() for _ in range(300)), reverse=True)
    short = short_ids(ids)
    for run_id, shown in short.items():
        assert len(shown) >= 8
        assert not shown.endswith("-")
        assert [other for other in ids if other.startswith(shown)] == [run_id]
    assert short_ids(["01a20957-dbed-7256-8000-000000000000"]) == {"01a20957-dbed-7256-8000-000000000000": "01a20957"}


@pytest.mark.parametrize("moment", ["", "soon", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:59"])
def test_what_is_no_time_is_shown_as_it_is(moment):
    assert local_time(moment) == moment
