"""`orch-lsp models [PROVIDER]`: what can be asked for, by the provider's own list."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orch_lsp.cli.layout import Column, local_time, table, widest
from orch_lsp.cli.output import EXIT_FAILED, reporting_errors, say, say_error, terminal_width, write_json, write_page
from orch_lsp.cli.provider_name import named_provider
from orch_lsp.cli.runs import workspace_option
from orch_lsp.errors import ErrorCode, ErrorDetail, SettingsError
from orch_lsp.late import late
from orch_lsp.model_lists.lists import ModelList, age_words
from orch_lsp.orchestration.running.permission import is_allowed
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.providers.base import ModelInfo
from orch_lsp.runs.escape import plain
from orch_lsp.runs.record import timestamp
from orch_lsp.settings.configured import configured_providers
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import user_config_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
else:
    sessions = late("orch_lsp.app.session")

_LEAST = 12
"""Cells in which a name can still be known."""
_SOURCES = {"provider": "its own list", "cache": "the list that was kept", "genai-prices": "the price table"}


@click.command()
@click.argument("provider", required=False)
@click.option("--offline", is_flag=True, help="Ask nobody; show what is known.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@workspace_option
def models(provider: str | None, offline: bool, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """List the models of PROVIDER, or of every provider that is set up. Without a network, the list that was kept."""
    with reporting_errors(as_json=as_json):
        found = asyncio.run(_find(provider, workspace, offline=offline))
    if as_json:
        write_json({"schema": "orch.models/1", "providers": [_value(one) for one in found]})
    for one in found:
        _tell(one)
        if not as_json:
            write_page("".join(f"{line}\n" for line in _lines(one)))
    sys.exit(EXIT_FAILED if any(one.error and not one.models for one in found) else 0)


async def _find(name: str | None, workspace: Path | None, *, offline: bool) -> list[ModelList]:
    session = sessions.build_session()
    here = Path.cwd()
    source = Source((here / "spec.md").as_uri(), here / "spec.md", None, "", (here,), workspace)
    try:
        reading = await read(session, source, editor=ProjectLayer(), command=CommandChoice())
        providers = _named(reading, name)
        return list(
            await asyncio.gather(
                *(_list(session, reading, one, offline=offline, named=name is not None) for one in providers)
            )
        )
    finally:
        await session.aclose()


def _named(reading: Reading, name: str | None) -> list[ProviderSettings]:
    settings = reading.settings
    if name is None:
        found = [provider for provider in configured_providers(settings) if provider.has_model]
        if not found:
            raise SettingsError(
                ErrorCode.MISSING_PROVIDER,
                f"No provider with models is set up in {user_config_path()}.",
                remediation="Run `orch-lsp setup`, or name one, such as `orch-lsp models anthropic`.",
            )
        return found
    provider = named_provider(name, settings.providers)
    if name in settings.unusable:
        raise SettingsError(ErrorCode.INVALID_SETTINGS, settings.unusable[name])
    if not provider.has_model:
        raise SettingsError(
            ErrorCode.INVALID_REQUEST,
            f"{name} has no models: it works on this machine without one.",
            remediation=f"Use it as it is: orch-lsp draft FILE --provider {name}.",
        )
    return [provider]


async def _list(
    session: Session, reading: Reading, provider: ProviderSettings, *, offline: bool, named: bool
) -> ModelList:
    if offline:
        return await session.models.known(provider)
    if not named and not await is_allowed(session, reading, provider):
        reason = reading.settings.unusable.get(provider.name) or (
            f"the project chose it; name it to ask: orch-lsp models {provider.name}"
        )
        say(f"{provider.name} was not asked: {reason}")
        return await session.models.known(provider)
    return await session.models.best(provider)


def _tell(found: ModelList) -> None:
    if found.error is not None:
        say_error(_naming(found.provider, found.error))
    if found.models:
        many = "1 model" if len(found.models) == 1 else f"{len(found.models)} models"
        say(f"{found.provider}: {many}, by {_SOURCES[found.source]}{_age(found)}")
    elif found.error is None:
        say(f"{found.provider}: no model is known")


def _naming(provider: str, error: ErrorDetail) -> ErrorDetail:
    """The error with the provider's name in it: several are asked at once."""
    return error if provider in error.message.split() else replace(error, message=f"{provider}: {error.message}")


def _age(found: ModelList) -> str:
    if found.fetched_at is None or found.source == "provider":
        return ""
    moment = timestamp(found.fetched_at)
    shown = moment if terminal_width() is None else local_time(moment, "%Y-%m-%d %H:%M")
    return f" on {shown} ({age_words(datetime.now(UTC) - found.fetched_at)})"


def _lines(found: ModelList) -> Sequence[str]:
    lines, cells = _whole_lines(found), terminal_width()
    if cells is None or widest(lines) <= cells:
        return lines
    provider = Column("PROVIDER", [plain(found.provider)] * len(found.models))
    model = Column("MODEL", [plain(model.id) for model in found.models])
    window = Column("WINDOW", [_window(model) for model in found.models])
    name = Column("NAME", [plain(model.name or "") for model in found.models], _LEAST)
    return table([(provider, model, window, name), (provider, model, window), (model, window)], cells)


def _whole_lines(found: ModelList) -> Sequence[str]:
    width = max((len(model.id) for model in found.models), default=0)
    return [
        "  ".join(
            (
                plain(found.provider),
                model.id.ljust(width),
                _window(model),
                *((plain(model.name),) if model.name and model.name != model.id else ()),
            )
        )
        for model in found.models
    ]


def _window(model: ModelInfo) -> str:
    return f"{model.context_window} tokens" if model.context_window else "window unknown"


def _value(found: ModelList) -> dict[str, Any]:
    error = found.error
    age = datetime.now(UTC) - found.fetched_at if found.fetched_at else None
    return {
        "provider": found.provider,
        "source": found.source,
        "fetched_at": timestamp(found.fetched_at) if found.fetched_at else None,
        "age_s": max(0, int(age.total_seconds())) if age is not None else None,
        "models": [
            {
                "id": model.id,
                "name": model.name,
                "context_window": model.context_window,
                "max_output_tokens": model.max_output_tokens,
            }
            for model in found.models
        ],
        "error": None
        if error is None
        else {"code": error.code, "message": error.message, "remediation": error.remediation},
    }
