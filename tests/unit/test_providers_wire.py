"""What each wire format sends, and the answers that no recording holds."""

from __future__ import annotations

import json

import pytest

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.anthropic import DEFAULT_MAX_OUTPUT_TOKENS, AnthropicMessages
from orch_lsp.providers.base import GenerationRequest, ReasoningDelta, TextDelta, UsageReported
from orch_lsp.providers.gemini import Gemini
from orch_lsp.providers.ollama import Ollama
from orch_lsp.providers.openai_chat import OpenAIChat
from orch_lsp.providers.openai_responses import OpenAIResponses
from orch_lsp.providers.reader import AnswerReader
from orch_lsp.settings.model import ProviderSettings

BARE = GenerationRequest("m", "Rules.", "Task.", "brief", ())
FULL = GenerationRequest("m", "Rules.", "Task.", "brief", (), 500, 0.25, "low")
FORMATS = (OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini(), Ollama())


def settings(**options: str) -> ProviderSettings:
    return ProviderSettings(name="work", kind="any", base_url="https://models.example/v1", options=options)


def read(wire, *messages, framing="sse", options=None, limit=None):
    """Everything of an answer whose messages are these."""
    answer = AnswerInProgress(limit)
    chosen = settings(**(options or {}))
    reader = AnswerReader(wire.decoder(chosen), answer, json_lines=wire.json_lines, max_events=1000, provider="work")
    for message in messages:
        data = message if isinstance(message, str) else json.dumps(message)
        line = (
            f"{data}\n"
            if framing == "lines" or wire.json_lines
            else data
            if framing == "document"
            else f"data: {data}\n\n"
        )
        reader.feed(line.encode())
        if reader.is_over:
            break
    if not reader.is_over:
        reader.close()
    events = answer.take(last=True)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    reasoning = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    usage = next((event.usage for event in reversed(events) if isinstance(event, UsageReported)), None)
    return text, reasoning, answer.finish and answer.finish.finish_reason, usage, reader.verdict()


def chat(delta=None, finish=None, **members):
    return {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **members}


@pytest.mark.parametrize("wire", FORMATS, ids=lambda wire: wire.kind)
def test_a_request_holds_the_prompt_and_no_tools_and_only_what_was_set(wire):
    body = json.dumps(wire.body(BARE, settings()))
    assert "Rules." in body
    assert "Task." in body
    assert "brief" not in body
    assert "tool" not in body
    assert "temperature" not in body
    full = json.dumps(wire.body(FULL, settings()))
    assert "0.25" in full
    assert "500" in full
    assert '"low"' in full


@pytest.mark.parametrize("wire", FORMATS, ids=lambda wire: wire.kind)
def test_no_credential_is_sent_without_a_key_and_the_url_never_holds_it(wire):
    key = "not-" + "a-key"
    assert key not in str(wire.headers(None, settings()))
    assert key in str(wire.headers(key, settings()))
    assert key not in wire.path(BARE, settings())


def test_chat_completions_asks_for_a_stream_with_usage():
    body = OpenAIChat().body(FULL, settings())
    assert body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Task."}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 500,
        "temperature": 0.25,
        "reasoning_effort": "low",
    }


def test_the_departures_of_a_service_are_options():
    body = OpenAIChat().body(
        FULL, settings(max_tokens="max_completion_tokens", reasoning="object", stream_usage="false")
    )
    assert body["max_completion_tokens"] == 500
    assert body["reasoning"] == {"effort": "low"}
    assert not {"max_tokens", "reasoning_effort", "stream_options"} & set(body)
    assert "reasoning_effort" not in OpenAIChat().body(FULL, settings(reasoning="none"))
    assert OpenAIChat().path(BARE, settings(api_version="2024-10-21")) == "/chat/completions?api-version=2024-10-21"
    assert OpenAIChat().headers("k", settings(auth="api-key")) == {"api-key": "k"}
    assert OpenAIResponses().headers("k", settings(auth="api-key")) == {"api-key": "k"}
    assert Gemini().headers("k", settings(auth="bearer")) == {"authorization": "Bearer k"}


