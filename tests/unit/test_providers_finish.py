"""Which ends of an answer are a success: every row of the table, in every format."""

from __future__ import annotations

import json

import pytest

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import TextDelta
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.finish import failure_of_status, reason_of, worse
from orch_lsp.providers.reader import AnswerReader
from orch_lsp.settings.model import ProviderSettings
from tests.fakes.provider_outcome import WIRE_FORMATS

TEXT = "Half a thought"
DONE = b"data: [DONE]\n\n"


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def read(kind: str, *pieces: bytes) -> tuple[AnswerInProgress, Failure | None, str]:
    wire = WIRE_FORMATS[kind]
    answer = AnswerInProgress()
    decoder = wire.decoder(ProviderSettings(name="work", kind=kind, base_url=None))
    reader = AnswerReader(decoder, answer, json_lines=wire.json_lines, max_events=1000, provider="work")
    for piece in pieces:
        reader.feed(piece)
        if reader.is_over:
            break
    reader.close()
    failure = reader.verdict()
    text = "".join(event.text for event in answer.take(last=True) if isinstance(event, TextDelta))
    return answer, failure, text


def chat(content: object = TEXT, finish: object = None, index: object = 0, **delta: object) -> bytes:
    said = {"content": content, **delta} if content is not None else delta
    return event({"choices": [{"index": index, "delta": said, "finish_reason": finish}]})


def told(kind: str, *reasons: str) -> list[bytes]:
    """A text and then these reasons, one message each, without an error in the framing."""
    match kind:
        case "openai-compatible":
            return [chat(), *(chat(None, reason) for reason in reasons), DONE]
        case "anthropic":
            deltas = [event({"type": "message_delta", "delta": {"stop_reason": reason}}) for reason in reasons]
            start = event({"type": "message_start", "message": {"id": "m"}})
            text = event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": TEXT}})
            return [start, text, *deltas, event({"type": "message_stop"})]
        case "gemini":
            text = {"content": {"parts": [{"text": TEXT}]}}
            return [
                event({"candidates": [text]}),
                *(event({"candidates": [{"finishReason": reason}]}) for reason in reasons),
            ]
        case "ollama":
            lines = [{"message": {"content": TEXT}}, *({"done": True, "done_reason": reason} for reason in reasons)]
            return [json.dumps(line).encode() + b"\n" for line in lines]
        case _:
            raise AssertionError(kind)


