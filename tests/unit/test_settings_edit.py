"""Quick fixes write a provider and model into a file and leave the rest as it is."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.markdown.front_matter import parse_front_matter
from orch_lsp.settings.edit import choose_in_file, front_matter_with_choice, with_choice
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


def test_a_settings_file_is_made_with_its_folders(tmp_path: Path) -> None:
    choose_in_file(tmp_path / ".orch" / "config.toml", "work", "m-1")
    assert (tmp_path / ".orch" / "config.toml").read_text() == 'provider = "work"\nmodel = "m-1"\n'
    assert [file.name for file in (tmp_path / ".orch").iterdir()] == ["config.toml"]


def test_a_users_link_and_the_files_mode_stay(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "orch.toml"
    real.write_text("# mine\n")
    real.chmod(0o600)
    link = tmp_path / "config" / "config.toml"
    link.parent.mkdir()
    link.symlink_to(real)
    choose_in_file(link, "work", None)
    assert link.is_symlink()
    assert real.read_text() == '# mine\nprovider = "work"\n'
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_link_that_a_workspace_brings_is_not_followed_out_of_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text("a = 1\n")
    (tmp_path / "root" / ".orch").mkdir(parents=True)
    (tmp_path / "root" / ".orch" / "config.toml").symlink_to(outside)
    with pytest.raises(SettingsError, match="leads out of the workspace"):
        choose_in_file(tmp_path / "root" / ".orch" / "config.toml", "work", None)
    assert outside.read_text() == "a = 1\n"


@pytest.mark.parametrize("content", [b"provider = = 1", b"\xff\xfe"])
def test_a_damaged_settings_file_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        choose_in_file(file, "work", None)
    assert caught.value.code is ErrorCode.INVALID_SETTINGS
    assert file.read_bytes() == content


def test_a_place_that_cannot_be_written_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(SettingsError, match=r"config\.toml"):
        choose_in_file(tmp_path / "config.toml", "work", None)