def test_responses_are_not_kept_by_the_provider():
    assert OpenAIResponses().body(BARE, settings())["store"] is False


def test_anthropic_gets_the_limit_that_it_demands():
    assert AnthropicMessages().body(BARE, settings())["max_tokens"] == DEFAULT_MAX_OUTPUT_TOKENS
    assert AnthropicMessages().body(FULL, settings())["max_tokens"] == 500
    assert AnthropicMessages().headers("k", settings()) == {"anthropic-version": "2023-06-01", "x-api-key": "k"}


@pytest.mark.parametrize("model", ["../../v2/keys", "m?key=1", "m#x", "a/b", "m:generateContent?x="])
def test_a_model_s_name_cannot_change_where_a_gemini_request_goes(model):
    path = Gemini().path(GenerationRequest(model, "", "", "", ()), settings())
    assert path.startswith("/models/")
    assert path.endswith(":streamGenerateContent?alt=sse")
    assert path.count("/") == 2
    assert path.count("?") == 1
    assert "#" not in path


def test_a_gemini_model_may_be_named_with_its_prefix():
    assert Gemini().path(GenerationRequest("models/m-1", "", "", "", ()), settings()).startswith("/models/m-1:")


def test_gemini_thinks_by_level_or_by_budget():
    level = Gemini().body(FULL, settings())["generationConfig"]
    budget = Gemini().body(GenerationRequest("m", "", "", "", (), reasoning="1024"), settings())["generationConfig"]
    assert level["thinkingConfig"] == {"thinkingLevel": "low"}
    assert budget["thinkingConfig"] == {"thinkingBudget": 1024}


@pytest.mark.parametrize(
    ("reasoning", "anthropic", "gemini", "ollama"),
    [
        ("none", None, {"thinkingBudget": 0}, False),
        ("minimal", {"effort": "low"}, {"thinkingLevel": "minimal"}, "low"),
        ("high", {"effort": "high"}, {"thinkingLevel": "high"}, "high"),
        ("max", {"effort": "max"}, {"thinkingLevel": "high"}, "high"),
    ],
)
def test_the_words_of_the_settings_become_those_of_the_api(reasoning, anthropic, gemini, ollama):
    request = GenerationRequest("m", "", "", "", (), reasoning=reasoning)
    assert AnthropicMessages().body(request, settings()).get("output_config") == anthropic
    assert Gemini().body(request, settings())["generationConfig"] == {"thinkingConfig": gemini}
    assert Ollama().body(request, settings())["think"] == ollama


def test_ollama_takes_its_window_from_an_option_and_can_be_kept_from_thinking():
    body = Ollama().body(GenerationRequest("m", "", "", "", (), reasoning="none"), settings(num_ctx="32768"))
    assert body["options"] == {"num_ctx": 32768}
    assert body["think"] is False


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
def test_reasoning_in_a_field_of_its_own_is_kept_apart(member):
    text, reasoning, finish, *_ = read(OpenAIChat(), chat({member: "why"}), chat({"content": "x"}, "stop"), "[DONE]")
    assert (text, reasoning, finish) == ("x", "why", FinishReason.STOP)


def test_reasoning_that_comes_in_two_fields_at_once_is_taken_once():
    details = [{"type": "reasoning.text", "text": "why"}]
    delta = {"reasoning": "why", "reasoning_content": "why", "reasoning_details": details}
    assert read(OpenAIChat(), chat(delta), "[DONE]")[1] == "why"
    assert read(OpenAIChat(), chat({"reasoning_details": details}), "[DONE]")[1] == "why"


def test_content_may_be_a_list_of_parts():
    content = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "why"}]},
        {"type": "text", "text": "x"},
        {"type": "image_url"},
    ]
    text, reasoning, *_ = read(OpenAIChat(), chat({"content": content}, "stop"), "[DONE]")
    assert (text, reasoning) == ("x", "why")


