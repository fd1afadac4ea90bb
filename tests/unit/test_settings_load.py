"""Each layer is read on its own; every bad value is pointed out with key, value and expectation, the rest holds."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.settings.load import (
    ProjectLayer,
    UserLayer,
    load_project,
    load_user,
    locate_key,
    parse_project,
    parse_user,
    read_editor,
    read_front_matter,
    read_handed_over,
)
from orch_lsp.settings.problem import Layer, Problem

WHOLE_USER_CONFIG = """
provider = "work"
apply = "review"
include = ["docs/**/*.md"]
profile = "plain"
max_output_tokens = 4000
temperature = 0.5
reasoning = "low"
instructions = "Be brief."
fallback = ["spare"]
docs_base = "https://docs.example/"

[lint]
missing-section = "off"

[context]
enabled = true
budget_tokens = 2000
include = ["src/**"]
exclude = ["vendor/**"]

[runs]
parallel = 2
heartbeat = 5
lease = 60
keep_runs = 1000
keep_days = 30
vacuum = false

[limits]
max_bytes = 1000000
max_events = 1000

[network]
proxy = "http://proxy.example:3128"
ca_bundle = "ca.pem"
client_certificate = "me.pem"
client_key = "me.key"

[providers.work]
kind = "openai-compatible"
base_url = "http://127.0.0.1:8111/v1"
model = "some-model"
api_key_env = "WORK_KEY"
headers = { X-Team = "docs" }
allow_http = false
timeout = { connect = 10, first_byte = 120, idle = 60, total = 600 }
retry = { attempts = 3, max_wait = 60 }
limits = { max_bytes = 5 }
network = { proxy = "socks5://127.0.0.1:1080" }
options = { api_version = "2024-10-21", plain = true, count = 3 }

