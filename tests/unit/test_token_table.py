"""Tokens by a table of bytes: what the documentation says of it, and that it adds up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.model_lists.token_table import FAMILIES, OTHERS, family_of, tokens_of

PAGE = Path(__file__).parents[2] / "docs/context.md"
SCRIPTS = ("latin", "accented", "han", "kana", "hangul", "cyrillic", "other")
EVERY = (*FAMILIES, OTHERS)


def test_the_page_has_the_table_as_it_is() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text().split("\n") if line.startswith("| `")]
    shown = {row[0].strip("`"): row[2:] for row in rows if len(row) == 10}
    assert shown == {
        family.name: [
            *(f"{family.bytes_per_token[script]:g}" for script in SCRIPTS),
            f"{round(family.plus_minus * 100)} %",
        ]
        for family in EVERY
    }


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-sonnet-4-5", "claude"), ("anthropic/claude-opus-4", "claude"), ("gpt-4o-mini", "o200k"),
        ("gpt-5.1", "o200k"), ("o3", "o200k"), ("gpt-4-turbo", "cl100k"), ("gpt-3.5-turbo", "cl100k"),
        ("gemma3:4b", "gemini"), ("meta-llama/Llama-3.3", "llama"), ("qwen3:8b", "qwen"), ("devstral", "mistral"),
        ("deepseek-chat", "deepseek"), ("m", "others"), (None, "others"),
    ],
)  # fmt: skip
def test_a_model_belongs_to_the_family_that_its_id_names(model: str | None, family: str) -> None:
    assert family_of(model).name == family


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("a" * 1000, "latin"), ("\u00e9" * 500, "accented"), ("\u4e2d" * 300, "han"), ("\u3042" * 300, "kana"),
        ("\uac00" * 300, "hangul"), ("\u0436" * 500, "cyrillic"), ("\u0e01" * 300, "other"),
    ],
)  # fmt: skip
def test_each_script_is_counted_by_its_own_row(text: str, script: str) -> None:
    for family in EVERY:
        expected = len(text.encode()) / family.bytes_per_token[script]  # pyright: ignore[reportArgumentType]
        assert expected <= tokens_of(text, family) < expected + 1.001


@given(st.lists(st.text(), max_size=4))
def test_parts_add_up_to_the_whole(parts: list[str]) -> None:
    for family in EVERY:
        apart = sum(tokens_of(part, family) for part in parts)
        assert apart - len(parts) - 0.001 <= tokens_of("".join(parts), family) <= apart + 0.001