@pytest.mark.parametrize(
    ("wire", "messages"),
    [
        (OpenAIChat(), [chat({"content": "<think>why</think>x"}, "stop"), "[DONE]"]),
        (Ollama(), [{"message": {"content": "<think>why</think>x"}, "done": True, "done_reason": "stop"}]),
    ],
)
def test_reasoning_between_tags_is_kept_apart(wire, messages):
    text, reasoning, *_ = read(wire, *messages)
    assert (text, reasoning) == ("x", "why")


def test_an_option_says_that_answers_begin_with_reasoning():
    text, reasoning, *_ = read(
        OpenAIChat(), chat({"content": "why</think>x"}, "stop"), "[DONE]", options={"think": "implied"}
    )
    assert (text, reasoning) == ("x", "why")


def test_other_answers_to_the_same_request_are_left_out():
    first, second = chat({"content": "a"}, "stop"), chat({"content": "b"}, "length")
    second["choices"][0]["index"] = 1
    text, _, finish, *_ = read(OpenAIChat(), second, first, "[DONE]")
    assert (text, finish) == ("a", FinishReason.STOP)


def test_a_marker_without_a_reason_is_an_end():
    text, _, finish, _, verdict = read(OpenAIChat(), chat({"content": "x"}), "[DONE]")
    assert (text, finish, verdict) == ("x", FinishReason.STOP, None)


def test_a_reason_without_a_marker_is_an_end():
    assert read(OpenAIChat(), chat({"content": "x"}, "stop"))[4] is None


def test_an_unknown_reason_is_not_a_success():
    _, _, finish, _, verdict = read(OpenAIChat(), chat({"content": "x"}, "because"), "[DONE]")
    assert finish is FinishReason.OTHER
    assert verdict.code is ErrorCode.INCOMPLETE_OUTPUT


@pytest.mark.parametrize("refusal", ["", None])
def test_an_empty_refusal_is_none(refusal):
    assert read(OpenAIChat(), chat({"content": "x", "refusal": refusal}, "stop"), "[DONE]")[4] is None


@pytest.mark.parametrize("calls", [{"tool_calls": [{"index": 0}]}, {"function_call": {"name": "f"}}])
def test_text_that_comes_with_a_tool_call_is_kept_and_not_complete(calls):
    text, _, finish, _, verdict = read(OpenAIChat(), chat({"content": "Let me see.", **calls}, "stop"), "[DONE]")
    assert text == "Let me see."
    assert finish is FinishReason.TOOL_CALL
    assert verdict.code is ErrorCode.INCOMPLETE_OUTPUT


def test_the_usage_of_an_error_message_is_kept():
    error = chat(error={"code": 502, "message": "Gone"}, usage={"prompt_tokens": 5, "completion_tokens": 1})
    text, _, _, usage, verdict = read(OpenAIChat(), chat({"content": "x"}), error)
    assert text == "x"
    assert (usage.input_tokens, usage.output_tokens) == (5, 1)
    assert verdict.code is ErrorCode.PROVIDER_UNAVAILABLE


def test_deepseek_s_own_name_for_cached_tokens_is_understood():
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}
    assert read(OpenAIChat(), chat({"content": "x"}, "stop", usage=usage), "[DONE]")[3].cache_read_input_tokens == 4


@pytest.mark.parametrize(
    ("raw", "reason", "code"),
    [
        ("max_tokens", FinishReason.LENGTH, ErrorCode.TRUNCATED),
        ("model_context_window_exceeded", FinishReason.LENGTH, ErrorCode.TRUNCATED),
        ("pause_turn", FinishReason.PAUSE, ErrorCode.INCOMPLETE_OUTPUT),
        ("tool_use", FinishReason.TOOL_CALL, ErrorCode.INCOMPLETE_OUTPUT),
        ("refusal", FinishReason.REFUSAL, ErrorCode.REFUSED),
        ("new_word", FinishReason.OTHER, ErrorCode.INCOMPLETE_OUTPUT),
    ],
)
def test_anthropic_ends_that_are_no_success(raw, reason, code):
    _, _, finish, _, verdict = read(
        AnthropicMessages(),
        {"type": "message_start", "message": {"id": "a"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}},
        {"type": "message_delta", "delta": {"stop_reason": raw}},
        {"type": "message_stop"},
    )
    assert finish is reason
    assert verdict.code is code


