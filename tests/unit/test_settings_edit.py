"""Quick fixes write a provider and model into a file and leave the rest as it is."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.edit import front_matter_with_choice, with_choice
from orch_lsp.spec.front_matter import parse_front_matter
from orch_lsp.text import apply_edits


def test_an_empty_file_gets_both_lines() -> None:
    assert with_choice("", "work", "m-1") == 'provider = "work"\nmodel = "m-1"\n'


def test_comments_tables_and_order_stay() -> None:
    text = '# mine\nprovider = "old" # why\n\n[context]\nbudget_tokens = 10 # small\n'
    changed = with_choice(text, "work", None)
    assert changed == '# mine\nprovider = "work" # why\n\n[context]\nbudget_tokens = 10 # small\n'


def test_a_choice_in_a_file_of_tables_stands_before_the_first_table() -> None:
    changed = with_choice("[context]\nbudget_tokens = 10\n", "work", "m-1")
    assert tomllib.loads(changed) == {"provider": "work", "model": "m-1", "context": {"budget_tokens": 10}}


def test_a_model_of_the_old_provider_does_not_stay_behind() -> None:
    changed = with_choice('model = "old-model"\nprovider = "old"\n', "outline", None)
    assert tomllib.loads(changed) == {"provider": "outline"}


def test_line_ends_stay_those_of_the_file() -> None:
    changed = with_choice('apply = "auto"\r\n[context]\r\nenabled = true\r\n', "work", "m-1")
    assert "\n" not in changed.replace("\r\n", "")


def test_a_file_that_is_not_toml_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        with_choice("provider = = 1\n", "work", "m")
    assert caught.value.code is ErrorCode.INVALID_SETTINGS


models = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@given(models, models)
def test_any_names_come_back_out_of_toml_as_they_went_in(provider: str, model: str) -> None:
    assert tomllib.loads(with_choice("[runs]\nparallel = 2\n", provider, model)) == {
        "provider": provider,
        "model": model,
        "runs": {"parallel": 2},
    }


def changed_front_matter(text: str, provider: str, model: str | None) -> str:
    front_matter = parse_front_matter(text)
    assert front_matter is not None
    return apply_edits(text, front_matter_with_choice(text, front_matter, provider, model))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\ntitle: A\n---\n# A\n", "---\nprovider: work\nmodel: m-1\ntitle: A\n---\n# A\n"),
        ("---\nprovider: old # why\nmodel: x\n---\n", "---\nprovider: work # why\nmodel: m-1\n---\n"),
        ("---\nprovider:\ntitle: A\n---\n", "---\nmodel: m-1\nprovider: work\ntitle: A\n---\n"),
        ("---\nmodel: >\n  long\n  name\nprovider: 'o'\n---\n", "---\nmodel: m-1\nprovider: work\n---\n"),
        (
            "---\r\nprovider: old\r\n---\r\nprovider: in text\r\n",
            "---\r\nmodel: m-1\r\nprovider: work\r\n---\r\nprovider: in text\r\n",
        ),
        ("\ufeff---\nprovider: old\nmodel: x\n---\n", "\ufeff---\nprovider: work\nmodel: m-1\n---\n"),
        ("---\n---\n# A\n", "---\nprovider: work\nmodel: m-1\n---\n# A\n"),
    ],
)
def test_front_matter_gets_the_choice_and_keeps_the_rest(before: str, after: str) -> None:
    assert changed_front_matter(before, "work", "m-1") == after


def test_without_a_model_the_old_model_line_goes() -> None:
    assert (
        changed_front_matter("---\nmodel: x # c\nprovider: old\n---\n", "outline", None)
        == "---\nprovider: outline\n---\n"
    )


@pytest.mark.parametrize("text", ["---\n{provider: old}\n---\n", "---\n- provider\n---\n", "---\na: [\n---\n"])
def test_front_matter_that_is_no_plain_block_is_left_alone(text: str) -> None:
    assert changed_front_matter(text, "work", "m-1") == text


@given(models, st.sampled_from(["title: A\n", "provider: old\n", "model: 'x'\nprovider: y # c\n", ""]))
def test_any_model_comes_back_out_of_front_matter_as_it_went_in(model: str, lines: str) -> None:
    changed = changed_front_matter(f"---\n{lines}---\nText\n", "work", model)
    front_matter = parse_front_matter(changed)
    assert front_matter is not None
    values = front_matter.values
    assert (values["provider"], values["model"]) == ("work", model)
