"""Options of a provider: each kind has its own, and a misspelt one is told instead of passed over."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.presets import PRESETS
from orch_lsp.providers.registry import BUILT_IN, GROUP
from orch_lsp.settings.kinds import KINDS, kind_named
from orch_lsp.settings.load import ProjectLayer, parse_user
from orch_lsp.settings.model import Settings
from orch_lsp.settings.resolve import CommandChoice, resolve

ROOT = Path(__file__).parents[2]
ARGUMENTS = {"api_key", "max_retries"}
"""Of any-llm's own client, in a dictionary of the same name."""
READ = re.compile(r"options(?:\.get\(|\[)\s*\"(\w+)\"|\"(\w+)\" in settings\.options|_OPT_IN = \"(\w+)\"")


def merged(config: str, kinds: tuple[str, ...] = ()) -> Settings:
    return resolve(
        user=parse_user(config, Path("config.toml")),
        handed_over=None,
        project=ProjectLayer(),
        editor=ProjectLayer(),
        front_matter=ProjectLayer(),
        command=CommandChoice(),
        presets=PRESETS,
        kinds=kinds,
    )


def provider(kind: str, options: str) -> str:
    return (
        f'provider = "work"\nmodel = "m"\n\n[providers.work]\nkind = "{kind}"\n'
        f'base_url = "http://127.0.0.1:8000/v1"\noptions = {{ {options} }}\n'
    )


def test_a_misspelt_option_is_a_problem_with_its_line_and_the_nearest_and_the_provider_is_not_used():
    settings = merged(provider("openai-compatible", 'auht = "api-key"'))
    (problem,) = settings.problems
    assert (problem.key, problem.line, problem.path) == ("providers.work.options.auht", 6, Path("config.toml"))
    assert problem.message == (
        "`providers.work.options.auht`, set to 'api-key', is not an option of the kind `openai-compatible`; "
        "did you mean `auth`?"
    )
    assert settings.choice is None
    assert settings.choice_problem == (ErrorCode.INVALID_SETTINGS, problem.message)


def test_an_option_in_a_table_of_its_own_is_told_on_its_own_line():
    config = provider("ollama", "num_ctx = 4096").replace(
        "options = { num_ctx = 4096 }\n", "\n[providers.work.options]\nnum_ctx = 4096\nnum_cxt = 1\n"
    )
    (problem,) = merged(config).problems
    assert (problem.line, problem.key) == (9, "providers.work.options.num_cxt")


def test_every_bad_option_is_told_and_the_rest_of_the_config_holds():
    config = provider("openai-compatible", 'think = "maybe", zzz = 1') + '[providers.other]\nkind = "openai"\n'
    settings = merged(config)
    assert [problem.key for problem in settings.problems] == [
        "providers.work.options.think",
        "providers.work.options.zzz",
    ]
    assert "expected one of auth, path" in settings.problems[1].message
    assert "work" in settings.unusable
    assert "other" not in settings.unusable


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("openai-compatible", 'auth = "apikey"'),
        ("openai-compatible", 'auth = ""'),
        ("openai-compatible", 'max_tokens = "max_token"'),
        ("openai-compatible", "max_tokens = 4096"),
        ("openai-compatible", 'reasoning = "high"'),
        ("openai-compatible", 'stream_usage = "no"'),
        ("openai-compatible", "stream_usage = 0"),
        ("openai-compatible", 'path = " "'),
        ("openai-compatible", 'path = "/a\\u0007"'),
        ("openai-compatible", "think = true"),
        ("openai", 'auth = "basic"'),
        ("gemini", 'auth = "Bearer"'),
        ("anthropic", 'version = ""'),
        ("ollama", "num_ctx = 0"),
        ("ollama", "num_ctx = -1"),
        ("ollama", "num_ctx = 1.5"),
        ("ollama", 'num_ctx = "8k"'),
        ("ollama", 'num_ctx = "٣"'),
        ("any-llm", 'vendor_client = "yes"'),
    ],
)
def test_a_value_that_an_option_cannot_have_is_a_problem(kind, option):
    settings = merged(provider(kind, option))
    (problem,) = settings.problems
    assert problem.key == f"providers.work.options.{option.split()[0]}"
    assert "; expected " in problem.message
    assert settings.choice is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("openai-compatible", 'auth = "bearer", path = "/v2/chat", api_version = "2024-10-21"'),
        ("openai-compatible", 'max_tokens = "max_completion_tokens", reasoning = "none", stream_usage = false'),
        ("openai-compatible", 'stream_usage = "true", models_path = "", think = "implied"'),
        ("openai", 'auth = "api-key"'),
        ("gemini", 'auth = "bearer"'),
        ("anthropic", 'version = "2023-06-01"'),
        ("ollama", "num_ctx = 8192"),
        ("ollama", 'num_ctx = "8192"'),
        ("any-llm", 'service = "cohere", vendor_client = true'),
    ],
)
def test_right_options_are_no_problem(kind, options):
    settings = merged(provider(kind, options))
    assert settings.problems == ()
    assert settings.choice is not None


def test_a_kind_of_somebody_elses_package_has_options_of_its_own():
    settings = merged(provider("canned", 'text = "Be quick.", anything = 3'), kinds=("canned",))
    assert settings.problems == ()
    assert settings.choice is not None
    assert settings.choice.provider.has_model
    assert not settings.choice.provider.is_local


def test_a_presets_own_options_are_not_told_of_where_the_user_changes_its_kind():
    config = '[providers.azure]\nkind = "openai"\nbase_url = "https://r.example/openai/v1"\n'
    settings = merged(config)
    assert settings.problems == ()
    assert "azure" not in settings.unusable


def test_a_secret_that_was_put_into_an_option_is_not_repeated():
    secret = "-".join(("sk", "ant", "api03", "A1b2C3d4" * 6))
    settings = merged(provider("anthropic", f'api_key = "{secret}"'))
    assert settings.problems
    assert all(secret not in problem.message for problem in settings.problems)


def test_outline_has_no_options():
    (problem,) = merged('[providers.mine]\nkind = "outline"\noptions = { style = "short" }\n').problems
    assert problem.message.endswith("is not an option of the kind `outline`")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_what_a_preset_sets_is_in_the_table(preset):
    known = kind_named(preset.kind).options
    assert known is not None
    assert all(known[name].fits(value) for name, value in preset.options.items())


def test_every_kind_that_ships_is_in_the_table_and_no_other():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    assert KINDS.keys() == declared.keys() >= BUILT_IN.keys()


def test_every_option_that_a_kind_reads_is_in_the_table_and_every_one_in_the_table_is_read():
    sources = (ROOT / "orch_lsp" / "providers").glob("*.py")
    read = {name for path in sources for found in READ.findall(path.read_text("utf-8")) for name in found if name}
    read -= ARGUMENTS
    assert read == {name for kind in KINDS.values() for name in kind.options or {}}


def test_the_page_on_providers_lists_every_option_of_every_kind():
    page = (ROOT / "docs" / "providers.md").read_text("utf-8")
    listed: set[tuple[str, str]] = set()
    kind = ""
    for row in re.findall(
        r"^\| (?:`([\w-]+)` )?\| `(\w+)` \| .*\|$", page.split("## Where servers differ")[1], re.MULTILINE
    ):
        kind = row[0] or kind
        listed.add((kind, row[1]))
    assert listed == {(kind, name) for kind, known in KINDS.items() for name in known.options or {}}