def test_an_anthropic_stream_whose_last_event_a_relay_leaves_out_is_complete_by_its_reason():
    verdict = read(
        AnthropicMessages(),
        {"type": "message_start", "message": {"id": "a"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
    )[4]
    assert verdict is None


def test_an_anthropic_stream_without_a_reason_was_cut():
    verdict = read(
        AnthropicMessages(),
        {"type": "message_start", "message": {"id": "a"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_stop"},
    )[4]
    assert verdict.code is ErrorCode.INCOMPLETE_OUTPUT


def test_redacted_thinking_is_no_text():
    text, reasoning, *_ = read(
        AnthropicMessages(),
        {"type": "content_block_start", "content_block": {"type": "redacted_thinking", "data": "xyz"}},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "why"}},
        {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "s"}},
    )
    assert (text, reasoning) == ("", "why")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("SAFETY", FinishReason.CONTENT_FILTER),
        ("IMAGE_SAFETY", FinishReason.CONTENT_FILTER),
        ("MALFORMED_FUNCTION_CALL", FinishReason.ERROR),
        ("CONTINUATION", FinishReason.PAUSE),
        ("NEW_WORD", FinishReason.OTHER),
    ],
)
def test_gemini_ends_that_are_no_success(raw, reason):
    candidate = {"content": {"parts": [{"text": "x"}]}, "finishReason": raw}
    text, _, finish, _, verdict = read(Gemini(), {"candidates": [candidate]})
    assert (text, finish) == ("x", reason)
    assert verdict is not None


def test_a_gemini_stop_with_a_function_call_is_not_complete():
    parts = [{"text": "x"}, {"functionCall": {"name": "f"}}]
    candidate = {"content": {"parts": parts}, "finishReason": "STOP"}
    assert read(Gemini(), {"candidates": [candidate]})[2] is FinishReason.TOOL_CALL


