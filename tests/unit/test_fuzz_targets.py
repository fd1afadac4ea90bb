"""What must hold for whatever a server sends, on good answers, on damaged ones, and on made-up ones."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.seeds import seeds
from fuzz.targets import FORMATS, TARGETS, BrokenPromiseError, _agree, _check_outcome
from orch_lsp.providers.answer import AnswerInProgress

SEEDS = tuple(seeds())
QUICK = [name for name in TARGETS if name != "amplified"]
# The words of all formats, so that random objects mean something now and then.
WORDS = (
    *(
        "type",
        "choices",
        "delta",
        "index",
        "content",
        "reasoning_content",
        "refusal",
        "finish_reason",
        "usage",
        "model",
    ),
    *(
        "prompt_tokens",
        "message",
        "id",
        "stop_reason",
        "text",
        "thinking",
        "content_block",
        "response",
        "status",
        "output",
    ),
    *(
        "candidates",
        "parts",
        "thought",
        "finishReason",
        "usageMetadata",
        "done",
        "done_reason",
        "error",
        "code",
        "details",
    ),
)
VALUES = (
    *(
        "stop",
        "length",
        "text_delta",
        "message_start",
        "content_block_delta",
        "message_delta",
        "message_stop",
        "end_turn",
    ),
    *(
        "response.output_text.delta",
        "response.completed",
        "completed",
        "incomplete",
        "STOP",
        "SAFETY",
        "<think>",
        "\ud83d",
    ),
)
leaves = (
    st.none() | st.booleans() | st.integers(-1, 10**6) | st.floats() | st.sampled_from(VALUES) | st.text(max_size=5)
)
objects = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", TARGETS)
def test_every_promise_holds_for_good_answers_and_for_known_faults(name):
    found = [data for target, data in SEEDS if target == name]
    assert found
    for data in (b"", *found):
        TARGETS[name](data)


@pytest.mark.parametrize("name", QUICK)
@given(data=st.data())
def test_every_promise_holds_for_damaged_answers(name, data):
    whole = data.draw(st.sampled_from([found for target, found in SEEDS if target == name]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    middle = data.draw(
        st.binary(max_size=12) | st.sampled_from([b"\n\n", b"\r", b"\x00", b"}", b"\\ud800", b"\xe2\x80"])
    )
    TARGETS[name](whole[:start] + middle + whole[end:])


@pytest.mark.parametrize("name", QUICK)
@given(data=st.binary(max_size=200))
def test_every_promise_holds_for_any_bytes(name, data):
    TARGETS[name](data)


@pytest.mark.parametrize("selector", range(len(FORMATS)), ids=lambda number: FORMATS[number].kind)
@given(
    messages=st.lists(st.tuples(st.sampled_from(["", "error", "message_stop", "ping"]), objects), max_size=6),
    framing=st.sampled_from(["sse", "lines", "document"]),
    sizes=st.binary(min_size=4, max_size=4),
)
def test_every_promise_holds_for_messages_of_any_shape(selector, messages, framing, sizes):
    values = [value for _, value in messages]
    match framing:
        case "sse":
            body = (
                "".join(f"event: {name}\ndata: {json.dumps(value)}\n\n" for name, value in messages)
                + "data: [DONE]\n\n"
            )
        case "lines":
            body = "".join(json.dumps(value) + "\n" for value in values)
        case _:
            body = json.dumps(values[0] if len(values) == 1 else values)
    TARGETS["answer"](bytes([selector]) + sizes + body.encode())


def test_a_broken_promise_is_noticed():
    with pytest.raises(BrokenPromiseError, match="cuts matter"):
        _agree(("a",), ("b",))
    with pytest.raises(BrokenPromiseError, match="success without"):
        _check_outcome(AnswerInProgress(), "text", "", None)