KINDS = ("openai-compatible", "anthropic", "gemini", "ollama")
CODES = {
    "length": ErrorCode.TRUNCATED,
    "max_tokens": ErrorCode.TRUNCATED,
    "content_filter": ErrorCode.CONTENT_FILTERED,
    "SAFETY": ErrorCode.CONTENT_FILTERED,
    "sensitive": ErrorCode.CONTENT_FILTERED,
    "refusal": ErrorCode.REFUSED,
    "tool_use": ErrorCode.INCOMPLETE_OUTPUT,
    "tool_calls": ErrorCode.INCOMPLETE_OUTPUT,
    "abort": ErrorCode.INCOMPLETE_OUTPUT,
    "pause_turn": ErrorCode.INCOMPLETE_OUTPUT,
    "network_error": ErrorCode.PROVIDER_UNAVAILABLE,
    "kaput": ErrorCode.INCOMPLETE_OUTPUT,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reason", CODES)
def test_the_worst_reason_counts_whichever_comes_first(kind, reason):
    for reasons in ((reason,), (reason, "stop"), ("stop", reason)):
        if kind == "ollama" and reasons[0] == "stop":
            continue  # Its first `done` is the end.
        answer, failure, text = read(kind, *told(kind, *reasons))
        assert text == TEXT
        assert answer.finish is not None
        assert failure is not None
        assert failure.code is CODES[reason]
        assert reason in answer.finish.raw_finish_reasons


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("word", ["stop", "STOP", "Stop", "end_turn", "END_TURN", "eos_token", "FINISH_REASON_STOP"])
def test_a_reason_that_means_stop_is_known_in_every_spelling(kind, word):
    answer, failure, _ = read(kind, *told(kind, word))
    assert failure is None
    assert answer.finish is not None
    assert answer.finish.raw_finish_reasons == (word,)


def test_a_limit_is_a_limit_in_responses_too():
    delta = event({"type": "response.output_text.delta", "delta": TEXT})
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    done = event({"type": "response.completed", "response": {"status": "completed", "output": []}})
    _, failure, _ = read("openai", delta, event({"type": "response.incomplete", "response": cut}), done)
    assert failure is not None
    assert failure.code is ErrorCode.TRUNCATED
    assert read("openai", delta, done)[1] is None


@pytest.mark.parametrize("raw", ["", "null", "NONE", "not_finished", "FINISH_REASON_UNSPECIFIED"])
def test_a_word_that_says_not_yet_is_no_reason(raw):
    assert reason_of(raw) is None
    answer, failure, _ = read("openai-compatible", chat(TEXT, raw), chat(None, "stop"), DONE)
    assert failure is None
    assert answer.finish is not None
    assert answer.finish.raw_finish_reasons == ("stop",)


@pytest.mark.parametrize("finish", [7, True, {"type": "stop"}, ["stop"]])
def test_a_reason_that_is_no_word_is_no_success(finish):
    _, failure, _ = read("openai-compatible", chat(TEXT, finish), DONE)
    assert failure is not None
    assert failure.code is ErrorCode.INCOMPLETE_OUTPUT


def test_a_marker_alone_is_an_end():
    answer, failure, _ = read("openai-compatible", chat(), DONE)
    assert failure is None
    assert answer.finish is not None
    assert answer.finish.raw_finish_reasons == ()


def test_the_end_of_another_choice_is_not_the_end_of_this_one():
    _, failure, text = read("openai-compatible", chat(), chat("OTHER", None, 1), chat(None, "stop", 1), DONE)
    assert text == TEXT
    assert failure is not None
    assert failure.code is ErrorCode.INCOMPLETE_OUTPUT


def test_a_choice_that_has_stopped_is_whole_whatever_becomes_of_another():
    pieces = [chat(), chat("OTHER", "length", 1), chat(None, "stop"), DONE]
    assert read("openai-compatible", *pieces)[1:] == (None, TEXT)


@pytest.mark.parametrize("index", [0, None, "0"])
def test_the_one_choice_may_be_numbered_in_any_way(index):
    assert read("openai-compatible", chat(TEXT, None, index), chat(None, "stop", index), DONE)[1:] == (None, TEXT)


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": TEXT}],
        [{"text": "Half "}, {"text": "a thought"}],
        ["Half ", "a thought"],
        {"type": "text", "text": TEXT},
    ],
)
def test_content_may_be_a_list_of_parts(content):
    assert read("openai-compatible", chat(content, "stop"), DONE)[1:] == (None, TEXT)


@pytest.mark.parametrize("content", [5, True, [5], [{"type": "image"}]])
def test_content_that_is_no_text_is_an_empty_answer(content):
    _, failure, text = read("openai-compatible", chat(content, "stop"), DONE)
    assert text == ""
    assert failure is not None
    assert failure.code is ErrorCode.EMPTY_OUTPUT