def test_gemini_messages_may_come_as_one_array():
    messages = [
        {"candidates": [{"content": {"parts": [{"text": "a"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}]},
    ]
    text, _, finish, _, verdict = read(Gemini(), messages, framing="document")
    assert (text, finish, verdict) == ("ab", FinishReason.STOP, None)


def test_an_error_in_a_gemini_array_is_an_error():
    verdict = read(Gemini(), [{"error": {"code": 503, "status": "UNAVAILABLE"}}], framing="document")[4]
    assert verdict.code is ErrorCode.OVERLOADED


def test_an_uncounted_response_has_no_usage():
    response = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}
    zeros = {"input_tokens": 0, "output_tokens": 0}
    _, _, finish, usage, verdict = read(
        OpenAIResponses(), {"type": "response.incomplete", "response": {**response, "usage": zeros}}
    )
    assert finish is FinishReason.LENGTH
    assert usage is None
    assert verdict.code is ErrorCode.TRUNCATED


@pytest.mark.parametrize("status", ["failed", "cancelled", "queued"])
def test_a_response_that_did_not_complete_is_no_success(status):
    event = {"type": "response.failed", "response": {"status": status, "output": []}}
    assert read(OpenAIResponses(), event)[4] is not None


@pytest.mark.parametrize(
    ("produced", "limit", "echoed", "reason"),
    [
        (5, 5, {}, FinishReason.LENGTH),
        (6, 5, {}, FinishReason.LENGTH),
        (4, 5, {}, FinishReason.STOP),
        (5, None, {}, FinishReason.STOP),
        (5, 5, {"max_output_tokens": 5}, FinishReason.STOP),
    ],
)
def test_a_response_that_is_called_complete_at_its_limit_was_cut_unless_the_server_knows_the_limit(
    produced, limit, echoed, reason
):
    usage = {"input_tokens": 9, "output_tokens": produced}
    response = {"status": "completed", "output": [], "usage": usage, **echoed}
    delta = {"type": "response.output_text.delta", "delta": "x"}
    text, _, finish, _, verdict = read(
        OpenAIResponses(), delta, {"type": "response.completed", "response": response}, limit=limit
    )
    assert (text, finish) == ("x", reason)
    assert (verdict is None) == (reason is FinishReason.STOP)


def test_text_that_only_the_last_event_of_a_response_holds_is_taken():
    output = [{"type": "message", "content": [{"type": "output_text", "text": "x"}]}]
    response = {"status": "completed", "output": output}
    text, _, finish, _, verdict = read(OpenAIResponses(), {"type": "response.completed", "response": response})
    assert (text, finish, verdict) == ("x", FinishReason.STOP, None)


def test_an_ollama_stream_that_is_not_done_was_cut():
    assert read(Ollama(), {"message": {"content": "x"}, "done": False})[4].code is ErrorCode.INCOMPLETE_OUTPUT


def test_an_old_ollama_gives_no_reason_and_cached_prompts_are_not_counted():
    last = {"message": {"content": ""}, "done": True, "eval_count": 3}
    _, _, finish, usage, verdict = read(Ollama(), {"message": {"content": "x"}, "done": False}, last)
    assert (finish, verdict) == (FinishReason.STOP, None)
    assert (usage.input_tokens, usage.output_tokens) == (None, 3)


@pytest.mark.parametrize("wire", FORMATS, ids=lambda wire: wire.kind)
@pytest.mark.parametrize(
    "message", [{}, {"x": 1}, {"choices": None}, {"choices": [3]}, {"candidates": "x"}, [], 7, None]
)
def test_messages_of_another_shape_are_never_a_success(wire, message):
    assert read(wire, message)[4] is not None
    assert read(wire, message, framing="document")[4] is not None


def test_an_anthropic_answer_that_was_not_streamed_is_taken():
    message = {
        "type": "message",
        "model": "n",
        "content": [{"type": "thinking", "thinking": "why"}, {"type": "text", "text": "x"}, {"type": "later"}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 5,
            "cache_read_input_tokens": 3,
            "cache_creation_input_tokens": 2,
            "output_tokens": 1,
        },
    }
    text, reasoning, finish, usage, verdict = read(AnthropicMessages(), message, framing="document")
    assert (text, reasoning, finish, verdict) == ("x", "why", FinishReason.STOP, None)
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_write_input_tokens) == (10, 3, 2)


def test_a_second_answer_inside_an_anthropic_stream_is_not_merged_with_the_first():
    text, _, _, _, verdict = read(
        AnthropicMessages(),
        {"type": "message_start", "message": {"id": "a"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "first"}},
        {"type": "message_start", "message": {"id": "a"}},
        {"type": "message_start", "message": {"id": "b"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "second"}},
    )
    assert text == "first"
    assert verdict.code is ErrorCode.INVALID_RESPONSE


def test_an_anthropic_refusal_is_told_with_its_explanation():
    delta = {"stop_reason": "refusal", "stop_details": {"category": "x", "explanation": "Not that."}}
    verdict = read(AnthropicMessages(), {"type": "message_delta", "delta": delta}, {"type": "message_stop"})[4]
    assert verdict.code is ErrorCode.REFUSED
    assert "Not that." in verdict.message


@pytest.mark.parametrize("wire", [AnthropicMessages(), Gemini(), OpenAIResponses()], ids=lambda wire: wire.kind)
def test_a_marker_of_another_format_is_neither_an_end_nor_an_error(wire):
    assert read(wire, "[DONE]")[4].code is not None
    assert "JSON" not in read(wire, "[DONE]")[4].message


def test_reasoning_and_refusals_of_a_response_are_no_text():
    text, reasoning, finish, _, verdict = read(
        OpenAIResponses(),
        {"type": "response.created", "response": {"model": "n"}},
        {"type": "response.reasoning_summary_text.delta", "delta": "why "},
        {"type": "response.reasoning_text.delta", "delta": "not"},
        {"type": "response.refusal.delta", "delta": "I will not."},
        {"type": "response.completed", "response": {"status": "completed", "output": [{"type": "message"}]}},
    )
    assert (text, reasoning, finish) == ("", "why not", FinishReason.REFUSAL)
    assert "I will not." in verdict.message


def test_a_response_that_was_not_streamed_is_taken():
    response = {
        "object": "response",
        "status": "completed",
        "model": "n",
        "error": None,
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "x"}, {"type": "refusal", "refusal": ""}]},
        ],
        "usage": {
            "input_tokens": 9,
            "input_tokens_details": {"cached_tokens": 4},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 3},
        },
    }
    text, reasoning, finish, usage, verdict = read(OpenAIResponses(), response, framing="document")
    assert (text, reasoning, finish, verdict) == ("x", "why", FinishReason.STOP, None)
    assert (usage.cache_read_input_tokens, usage.reasoning_output_tokens) == (4, 3)


