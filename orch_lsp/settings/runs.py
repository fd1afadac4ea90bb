"""The `[runs]` of the user config alone: who only looks at the history does not wait for all other settings."""

from __future__ import annotations

from typing import Any, cast

from orch_lsp.settings.files import read_text, toml_values
from orch_lsp.settings.model import Layer, Problem, RunSettings
from orch_lsp.workspace import user_config_path

_RETENTION = frozenset({"keep_runs", "keep_days"})


def retention_settings() -> RunSettings:
    """Which runs the user config keeps; all other values are the defaults unless it says so. Blocking.

    No other layer may set it.
    """
    if not _RETENTION & _given().keys():
        return RunSettings()
    from orch_lsp.settings.load import ProjectLayer, load_user
    from orch_lsp.settings.resolve import CommandChoice, resolve

    nothing = ProjectLayer()
    settings = resolve(
        user=load_user(), handed_over=None, project=nothing, editor=nothing, front_matter=nothing,
        command=CommandChoice(), presets={}, kinds=(),
    )  # fmt: skip
    return settings.runs


def _given() -> dict[str, Any]:
    path = user_config_path()
    text = read_text(path, Layer.USER)
    values = text if isinstance(text, Problem) else toml_values(text, Layer.USER, path)
    table: object = None if isinstance(values, Problem) else values.get("runs")
    return cast("dict[str, Any]", table) if isinstance(table, dict) else {}