[providers.spare]
kind = "outline"
api_key_command = ["pass", "show", "spare"]
"""


def keys_of(layer: UserLayer | ProjectLayer) -> list[str]:
    return [problem.key for problem in layer.problems]


def only(layer: UserLayer | ProjectLayer) -> Problem:
    (problem,) = layer.problems
    return problem


def test_a_config_that_uses_every_setting_has_no_problem() -> None:
    layer = parse_user(WHOLE_USER_CONFIG)
    assert layer.problems == ()
    assert layer.table is not None
    assert layer.table.model_fields_set >= {"provider", "runs", "limits", "network", "providers", "context", "lint"}


def test_one_bad_value_is_named_with_key_value_expectation_and_line_and_the_rest_holds() -> None:
    layer = parse_user('provider = "work"\n\n[runs]\nparallel = "four"\nheartbeat = 5\n', Path("config.toml"))
    problem = only(layer)
    assert problem == Problem(
        Layer.USER, "runs.parallel", "`runs.parallel` is 'four'; expected a valid integer", Path("config.toml"), 3
    )
    assert layer.table is not None
    assert layer.table.provider == "work"
    assert layer.table.runs is not None
    assert (layer.table.runs.parallel, layer.table.runs.heartbeat) == (None, 5)


def test_many_bad_values_are_all_named() -> None:
    layer = parse_user(
        'provider = 3\napply = "perhaps"\ninclude = "x"\ntemperature = nan\n[context]\nbudget_tokens = -1\n'
        '[providers.work]\nkind = "openai"\ntimeout = { idle = 0, total = 9 }\nretry = 3\nheaders = { a = 1 }\n'
        "[providers.other]\nallow_http = 1\n"
    )
    assert sorted(keys_of(layer)) == sorted(
        [
            "provider",
            "apply",
            "include",
            "temperature",
            "context.budget_tokens",
            "providers.work.timeout.idle",
            "providers.work.retry",
            "providers.work.headers.a",
            "providers.other.allow_http",
        ]
    )
    table = layer.table
    assert table is not None
    assert table.providers is not None
    timeout = table.providers["work"].timeout
    assert timeout is not None
    assert timeout.total == 9


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ('provder = "x"', "provider"),
        ("[runs]\nparalel = 3", "parallel"),
        ("[providers.work]\nbase-url = 'x'", "base_url"),
        ("[providers.work.timeout]\nfirstbyte = 3", "first_byte"),
        ("max-output-tokens = 3", "max_output_tokens"),
    ],
)
def test_an_unknown_key_gets_the_nearest_known_one(text: str, suggestion: str) -> None:
    assert f"did you mean `{suggestion}`?" in only(parse_user(text)).message


def test_true_and_false_are_shown_as_they_were_written() -> None:
    assert "`context.enabeld`, set to false, is not" in only(parse_user("[context]\nenabeld = false")).message
    assert "`runs.parallel` is true; expected" in only(parse_user("[runs]\nparallel = true")).message


def test_a_table_where_a_number_was_written_names_its_keys() -> None:
    assert "a table with connect, first_byte, idle, total" in only(parse_user("[providers.a]\ntimeout = 30")).message


def test_a_key_in_the_file_is_not_read_and_not_repeated() -> None:
    problem = only(parse_user('[providers.work]\napi_key = "live-key-0001"\n'))
    assert "api_key_env" in problem.message
    assert "live-key" not in repr(problem)


def test_values_that_could_be_secrets_are_not_repeated() -> None:
    layer = parse_user(
        '[network]\nproxy = "ftp://u:live-key-0001@h"\n[providers.work]\napi_key_env = "live-key-0001"\n'
        'headers = { X-Key = "live-key-0001\\n" }\n'
    )
    assert len(layer.problems) == 3
    assert "live-key" not in repr(layer.problems)


def test_a_file_that_is_no_toml_is_one_problem_with_its_line() -> None:
    layer = parse_user('provider = "work"\nmodel = \n', Path("config.toml"))
    problem = only(layer)
    assert (problem.key, problem.line, problem.path) == ("", 1, Path("config.toml"))
    assert "not valid TOML" in problem.message
    assert layer.table is None


def test_a_missing_user_config_sets_nothing_and_is_no_problem(tmp_path: Path) -> None:
    layer = load_user(tmp_path / "none" / "config.toml")
    assert layer.problems == ()


def test_a_user_config_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbfprovider = "work"\r\n')
    layer = load_user(tmp_path / "config.toml")
    assert layer.table is not None
    assert layer.table.provider == "work"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"provider = '\xe4'"])
def test_a_config_that_is_not_utf8_is_one_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    assert "UTF-8" in only(load_user(tmp_path / "config.toml")).message


def test_a_folder_or_a_pipe_in_place_of_a_config_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert "not read" in only(load_user(tmp_path / "config.toml")).message
    os.mkfifo(tmp_path / "pipe")
    assert "not read" in only(load_user(tmp_path / "pipe")).message


def test_a_config_below_a_file_is_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / ".orch").write_text("not a folder")
    assert load_project(tmp_path / ".orch" / "config.toml").problems == ()


def test_the_project_may_choose_by_name() -> None:
    layer = parse_project(
        'provider = "work"\nmodel = "m"\nprofile = "plain"\napply = "review"\ninclude = ["a/**"]\nreasoning = "high"\n'
        '[context]\nbudget_tokens = 100\n[lint]\nempty-section = "hint"\n'
    )
    assert layer.problems == ()
    assert layer.table is not None
    assert layer.table.provider == "work"


@pytest.mark.parametrize(
    "text",
    [
        'base_url = "https://evil.example"',
        'api_key = "x"',
        'api_key_env = "HOME"',
        'api_key_command = ["sh"]',
        "headers = { a = 'b' }",
        "timeout = { idle = 1 }",
        "retry = { attempts = 9 }",
        'proxy = "http://evil.example"',
        "network = { ca_bundle = 'x' }",
        "tls = { verify = false }",
        "allow_http = true",
        "limits = { max_bytes = 1 }",
        "runs = { parallel = 99 }",
        'fallback = ["x"]',
        "providers = { openai = { base_url = 'https://evil.example' } }",
        'docs_base = "https://evil.example"',
    ],
)
def test_what_the_project_may_not_set_is_ignored_and_said_to_belong_to_the_user(text: str) -> None:
    for layer in (parse_project(text), read_editor(tomllib.loads(text))):
        assert "belongs in the user config" in only(layer).message
        assert "evil" not in repr(layer.problems)
        assert layer.table is not None
        assert layer.table.model_fields_set == set()


def test_a_project_config_that_leads_out_of_the_workspace_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text('provider = "secret-content"\n')
    (tmp_path / "root" / ".orch").mkdir(parents=True)
    (tmp_path / "root" / ".orch" / "config.toml").symlink_to(tmp_path / "outside.toml")
    layer = load_project(tmp_path / "root" / ".orch" / "config.toml")
    assert "leads out of the workspace" in only(layer).message
    assert layer.table is None


@pytest.mark.parametrize("options", [None, {}, [], "", {"orch": None}, {"orch": {}}, {"provider": "", "model": None}])
def test_an_editor_that_sets_nothing_causes_no_problem(options: object) -> None:
    layer = read_editor(options)
    assert layer.problems == ()
    assert layer.table is None or layer.table.model_fields_set == set()


@pytest.mark.parametrize("options", [{"provider": "work"}, {"orch": {"provider": "work", "trace": {"server": "off"}}}])
def test_editor_settings_stand_bare_or_under_orch(options: object) -> None:
    layer = read_editor(options)
    assert layer.problems == ()
    assert layer.table is not None
    assert layer.table.provider == "work"


@pytest.mark.parametrize("options", [3, "provider", ["provider"], True])
def test_editor_settings_of_a_wrong_type_are_one_problem(options: object) -> None:
    assert only(read_editor(options)).layer is Layer.EDITOR


def test_a_camel_case_setting_of_an_editor_gets_the_right_name() -> None:
    assert "did you mean `max_output_tokens`?" in only(read_editor({"maxOutputTokens": 3})).message


@dataclass
class Block:
    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict[str, int])
    problem: str | None = None


def test_front_matter_chooses_and_its_other_keys_are_its_own() -> None:
    layer = read_front_matter(Block({"provider": "work", "model": "m", "title": "T", "tags": ["a"], "apply": 3}))
    assert layer.problems == ()
    assert layer.layer is Layer.FRONT_MATTER
    assert layer.table is not None
    assert (layer.table.provider, layer.table.model) == ("work", "m")


def test_a_bad_value_in_front_matter_has_its_line() -> None:
    layer = read_front_matter(
        Block({"provider": ["a"], "temperature": 9}, {"provider": 1, "temperature": 2}), Path("a.md")
    )
    assert [(problem.key, problem.line, problem.path) for problem in layer.problems] == [
        ("provider", 1, Path("a.md")),
        ("temperature", 2, Path("a.md")),
    ]


def test_front_matter_that_names_an_endpoint_is_told_off() -> None:
    layer = read_front_matter(Block({"provider": "work", "base_url": "https://evil.example"}, {"base_url": 2}))
    problem = only(layer)
    assert (problem.key, problem.line) == ("base_url", 2)
    assert "belongs in the user config" in problem.message


def test_front_matter_that_cannot_be_read_is_a_problem_where_it_seems_to_have_keys() -> None:
    layer = read_front_matter(Block({}, {"tags": 1, "provider": 2}, "not valid"))
    (problem,) = layer.problems
    assert (problem.key, problem.line) == ("provider", 2)
    assert "not valid" in problem.message
    (problem,) = read_front_matter(Block({}, {"tags": 1, "model": 4}, "not valid")).problems
    assert (problem.key, problem.line) == ("model", 4)
    # Keys of another tool's alone: it may well read what this library does not.
    assert read_front_matter(Block({}, {"tags": 1}, "not valid")).problems == ()
    assert read_front_matter(Block({}, {}, "not valid")).problems == ()


def test_a_blank_provider_in_front_matter_is_none() -> None:
    layer = read_front_matter(Block({"provider": None}))
    assert layer.problems == ()
    assert layer.table is not None
    assert layer.table.provider is None


def test_what_the_editor_hands_over_may_set_everything_and_its_keys_never_show() -> None:
    layer = read_handed_over(
        {
            "provider": "work",
            "providers": {"work": {"kind": "anthropic", "base_url": "https://llm.example"}},
            "keys": {"work": "live-key-0001", "bad": 3},
            "runs": {"parallel": "x"},
        }
    )
    assert sorted(keys_of(layer)) == ["keys.bad", "runs.parallel"]
    assert layer.table is not None
    assert layer.table.providers is not None
    assert layer.keys["work"].get_secret_value() == "live-key-0001"
    assert "live-key" not in repr(layer) + str(layer) + repr(layer.keys)


@pytest.mark.parametrize("payload", [None, 3, "x", [1]])
def test_a_payload_of_a_wrong_type_is_one_problem(payload: object) -> None:
    assert len(read_handed_over(payload).problems) == 1


def test_keys_of_a_wrong_type_do_not_show() -> None:
    layer = read_handed_over({"keys": "live-key-0001"})
    assert len(layer.problems) == 1
    assert "live-key" not in repr(layer)


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("provider", 0),
        ("runs", 2),
        ("runs.parallel", 3),
        ("providers.work.timeout.idle", 7),
        ("providers.work.timeout", 7),
        ("providers.work.model", 5),
        ("providers", 5),
        ('providers."a b".kind', 13),
        ("providers.other.retry.attempts", 15),
        ("nothing", None),
    ],
)
def test_keys_are_found_on_their_lines(key: str, line: int | None) -> None:
    text = (
        'provider = "a"\n# x\n[runs]\nparallel = 3\n\n[providers.work]\nkind = "x"\ntimeout = { idle = 3 }\n'
        'instructions = """\n[fake]\nprovider = 3\n"""\n[providers."a b"]\nkind = "y"\n'
        "[providers.other]\nretry.attempts = 3\n"
    )
    assert locate_key(text, key) == line


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
known_keys = st.sampled_from(
    [
        "provider",
        "model",
        "apply",
        "include",
        "context",
        "lint",
        "runs",
        "providers",
        "network",
        "budget_tokens",
        "kind",
        "base_url",
        "timeout",
        "idle",
        "headers",
        "orch",
        "keys",
        "options",
        "enabled",
        "parallel",
    ]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(known_keys | st.text(max_size=6), inner, max_size=4),
)


@given(anything)
def test_no_editor_setting_whatever_raises(value: object) -> None:
    read_editor(value)
    read_handed_over(value)


@given(st.dictionaries(known_keys, anything, max_size=5))
def test_no_front_matter_whatever_raises(values: dict[str, object]) -> None:
    read_front_matter(Block(values))


@given(st.text() | st.lists(st.sampled_from(WHOLE_USER_CONFIG.splitlines(keepends=True))).map("".join))
def test_no_file_whatever_raises(text: str) -> None:
    parse_user(text)
    parse_project(text)


@pytest.mark.parametrize(
    "text", ['provider = "a\\nb"', 'provider = "$(x)"', 'model = "   "', 'model = "a\\u0007"', 'include = ["a", ""]']
)
def test_a_name_that_is_blank_or_holds_control_characters_is_not_taken(text: str) -> None:
    assert only(parse_project(text)).key == text.split(" ", maxsplit=1)[0]


def test_a_file_nested_beyond_reason_is_one_problem() -> None:
    problem = only(parse_project("a = " + "[" * 100_000))
    assert problem.key == ""


def test_a_text_over_several_lines_may_hold_what_looks_like_a_comment() -> None:
    text = "instructions = '''\n# provider = 1\n[runs]\n'''  # the end\nprovider = \"a\"\n"
    assert locate_key(text, "provider") == 4
    assert locate_key(text, "runs") is None