@pytest.mark.parametrize("kind", ["function_call", "custom_tool_call"])
def test_a_response_that_calls_a_tool_is_not_complete(kind):
    response = {"status": "completed", "output": [{"type": kind}]}
    finish = read(OpenAIResponses(), {"type": "response.completed", "response": response})[2]
    assert finish is FinishReason.TOOL_CALL


def test_an_error_event_of_a_response_has_the_code_of_its_cause():
    event = {"type": "error", "code": "insufficient_quota", "message": "No credit."}
    verdict = read(OpenAIResponses(), {"type": "response.output_text.delta", "delta": "x"}, event)[4]
    assert verdict.code is ErrorCode.QUOTA_EXHAUSTED
    assert "No credit." in verdict.message


def test_a_response_that_failed_has_the_code_of_its_cause():
    response = {"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "Slow."}, "output": []}
    verdict = read(OpenAIResponses(), {"type": "response.failed", "response": response})[4]
    assert verdict.code is ErrorCode.RATE_LIMITED
    assert verdict.repeat


def test_gemini_s_thoughts_are_no_text_and_count_as_output():
    parts = [{"text": "why", "thought": True}, {"text": "x"}]
    usage = {"promptTokenCount": 9, "cachedContentTokenCount": 4, "candidatesTokenCount": 2, "thoughtsTokenCount": 3}
    message = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}], "usageMetadata": usage}
    text, reasoning, _, counted, verdict = read(Gemini(), message)
    assert (text, reasoning, verdict) == ("x", "why", None)
    assert (counted.output_tokens, counted.reasoning_output_tokens, counted.cache_read_input_tokens) == (5, 3, 4)


def test_a_prompt_that_gemini_blocks_is_filtered():
    _, _, finish, _, verdict = read(Gemini(), {"promptFeedback": {"blockReason": "SAFETY"}})
    assert finish is FinishReason.CONTENT_FILTER
    assert "promptFeedback:SAFETY" in verdict.message


def test_an_error_line_of_ollama_keeps_the_text_before_it():
    text, _, _, _, verdict = read(Ollama(), {"message": {"content": "x"}, "done": False}, {"error": "it crashed"})
    assert text == "x"
    assert verdict.code is ErrorCode.PROVIDER_UNAVAILABLE
    assert "it crashed" in verdict.message


def test_ollama_s_thinking_and_tool_calls_are_no_text():
    said = {"thinking": "why", "content": "x", "tool_calls": [{"function": {"name": "f"}}]}
    text, reasoning, finish, *_ = read(Ollama(), {"message": said, "done": True, "done_reason": "stop"})
    assert (text, reasoning, finish) == ("x", "why", FinishReason.TOOL_CALL)


@pytest.mark.parametrize("line", ["error: it crashed\n", 'error: {"error": {"message": "it crashed"}}\n'])
def test_an_error_field_of_an_event_stream_is_an_error(line):
    answer = AnswerInProgress()
    reader = AnswerReader(OpenAIChat().decoder(settings()), answer, json_lines=False, max_events=9, provider="work")
    reader.feed(f"data: {json.dumps(chat({'content': 'x'}))}\n\n{line}".encode())
    assert "it crashed" in reader.verdict().message