def test_a_call_of_a_tool_is_no_end_of_a_text_in_any_format():
    chats = [chat(TEXT, None, tool_calls=[{"id": "t"}]), chat(None, "stop"), DONE]
    block = event({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "t"}})
    call = event({"candidates": [{"content": {"parts": [{"functionCall": {"name": "t"}}]}}]})
    line = json.dumps({"message": {"tool_calls": [{"function": {}}]}}).encode() + b"\n"
    for kind, pieces in (
        ("openai-compatible", chats),
        ("anthropic", [block, *told("anthropic", "end_turn")]),
        ("gemini", [call, *told("gemini", "STOP")]),
        ("ollama", [line, *told("ollama", "stop")]),
    ):
        _, failure, _ = read(kind, *pieces)
        assert failure is not None
        assert failure.code is ErrorCode.INCOMPLETE_OUTPUT


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_whose_bytes_end_before_a_reason_is_not_whole(kind):
    pieces = [piece for piece in told(kind) if b"DONE" not in piece and b"message_stop" not in piece]
    _, failure, text = read(kind, *pieces)
    assert text == TEXT
    assert failure is not None
    assert failure.code is ErrorCode.INCOMPLETE_OUTPUT


@pytest.mark.parametrize("status", [204, 205, 206])
def test_a_status_that_has_no_whole_answer_is_no_success(status):
    failure = failure_of_status(status, "work")
    assert failure is not None
    assert failure.code is ErrorCode.INVALID_RESPONSE
    assert str(status) in failure.message


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_other_good_statuses_say_nothing(status):
    assert failure_of_status(status, "work") is None


def test_every_reason_has_its_gravity_and_stop_has_none():
    for reason in FinishReason:
        assert worse(FinishReason.STOP, reason) is reason
        assert worse(reason, FinishReason.STOP) is reason


def test_an_answer_that_came_as_reasoning_is_said_to_be_and_kept():
    pieces = [
        chat(None, None, reasoning_content="## Goal\n\n"),
        chat(None, "stop", reasoning_content="Fair use."),
        DONE,
    ]
    answer, failure, text = read("openai-compatible", *pieces)
    assert text == ""
    assert failure is not None
    assert failure.code is ErrorCode.EMPTY_OUTPUT
    assert "reasoning" in failure.message
    assert "--reasoning-parser" in (failure.remediation or "")
    assert answer.came_as_reasoning
    assert answer.reasoning_as_text() == TextDelta("## Goal\n\nFair use.")


def test_reasoning_before_a_text_is_not_kept():
    answer, failure, text = read("openai-compatible", chat(None, reasoning_content="hm"), chat(TEXT, "stop"), DONE)
    assert (failure, text) == (None, TEXT)
    assert not answer.came_as_reasoning


@pytest.mark.parametrize(
    "nothing",
    [b"data:\n\n", b"data: \n\n", b"data:  \t\n\n", b"event: ping\ndata:\n\n", b"data:\ndata:\n\n", b"data: [PING]\n\n",
     b"data: ping\n\n", b"event: heartbeat\ndata: now\n\n", b"event: keep-alive\ndata: {}\n\n", b"data: null\n\n"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["openai-compatible", "anthropic", "gemini"])
def test_an_event_that_says_nothing_is_none(kind, nothing):
    pieces = told(kind, "stop")
    assert read(kind, nothing, pieces[0], nothing, *pieces[1:])[1:] == (None, TEXT)


def test_white_space_between_json_lines_is_nothing():
    first, last = told("ollama", "stop")
    assert read("ollama", b"\n", first, b" \r\n\n", last)[1:] == (None, TEXT)


def test_other_data_that_is_no_json_is_not_passed_over():
    from orch_lsp.providers.failure import ExchangeFailedError

    with pytest.raises(ExchangeFailedError):
        read("openai-compatible", chat(), b"data: half a text\n\n", chat(None, "stop"), DONE)


def test_text_after_the_reason_needs_an_end_of_its_own():
    pieces = [chat(), chat(None, "stop"), chat(" and more")]
    _, failure, text = read("openai-compatible", *pieces)
    assert text == TEXT + " and more"
    assert failure is not None
    assert failure.code is ErrorCode.INCOMPLETE_OUTPUT
    assert read("openai-compatible", *pieces, chat(None, "stop"))[1] is None
    assert read("openai-compatible", *pieces, DONE)[1] is None
