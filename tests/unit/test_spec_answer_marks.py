"""Reasoning and template tokens inside an answer: never in a draft, never gone without a word, text about them kept."""

from __future__ import annotations

import pytest

from orch_lsp.document.answer.model_marks import NOT_LONE, REASONING
from orch_lsp.document.answer.reading import Answer, read_answer
from orch_lsp.profiles.plain.sections import PLAIN

ALL = tuple(section.key for section in PLAIN.sections)


def read(text: str, about: str = "") -> Answer:
    return read_answer(text, PLAIN, ALL, about)


def bodies(answer: Answer) -> dict[str, str]:
    return {section.key: section.body for section in answer.sections}


def left(answer: Answer) -> str:
    return "\n".join(note.text for note in answer.notes if note.code == "text_left_out")


@pytest.mark.parametrize(("opening", "closing"), REASONING)
def test_a_block_of_reasoning_between_sections_is_left_out_and_told(opening: str, closing: str) -> None:
    answer = read(f"## Goal\n\ng\n\n{opening}\nnow the tasks, hm\n{closing}\n\n## Tasks\n\n- a\n")
    assert bodies(answer) == {"goal": "g", "tasks": "- a"}
    assert "now the tasks, hm" in left(answer)


@pytest.mark.parametrize("closing", sorted({closing for _, closing in REASONING} - NOT_LONE))
@pytest.mark.parametrize("sketch", ["## Goal\n\nmaybe\n", "```py\nx = 1\n", "words"])
def test_all_before_a_lone_closing_mark_is_reasoning(closing: str, sketch: str) -> None:
    answer = read(f"Okay.\n\n{sketch}\n{closing}\n\n## Goal\n\ng\n")
    assert bodies(answer) == {"goal": "g"}
    assert sketch.strip() in left(answer)


@pytest.mark.parametrize(
    "text",
    [
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>## Goal\n\ng<|return|>",
        "analysisWe need a goal.assistantfinal## Goal\n\ng\n",
        "Here is my thought process:\n\nhm\n\nHere is my response:\n\n## Goal\n\ng\n",
        "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>## Goal\n\ng<|END_RESPONSE|>",
        "```thinking\n## Goal\nhm\n```\n\n## Goal\n\ng\n",
        "<details>\n<summary>Reasoning</summary>\n\n## Goal\n\nhm\n\n</details>\n\n## Goal\n\ng\n",
        "# Thinking\n\n## Goal\n\nhm\n\n# Answer\n\n## Goal\n\ng\n",
        "## Goal\n\ng\n\n<think>\nis that all? yes",
        "Goal is clear. <think>short</think>\n\nhm\n</think>\n## Goal\n\ng\n",
    ],
)
def test_reasoning_in_the_ways_of_other_models_is_left_out_and_told(text: str) -> None:
    answer = read(text)
    assert bodies(answer) == {"goal": "g"}
    assert left(answer)


@pytest.mark.parametrize(
    "token",
    ["<|im_end|>", "<|eot_id|>", "</s>", "<end_of_turn>", "<｜end▁of▁sentence｜>", "<|endoftext|>", "<eos>",
     "<|return|>", "[/INST]", "<|im_end|><|endoftext|>", "<|END_OF_TURN_TOKEN|>", "<turn|>"],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
def test_a_token_at_the_end_comes_off_and_is_named(token: str, gap: str) -> None:
    answer = read(f"## Tasks\n\n- [ ] a{gap}{token}\n")
    assert bodies(answer) == {"tasks": "- [ ] a"}
    assert any(token[:4] in note.message for note in answer.notes)


def test_a_turn_that_a_model_made_up_is_left_out_and_told() -> None:
    answer = read("## Goal\n\ng<|im_end|>\n<|im_start|>user\nThanks, now the rest<|im_end|>\n")
    assert bodies(answer) == {"goal": "g"}
    assert "Thanks, now the rest" in left(answer)


@pytest.mark.parametrize(
    "body",
    [
        "Strip `<think>` and a lone `</think>`.",
        "```\n<think>\nx\n</think>\n```",
        "Everything up to </think> is dropped, <think> or not.",
        "```\nx<|im_end|>\n```",
        "A turn ends with `<|im_end|>`, and a text with `</s>`.",
        "The tokens <|im_end|> and <|eot_id|> are never shown.",
        "<details><summary>Things to think about</summary>\n\nx\n\n</details>",
        "Old prices are <s>struck</s> out.",
    ],
)
def test_text_about_such_marks_is_kept(body: str) -> None:
    answer = read(f"## Goal\n\n{body}\n\n## Tasks\n\n- a\n", about="We must strip <think> tags and <|im_end|>.")
    assert bodies(answer) == {"goal": body, "tasks": "- a"}
    assert answer.notes == ()


def test_an_answer_that_is_all_reasoning_is_no_draft() -> None:
    answer = read("## Goal\n\nmaybe this\n</think>\n")
    assert answer.sections == ()
    assert "maybe this" in left(answer)
