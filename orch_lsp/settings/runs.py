"""The `[runs]` of the user config alone: who only looks at the history does not wait for all other settings."""

from __future__ import annotations

from orch_lsp.settings.files import read_text, toml_values
from orch_lsp.settings.model import Layer, Problem, RunSettings
from orch_lsp.workspace import user_config_path


def user_run_settings() -> RunSettings:
    """What the user config says of runs, else the defaults. No other layer may set it. Blocking."""
    if not _is_said():
        return RunSettings()
    from orch_lsp.settings.load import ProjectLayer, load_user
    from orch_lsp.settings.resolve import CommandChoice, resolve

    nothing = ProjectLayer()
    settings = resolve(
        user=load_user(), handed_over=None, project=nothing, editor=nothing, front_matter=nothing,
        command=CommandChoice(), presets={}, kinds=(),
    )  # fmt: skip
    return settings.runs


def _is_said() -> bool:
    path = user_config_path()
    text = read_text(path, Layer.USER)
    values = text if isinstance(text, Problem) else toml_values(text, Layer.USER, path)
    return not isinstance(values, Problem) and "runs" in values
