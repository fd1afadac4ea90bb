"""The `[runs]` of the user config alone: who only looks at the history does not wait for all other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from orch_lsp.late import late
from orch_lsp.settings.files import read_text, toml_values
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.workspace import user_config_path

if TYPE_CHECKING:
    from orch_lsp.settings import load as layers
    from orch_lsp.settings import resolve as merging
else:
    layers = late("orch_lsp.settings.load")
    merging = late("orch_lsp.settings.resolve")

_RETENTION = frozenset({"keep_runs", "keep_days"})


def retention_settings() -> RunSettings:
    """Which runs the user config keeps; all other values are the defaults unless it says so. Blocking.

    No other layer may set it.
    """
    if not _RETENTION & _given().keys():
        return RunSettings()

    nothing = layers.ProjectLayer()
    settings = merging.resolve(
        user=layers.load_user(), handed_over=None, project=nothing, editor=nothing, front_matter=nothing,
        command=merging.CommandChoice(), presets={}, kinds=(),
    )  # fmt: skip
    return settings.runs


def _given() -> dict[str, Any]:
    path = user_config_path()
    text = read_text(path, Layer.USER)
    values = text if isinstance(text, Problem) else toml_values(text, Layer.USER, path)
    table: object = None if isinstance(values, Problem) else values.get("runs")
    return cast("dict[str, Any]", table) if isinstance(table, dict) else {}
