"""Sums of token counts."""

from orch_lsp.generation import Usage


def test_counts_are_added_and_what_neither_told_stays_unknown():
    first = Usage(input_tokens=3, output_tokens=None, cache_read_input_tokens=0, raw={"n": 1})
    later = Usage(input_tokens=4, output_tokens=2, reasoning_output_tokens=None, raw={"n": 2})
    assert first + later == Usage(7, 2, 0, None, None, raw={"n": 2})
    assert later + first == Usage(7, 2, 0, None, None, raw={"n": 1})
    assert Usage() + Usage() == Usage()
