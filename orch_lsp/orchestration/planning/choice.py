"""The provider and model of a run, as the settings choose them, and how to choose them where nothing does."""

from __future__ import annotations

import os

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.model import Choice, Settings
from orch_lsp.workspace import user_config_path


def chosen(settings: Settings) -> Choice:
    """The provider and model.

    Raises:
        SettingsError: No layer names a provider, or the one that does cannot be used.
    """
    if settings.choice_problem is not None:
        code, message = settings.choice_problem
        cures = {ErrorCode.MISSING_MODEL: _how_to_name_a_model, ErrorCode.UNKNOWN_PROVIDER: _how_to_name_a_provider}
        cure = cures[ErrorCode(code)]() if ErrorCode(code) in cures else None
        raise SettingsError(ErrorCode(code), message, remediation=cure)
    if settings.choice is None:
        raise SettingsError(
            ErrorCode.MISSING_PROVIDER, "No provider is chosen for this document.", remediation=_how_to_choose(settings)
        )
    return settings.choice


def _how_to_name_a_provider() -> str:
    return (
        "Name an existing one: run `orch-lsp setup`, or describe your own under `[providers.NAME]` in "
        f"{user_config_path()}."
    )


def _how_to_name_a_model() -> str:
    return (
        "Name a model beside the provider, or give the provider a `model` of its own: run `orch-lsp setup`, or write "
        f"it into {user_config_path()}."
    )


def _how_to_choose(settings: Settings) -> str:
    """The file and a line for it; for a provider whose key is there already, if there is one."""
    variables = {
        variable: provider.name for provider in settings.providers.values() for variable in provider.key_variables
    }
    found = next((variable for variable in variables if os.environ.get(variable)), None)
    name = variables[found] if found else "anthropic"
    because = f" ({found} is set)" if found else ""
    return (
        f'Run `orch-lsp setup`, or write `provider = "{name}"` and its `model = "…"` into '
        f"{user_config_path()}{because}; for one draft pass `--provider {name} --model …`."
    )
