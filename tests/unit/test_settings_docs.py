"""The page on settings names every setting that there is, with its default, and no other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import BaseModel

from orch_lsp.settings.kinds import KINDS
from orch_lsp.settings.load import parse_user
from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.model import ContextSettings, Retry, StreamLimits, Timeouts
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.settings.schema import (
    BudgetTable,
    ContextTable,
    LimitsTable,
    McpTable,
    McpToolTable,
    NetworkTable,
    ProjectTable,
    ProviderTable,
    RetryTable,
    RunsTable,
    TimeoutTable,
    UserTable,
)

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
PROVIDER = "providers.NAME."
SERVER = "mcp.NAME."


def rows() -> dict[str, list[str]]:
    """The cells of each row of the page, by the names in its first cell."""
    found: dict[str, list[str]] = {}
    for section in PAGE.split("\n## "):
        prefix = PROVIDER if section.startswith("Providers") else SERVER if section.startswith("Servers") else ""
        for line in section.split("\n"):
            if line.startswith("| `"):
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                found |= {prefix + name: cells for name in re.findall(r"`([^`]+)`", cells[0])}
    return found


ROWS = rows()
TABLES: dict[str, type[BaseModel]] = {
    "context": ContextTable, "runs": RunsTable, "limits": LimitsTable, "network": NetworkTable, "budget": BudgetTable,
}  # fmt: skip


def documented_names() -> Iterator[str]:
    for key in UserTable.model_fields:
        if key in TABLES:
            yield from (f"{key}.{inner}" for inner in TABLES[key].model_fields)
        elif key not in {"providers", "mcp"}:
            yield key
    for key in ProviderTable.model_fields:
        inner = {"timeout": TimeoutTable, "retry": RetryTable}.get(key)
        names = [f"{key}.{name}" for name in inner.model_fields] if inner else [key]
        yield from (PROVIDER + name for name in names)
    for key in McpTable.model_fields:
        names = [f"tools.TOOL.{name}" for name in McpToolTable.model_fields] if key == "tools" else [key]
        yield from (SERVER + name for name in names)


@pytest.mark.parametrize("name", sorted(set(documented_names())))
def test_every_setting_has_a_row(name: str) -> None:
    assert name in ROWS


def test_every_row_is_a_setting_or_a_variable() -> None:
    variables = {name for name in ROWS if re.match(r"[A-Z]", name)}
    assert set(ROWS) - variables == set(documented_names())


@pytest.mark.parametrize(
    ("table", "settings", "default_column"),
    [
        ("context", ContextSettings(), 2),
        ("runs", RunSettings(), 2),
        ("limits", StreamLimits(), 2),
        (PROVIDER + "timeout", Timeouts(), 1),
        (PROVIDER + "retry", Retry(), 1),
        (SERVER.removesuffix("."), McpServer("NAME"), 2),
    ],
)
def test_defaults_are_those_of_the_program(table: str, settings: object, default_column: int) -> None:
    for field in fields(settings):  # pyright: ignore[reportArgumentType]
        value = getattr(settings, field.name)
        if value is None or value in ((), {}) or field.name == "name":
            continue
        written = ROWS[f"{table}.{field.name.removesuffix('_s')}"][default_column].strip("`")
        assert written == (f"{value:g}" if isinstance(value, float) else str(value).lower())


def test_what_a_project_may_set_is_what_the_rows_say() -> None:
    for key in UserTable.model_fields:
        if key in ROWS:
            assert ("project" in ROWS[key][1] or ROWS[key][1] == "all") == (key in ProjectTable.model_fields), key


def test_every_kind_is_named() -> None:
    assert all(f"`{kind}`" in ROWS[PROVIDER + "kind"][2] for kind in KINDS)


def test_the_example_is_a_config_without_a_problem() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert tomllib.loads(example)["provider"] == "work"
    assert parse_user(example).problems == ()
