"""The value under the cursor, in texts that are being typed."""

from __future__ import annotations

import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.settings.value_at import ValueAt, value_in_front_matter, value_in_toml
from orch_lsp.text import Edit, apply_edits


def at(text: str, find=value_in_front_matter) -> tuple[ValueAt | None, str]:
    """What is found at the `|` in a text, and the text without it."""
    offset = text.index("|")
    plain = text.replace("|", "")
    return find(plain, offset), plain


def put(text: str, value: str, find=value_in_front_matter) -> str:
    found, plain = at(text, find)
    assert found is not None
    return apply_edits(plain, [Edit(found.span, found.written(value))])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nprovider: |\n---\n# A\n", "---\nprovider: work\n---\n# A\n"),
        ("---\nprovider:|\n---\n", "---\nprovider: work\n---\n"),
        ("---\nprovider: wo|rong\n---\n", "---\nprovider: work\n---\n"),
        ("---\nprovider: wo|  # mine\n---\n", "---\nprovider: work  # mine\n---\n"),
        ('---\nprovider: "w|"\n---\n', "---\nprovider: work\n---\n"),
        ('---\nprovider: "w|\n---\n', "---\nprovider: work\n---\n"),
        ("---\r\n# why\r\ntitle: A: b\r\nprovider: |\r\n", "---\r\n# why\r\ntitle: A: b\r\nprovider: work\r\n"),
        ("\ufeff---\ntags:\n  - a\n- b\nprovider: |", "\ufeff---\ntags:\n  - a\n- b\nprovider: work"),
    ],
)
def test_a_value_in_front_matter_is_replaced_as_a_whole(text: str, expected: str):
    assert put(text, "work") == expected


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\nprovider: |\n",
        "---\nprov|ider: x\n---\n",
        "---\nprovider: x # no|te\n---\n",
        "---\nprovider: work\n---\n\nmodel: |\n",
        "---\n\nJust a rule above, and a sentence.\n\nprovider: |\n",
        "---\nnested:\n  provider: |\n---\n",
        "---\nprofile: |\n---\n",
        "text\n---\nprovider: |\n---\n",
    ],
)
def test_nothing_is_offered_where_no_value_of_ours_is_typed(text: str):
    assert at(text)[0] is None


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("---\nprovider: work\nmodel: |\n---\n", "work"),
        ("---\nmodel: |\nprovider: 'work'\n---\n", "work"),
        ("---\nmodel: |\n---\nprovider: work\n", None),
        ("---\nmodel: |\nprovider:\n---\n", None),
    ],
)
def test_a_model_belongs_to_the_provider_beside_it(text: str, provider: str | None):
    found, _ = at(text)
    assert found is not None
    assert (found.key, found.provider) == ("model", provider)


@pytest.mark.parametrize(
    ("text", "key", "provider"),
    [
        ("provider = |", "provider", None),
        ('provider = "w|"  # mine', "provider", None),
        ('provider = "work"\nmodel = "|"', "model", "work"),
        ("model = |\n[providers.work]\n", "model", None),
        ('[providers.work]\nmodel = "|', "model", "work"),
        ("[ providers . 'my llm' ]\nkind=|", "kind", "my llm"),
        ("providers.work.model = '|'", "model", "work"),
    ],
)
def test_a_value_in_a_settings_file_knows_its_provider(text: str, key: str, provider: str | None):
    found, _ = at(text, value_in_toml)
    assert found is not None
    assert (found.key, found.provider) == (key, provider)
    assert tomllib.loads(put(text, "any", value_in_toml))


@pytest.mark.parametrize(
    "text",
    [
        "prov|ider = 1",
        "|provider = 1",
        "[runs]\nprovider = |",
        '[providers.work]\nbase_url = "|"',
        'instructions = """\nprovider = |\n"""',
        "# provider = |",
        'provider = "work" # |',
        "|",
    ],
)
def test_nothing_is_offered_elsewhere_in_a_settings_file(text: str):
    assert at(text, value_in_toml)[0] is None


_ids = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30).filter(str.isprintable)


@given(_ids)
def test_any_id_that_is_put_in_is_read_again_as_it_was(value: str):
    text = put("---\nprovider: a\nmodel: |\n---\n", value)
    assert (
        yaml.safe_load(text.split("---")[1] if "---" not in value else text[4 : text.rindex("---")])["model"] == value
    )
    assert tomllib.loads(put('model = "|"', value, value_in_toml))["model"] == value


_pieces = st.sampled_from(
    ["---\n", "provider", "model", ":", "=", " ", '"', "'", "#", "\n", "\r\n", "[providers.a]", "x"]
)


@given(st.lists(_pieces, max_size=20).map("".join), st.integers(0, 80))
def test_the_place_found_is_on_one_line_and_around_the_cursor(text: str, offset: int):
    offset = min(offset, len(text))
    for find in (value_in_front_matter, value_in_toml):
        found = find(text, offset)
        if found is not None:
            assert found.span.start <= offset <= found.span.end
            assert "\n" not in text[found.span.start : found.span.end]


@pytest.mark.parametrize("find", [value_in_front_matter, value_in_toml])
def test_long_lines_take_no_longer_than_their_length(find):
    for line in ("provider:" + " " * 15_000 + "x", "provider = " + " #" * 7_000, "model:" + " \t" * 7_000):
        text = f"---\n{line}"
        find(text, len(text) - 1)
