"""What a decoder says becomes events: text and reasoning apart, whole characters, believable counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import ModelResolved, ReasoningDelta, TextDelta, UsageReported
from orch_lsp.providers.finish import failure_at_end
from orch_lsp.providers.think_tags import ThinkTagSplitter
from orch_lsp.providers.usage import sane_usage


def text_of(events):
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events):
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def test_pieces_that_come_together_are_one_event_and_keep_their_order():
    answer = AnswerInProgress()
    for piece in ("a", "", "b"):
        answer.text(piece)
    answer.reasoning("c")
    answer.reasoning("d")
    answer.text("e")
    assert answer.take() == [TextDelta("ab"), ReasoningDelta("cd"), TextDelta("e")]
    assert answer.take() == []


def test_a_model_and_a_usage_are_told_once():
    answer = AnswerInProgress()
    usage = Usage(1, 2)
    for model in ("", "m", "m", "n"):
        answer.model(model)
    answer.usage(None)
    answer.usage(usage)
    assert answer.take() == [ModelResolved("m"), ModelResolved("n"), UsageReported(usage)]
    answer.usage(usage)
    assert answer.take() == []


def test_the_halves_of_a_character_are_joined_even_across_reads():
    answer = AnswerInProgress()
    answer.text("a\ud83d")
    assert answer.take() == [TextDelta("a")]
    answer.text("\ude00b")
    assert answer.take() == [TextDelta("😀b")]


def test_a_half_that_stays_alone_is_replaced():
    answer = AnswerInProgress()
    answer.text("\ude00a\ud83d")
    assert text_of([*answer.take(), *answer.take(last=True)]) == "\ufffda\ufffd"


@given(pieces=st.lists(st.text(st.characters(codec=None), max_size=4), max_size=6), reads=st.lists(st.booleans()))
def test_every_text_can_be_written_to_a_file(pieces, reads):
    answer, events = AnswerInProgress(), []
    for index, piece in enumerate(pieces):
        answer.text(piece)
        if index < len(reads) and reads[index]:
            events += answer.take()
    events += answer.take(last=True)
    assert text_of(events).encode("utf-8") is not None
    joined = "".join(pieces)
    assert text_of(events) == joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split(*pieces):
    answer = AnswerInProgress()
    splitter = ThinkTagSplitter(answer)
    for piece in pieces:
        splitter.feed(piece)
    splitter.close()
    events = answer.take(last=True)
    return text_of(events), reasoning_of(events)


@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        ("<think>why</think>\n\n# Spec", "\n\n# Spec", "why"),
        (" \n<think>why</think>x", " \nx", "why"),
        ("<thinking>why</thinking>x", "x", "why"),
        ("[THINK]why[/THINK]x", "x", "why"),
        ("◁think▷why◁/think▷x", "x", "why"),
        ("<seed:think>why</seed:think>x", "x", "why"),
        ("<|channel|>analysis<|message|>why<|end|>x", "x", "why"),
        ("<|START_THINKING|>why<|END_THINKING|>x", "x", "why"),
        ("<think></think>x", "x", ""),
        ("<think>never ends", "", "never ends"),
        ("<think>a</thi", "", "a</thi"),
        ("# About <think>tags</think>", "# About <think>tags</think>", ""),
        ("<thin ice>", "<thin ice>", ""),
        ("<thi", "<thi", ""),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>", "a"),
        ("<think>a</think>\n<think>b</think>\n\n# Spec", "\n\n\n# Spec", "ab"),
        ("<think>a</think><thought>b</thought><thi", "<thi", "ab"),
        ("", "", ""),
        ("  ", "  ", ""),
    ],
)
def test_reasoning_between_leading_tags_is_kept_apart_whatever_the_cuts(content, text, reasoning):
    assert split(content) == (text, reasoning)
    assert split(*content) == (text, reasoning)


def test_white_space_without_end_is_passed_on_and_does_not_become_slow():
    answer = AnswerInProgress()
    splitter = ThinkTagSplitter(answer)
    length = 0
    for _ in range(300_000):
        splitter.feed("\n" * 16)
        length += len(text_of(answer.take()))
    assert length == 300_000 * 16


def test_thoughts_without_end_do_not_become_slow():
    assert split("<think>a</think>" * 200_000 + "x") == ("x", "a" * 200_000)


def test_reasoning_whose_tag_was_opened_in_the_prompt_is_kept_apart():
    answer = AnswerInProgress()
    splitter = ThinkTagSplitter(answer, is_implied=True)
    for piece in ("why", "</thi", "nk>", "x"):
        splitter.feed(piece)
    splitter.close()
    events = answer.take(last=True)
    assert (text_of(events), reasoning_of(events)) == ("x", "why")


@given(st.text("<>/think x", max_size=30), st.lists(st.integers(0, 5)))
def test_the_cuts_in_a_text_do_not_change_what_is_reasoning(content, sizes):
    pieces, position = [], 0
    for size in sizes:
        pieces.append(content[position : position + size])
        position += size
    assert split(*pieces, content[position:]) == split(content)


@pytest.mark.parametrize(
    "pieces",
    [
        ["## Goal\n\n", "## Goal\n\nServe ", "## Goal\n\nServe all.\n"],
        ["#", "## ", "## Goal", "## Goal\n\nServe all.\n"],
        ["## Goal\n\n", "## Goal\n\nServe all.\n"],
        ["## Goal\n\nServe", "## Goal\n\nServe all.\n", "## Goal\n\nServe all.\n"],
        ["## Goal\n\n", "Serve ", "all.\n"],
        ["#", "# Goal", "\n\nServe all.\n"],
        ["#", "# ", "Goal\n\nServe all.\n"],
    ],
)
def test_a_stream_that_repeats_its_text_with_each_piece_is_read_once(pieces):
    assert split(*pieces) == ("## Goal\n\nServe all.\n", "")


@pytest.mark.parametrize(
    "pieces", [["ha", "ha", "ha"], ["-", "--", "x"], ["x", "xy", "z"], [" ", "  ", "   a"], ["`", "``"]]
)
def test_short_pieces_that_begin_alike_are_kept(pieces):
    assert split(*pieces) == ("".join(pieces), "")


def test_thinking_in_a_stream_that_repeats_its_text_is_kept_apart():
    whole = "<think>hm, let me see</think>\n## Goal\n\nServe all.\n"
    assert split(*(whole[:end] for end in range(9, len(whole) + 1, 3)), whole) == (
        "\n## Goal\n\nServe all.\n",
        "hm, let me see",
    )


def test_an_answer_that_comes_whole_once_more_at_its_end_is_read_once():
    text = "## Goal\n\nServe every client of the interface within its fair share.\n"
    assert split(*text, text) == (text, "")


def test_counts_that_contradict_each_other_are_unknown():
    usage = sane_usage({}, input_tokens=7, output_tokens=8, cache_read=161, cache_write=8, reasoning=9)
    assert usage == Usage(7, 8, None, None, None, {})


def test_counts_that_were_not_given_are_unknown():
    assert sane_usage({"cost": 1}, input_tokens=None, output_tokens=None, reasoning=4) is None
    assert sane_usage({}, input_tokens=None, output_tokens=3, cache_read=2) == Usage(None, 3, 2, None, None, {})


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (FinishReason.LENGTH, ErrorCode.TRUNCATED),
        (FinishReason.CONTENT_FILTER, ErrorCode.CONTENT_FILTERED),
        (FinishReason.REFUSAL, ErrorCode.REFUSED),
        (FinishReason.TOOL_CALL, ErrorCode.INCOMPLETE_OUTPUT),
        (FinishReason.PAUSE, ErrorCode.INCOMPLETE_OUTPUT),
        (FinishReason.INCOMPLETE, ErrorCode.INCOMPLETE_OUTPUT),
        (FinishReason.OTHER, ErrorCode.INCOMPLETE_OUTPUT),
        (FinishReason.ERROR, ErrorCode.PROVIDER_UNAVAILABLE),
    ],
)
def test_only_stop_is_a_success(reason, code):
    answer = AnswerInProgress()
    answer.text("words")
    answer.finished(reason, "raw-word")
    failure = failure_at_end(answer)
    assert failure is not None
    assert failure.code is code
    assert "raw-word" in failure.message
    assert not failure.repeat


def test_every_reason_has_a_meaning():
    for reason in FinishReason:
        answer = AnswerInProgress()
        answer.text("words")
        answer.finished(reason)
        assert (failure_at_end(answer) is None) == (reason is FinishReason.STOP)


@pytest.mark.parametrize("text", ["", " \n\t", "\u2003"])
def test_a_complete_answer_without_words_is_empty(text):
    answer = AnswerInProgress()
    answer.text(text)
    answer.finished(FinishReason.STOP, "stop")
    failure = failure_at_end(answer)
    assert failure is not None
    assert failure.code is ErrorCode.EMPTY_OUTPUT


def test_reasoning_that_took_the_whole_limit_is_explained():
    answer = AnswerInProgress()
    answer.reasoning("long thoughts")
    answer.finished(FinishReason.LENGTH, "length")
    failure = failure_at_end(answer)
    assert failure is not None
    assert "reasoning" in (failure.remediation or "")


def test_a_refusal_is_told_in_the_model_s_own_words():
    answer = AnswerInProgress()
    answer.declined("I will\nnot.")
    answer.finished(FinishReason.REFUSAL, "stop")
    failure = failure_at_end(answer)
    assert failure is not None
    assert "I will not." in failure.message
