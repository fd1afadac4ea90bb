"""JSON from a provider is parsed within bounds of values and depth, and what is kept of it is small."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.providers.json_reading import MAX_DEPTH, MAX_VALUES, TooComplexError, bounded, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_within_the_bounds_is_read_as_json_says(value):
    written = json.dumps(value)
    assert json.dumps(parse_json(f" {written}\n")) == written


@pytest.mark.parametrize(
    "bomb",
    [
        "[" + "[]," * MAX_VALUES + "0]",
        "[" + "{}," * MAX_VALUES + "0]",
        "[" + "0," * MAX_VALUES + "0]",
        '{"a":[' + '"",' * MAX_VALUES + "0]}",
    ],
)
def test_a_document_of_too_many_values_is_refused(bomb):
    with pytest.raises(TooComplexError, match="values"):
        parse_json(bomb)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_a_document_that_is_too_deep_is_refused(opening):
    with pytest.raises(TooComplexError):
        parse_json(opening * 5_000)


def test_brackets_inside_texts_are_no_depth():
    text = "[" * 10 * MAX_DEPTH + '"\\{'
    assert parse_json(json.dumps({"text": text})) == {"text": text}


@pytest.mark.parametrize("data", ["", "{", '"', "[1", "nul", "{'a': 1}", '["' + "\\" * 3_000, "[" * 600 + '"\\"' * 600])
def test_what_is_no_json_is_said(data):
    with pytest.raises(ValueError, match=r"."):
        parse_json(data)


@given(VALUES)
def test_what_is_kept_of_any_value_is_small_and_can_be_written(value):
    assert len(json.dumps(bounded({"usage": value}, members=8, characters=32), allow_nan=False)) < 8**4 * 64


def test_counts_are_kept():
    usage = {"prompt_tokens": 3, "details": {"cached_tokens": 2}, "cost": 0.5, "tier": None, "ok": True}
    assert bounded(usage) == usage
    assert bounded({"n": 1e999, "m": 10**30, "s": "x" * 999}) == {"n": None, "m": None, "s": "x" * 256}
