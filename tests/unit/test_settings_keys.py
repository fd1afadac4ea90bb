"""Keys come from one ordered list of places, are checked before use, and are shown by nothing."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.key_command import find_program, run_key_command
from orch_lsp.settings.keys import ApiKey, configured_secrets, describe_key_source, own_variable, resolve_key
from orch_lsp.settings.model import Network, ProviderSettings, Settings

KEY = "live-key-0001"
OPENAI: dict[str, Any] = {
    "name": "openai", "kind": "openai-compatible", "base_url": "https://api.openai.com/v1",
    "key_variables": ("OPENAI_API_KEY",), "requires_key": True,
}  # fmt: skip
WORK: dict[str, Any] = {"name": "work", "kind": "openai-compatible", "base_url": "http://127.0.0.1:1/v1"}


async def key_of(
    settings: Mapping[str, Any], environment: Mapping[str, str], handed_over: Mapping[str, str] | None = None
) -> ApiKey | None:
    secrets = {name: SecretStr(value) for name, value in (handed_over or {}).items()}
    return await resolve_key(ProviderSettings(**settings), environment=environment, handed_over=secrets)


async def refused(
    settings: Mapping[str, Any], environment: Mapping[str, str], handed_over: Mapping[str, str] | None = None
) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        await key_of(settings, environment, handed_over)
    return caught.value


@pytest.mark.parametrize(
    ("name", "variable"),
    [("work", "ORCH_WORK_API_KEY"), ("my-llm.v2", "ORCH_MY_LLM_V2_API_KEY"), ("lm-studio", "ORCH_LM_STUDIO_API_KEY")],
)
def test_a_provider_has_a_variable_of_its_own(name: str, variable: str) -> None:
    assert own_variable(name) == variable


async def test_the_named_variable_is_read_and_no_other() -> None:
    named = {**OPENAI, "api_key_env": "TEAM_KEY"}
    found = await key_of(
        named, {"TEAM_KEY": KEY, "OPENAI_API_KEY": "other", "ORCH_OPENAI_API_KEY": "other"}, {"openai": "x"}
    )
    assert found is not None
    assert (found.value, found.source) == (KEY, "the environment variable TEAM_KEY")
    error = await refused(named, {"OPENAI_API_KEY": KEY, "ORCH_OPENAI_API_KEY": KEY}, {"openai": KEY})
    assert error.code is ErrorCode.MISSING_AUTH
    assert "TEAM_KEY" in error.message
    assert "TEAM_KEY" in error.remediation


async def test_places_are_asked_in_order() -> None:
    places = ["handed over", "own variable", "standard variable"]
    environment = {"ORCH_OPENAI_API_KEY": places[1].replace(" ", "-"), "OPENAI_API_KEY": places[2].replace(" ", "-")}
    handed_over = {"openai": places[0].replace(" ", "-"), "work": "other"}
    for place in places:
        found = await key_of(OPENAI, environment, handed_over)
        assert found is not None
        assert found.value == place.replace(" ", "-")
        if place == "handed over":
            handed_over = {}
        elif place == "own variable":
            del environment["ORCH_OPENAI_API_KEY"]


async def test_another_provider_never_gets_a_services_standard_key() -> None:
    assert await key_of(WORK, {"OPENAI_API_KEY": KEY}, {"openai": KEY}) is None


async def test_a_provider_that_needs_none_has_none() -> None:
    assert await key_of(WORK, {}) is None
    assert await key_of(WORK, {"ORCH_WORK_API_KEY": "  "}) is None


async def test_a_key_is_stripped() -> None:
    found = await key_of(WORK, {"ORCH_WORK_API_KEY": f" {KEY}\r\n"})
    assert found is not None
    assert found.value == KEY


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
async def test_a_blank_key_is_missing_and_its_variable_is_named(blank: str) -> None:
    error = await refused(OPENAI, {"OPENAI_API_KEY": blank})
    assert error.code is ErrorCode.MISSING_AUTH
    assert "OPENAI_API_KEY" in error.message
    assert "blank" in error.message


async def test_a_blank_place_does_not_hide_the_key_in_the_next_one() -> None:
    found = await key_of(OPENAI, {"ORCH_OPENAI_API_KEY": "", "OPENAI_API_KEY": KEY})
    assert found is not None
    assert found.value == KEY


@pytest.mark.parametrize("bad", [f"{KEY}\x00x", f"{KEY}\nx", f"“{KEY}”", f"{KEY} x", f"{KEY}\x7f", "ключ-0001"])
async def test_a_key_that_cannot_be_one_is_invalid_and_not_shown(bad: str) -> None:
    error = await refused(WORK, {"ORCH_WORK_API_KEY": bad})
    assert error.code is ErrorCode.INVALID_AUTH
    assert "ORCH_WORK_API_KEY" in error.message
    assert KEY not in error.message + error.remediation


def test_repr_does_not_tell_a_key() -> None:
    assert KEY not in repr(ApiKey(KEY, "somewhere"))


@given(st.text(), st.sampled_from(["ORCH_OPENAI_API_KEY", "OPENAI_API_KEY"]))
async def test_whatever_stands_in_a_variable_is_a_header_value_or_an_error(value: str, variable: str) -> None:
    code, found = None, None
    try:
        found = await key_of(OPENAI, {variable: value})
    except SettingsError as error:
        code = error.code
    if found is None:
        assert code in {ErrorCode.MISSING_AUTH, ErrorCode.INVALID_AUTH}
    else:
        assert found.value == value.strip()
        assert found.value.isascii()


def script(folder: Path, body: str) -> tuple[str, ...]:
    file = folder / "print_key.py"
    file.write_text(body, encoding="utf-8")
    return (sys.executable, str(file), "an argument; $(with) `shell` signs")


async def test_a_command_prints_the_key(tmp_path: Path) -> None:
    command = script(
        tmp_path, f"import sys\nassert sys.argv[1] == 'an argument; $(with) `shell` signs'\nprint('{KEY}')\n"
    )
    found = await key_of({**WORK, "api_key_command": command, "requires_key": True}, {})
    assert found is not None
    assert (found.value, found.source) == (KEY, "api_key_command")


async def test_the_command_goes_before_a_services_standard_variable(tmp_path: Path) -> None:
    found = await key_of(
        {**OPENAI, "api_key_command": script(tmp_path, f"print('{KEY}')")}, {"OPENAI_API_KEY": "other"}
    )
    assert found is not None
    assert found.value == KEY


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"print('{KEY}')\nraise SystemExit(3)", "status 3"),
        ("import time\nprint('x', flush=True)\ntime.sleep(600)", "took longer"),
        ("import sys\nsys.stdout.buffer.write(b'\\xff\\xfe')", "not text"),
        ("while True: print('y' * 1000)", "status"),
    ],
)
async def test_a_command_that_fails_is_a_missing_key_and_its_output_is_not_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, body: str, reason: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SettingsError) as caught:
        await run_key_command("work", script(tmp_path, body), {}, timeout_s=2)
    assert caught.value.code is ErrorCode.MISSING_AUTH
    assert reason in caught.value.message
    assert KEY not in caught.value.message + caught.value.remediation + caplog.text


@pytest.mark.parametrize("command", [("no-such-program-for-keys",), ("/",), ("a\x00b",)])
async def test_a_command_that_cannot_be_started_is_a_missing_key(command: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        await run_key_command("work", command, {})
    assert "could not be started" in caught.value.message


async def test_a_command_that_prints_nothing_is_a_blank_key(tmp_path: Path) -> None:
    error = await refused({**WORK, "api_key_command": script(tmp_path, ""), "requires_key": True}, {})
    assert (error.code, "api_key_command" in error.message) == (ErrorCode.MISSING_AUTH, True)


def test_where_a_key_would_come_from_is_told_without_the_key() -> None:
    def told(settings: Mapping[str, Any], environment: Mapping[str, str], handed_over: Mapping[str, str]) -> str:
        secrets = {name: SecretStr(value) for name, value in handed_over.items()}
        text = describe_key_source(ProviderSettings(**settings), environment=environment, handed_over=secrets)
        assert KEY not in text
        return text

    assert told(OPENAI, {"OPENAI_API_KEY": KEY}, {}) == "the environment variable OPENAI_API_KEY"
    assert told(OPENAI, {"OPENAI_API_KEY": KEY}, {"openai": KEY}) == "the editor's secret storage"
    assert told(OPENAI, {}, {}) == "none: ORCH_OPENAI_API_KEY, OPENAI_API_KEY not set"
    assert told(OPENAI, {"OPENAI_API_KEY": " "}, {}) == "none: the environment variable OPENAI_API_KEY is blank"
    assert told({**OPENAI, "api_key_env": "TEAM"}, {"OPENAI_API_KEY": KEY}, {"openai": KEY}) == "none: TEAM not set"
    assert told({**WORK, "api_key_command": ("pass", "x")}, {}, {}) == "api_key_command (pass)"
    assert told(WORK, {}, {}) == "none needed"


def test_secrets_that_stand_in_the_config_are_known_to_the_redactor() -> None:
    provider = ProviderSettings(
        **WORK,
        headers={"Authorization": f"Bearer {KEY}", "X-Team": "docs", "X-Gateway-Token": "gate-0002"},
        network=Network(proxy="http://me:p%40ss-0003@proxy.example:3128"),
    )
    found = configured_secrets(Settings(providers={"work": provider}, choice=None, choice_problem=None))
    assert {KEY, "gate-0002", "p%40ss-0003", "p@ss-0003"} <= set(found)
    assert "docs" not in found


def program(folder: Path, name: str = "pass") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\necho key\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.skipif(os.name != "posix", reason="programs are made as shell scripts")
def test_a_program_is_looked_up_where_no_project_could_have_put_it(tmp_path: Path, monkeypatch) -> None:
    project, good = tmp_path / "project", tmp_path / "bin"
    (project / ".git").mkdir(parents=True)
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    program(project)
    program(project / "bin")
    (tmp_path / "link").symlink_to(project / "bin")
    bad = ["", ".", "bin", "..", str(project), str(project / "bin"), str(tmp_path / "link")]
    for folder in (project, project / "bin"):
        assert find_program("pass", os.pathsep.join(bad), folder) is None
    found = program(good)
    assert find_program("pass", os.pathsep.join([*bad, str(good)]), project) == found
    for name in ("./pass", "bin/pass", "", "..", "a\0b"):
        assert find_program(name, str(good), project) is None
    assert find_program(found, "", project) == found
    (tmp_path / "home").mkdir()
    assert find_program("~/x", "", project) == str(tmp_path / "home" / "x")


@pytest.mark.skipif(os.name != "posix", reason="programs are made as shell scripts")
def test_a_home_folder_that_is_a_checkout_keeps_its_programs(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    found = program(tmp_path / "bin")
    assert find_program("pass", str(tmp_path / "bin"), tmp_path) == found


async def test_a_command_runs_in_the_home_folder(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "project").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "project")
    where = await run_key_command("work", (sys.executable, "-c", "import os; print(os.getcwd())"), {})
    assert Path(where.strip()).name == "home"
