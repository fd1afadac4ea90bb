"""`orch-lsp key set|list|delete`: keys in the operating system's keyring. No value is ever an argument or shown."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.output import reporting_errors, say, write_json, write_result
from orch_lsp.cli.provider_name import named_provider
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.late import late
from orch_lsp.settings import key_ring
from orch_lsp.settings.keys import may_be_key
from orch_lsp.settings.model import Settings
from orch_lsp.workspace import find_root

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
else:
    sessions = late("orch_lsp.app.session")

INSTALL = "Install the Python package `keyring` beside orch-lsp, or put the key into an environment variable."


@click.group()
def key() -> None:
    """Keep keys in the system's keyring (optional package `keyring`)."""


@key.command("set")
@click.argument("provider")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def set_key(provider: str, as_json: bool) -> None:  # noqa: FBT001 -- click passes flags by name
    """Store PROVIDER's key, read from a hidden prompt or from stdin."""
    with reporting_errors(as_json=as_json):
        _require_keyring()
        settings = named_provider(provider, _settings().providers)
        value = _read_value(provider)
        try:
            key_ring.store_key(provider, value)
        except OSError as error:
            raise _refused(error) from error
    say(f"The key of {provider} is in the system's keyring.")
    if settings.api_key_env:
        say(f"warning: the keyring is not asked: `api_key_env` names {settings.api_key_env} as the only source.")
    if as_json:
        write_json({"provider": provider, "stored": True})


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the providers as JSON.")
def list_keys(as_json: bool) -> None:  # noqa: FBT001 -- click passes flags by name
    """List the providers that have a key in the keyring; no value is shown."""
    with reporting_errors(as_json=as_json):
        _require_keyring()
        try:
            names = [name for name in sorted(_settings().providers) if key_ring.has_key(name)]
        except OSError as error:
            raise _refused(error) from error
    if as_json:
        write_json([{"provider": name} for name in names])
    elif names:
        write_result("".join(f"{name}\n" for name in names))
    else:
        say("No key is in the keyring.")


@key.command("delete")
@click.argument("provider")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def delete_key(provider: str, as_json: bool) -> None:  # noqa: FBT001 -- click passes flags by name
    """Forget PROVIDER's key. It need not be a provider that is known now."""
    with reporting_errors(as_json=as_json):
        _require_keyring()
        try:
            deleted = key_ring.delete_key(provider)
        except OSError as error:
            raise _refused(error) from error
    say(f"The key of {provider} was deleted." if deleted else f"There was no key of {provider} in the keyring.")
    if as_json:
        write_json({"provider": provider, "deleted": deleted})


def _require_keyring() -> None:
    if not key_ring.is_installed():
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, "The optional package `keyring` is not installed.", remediation=INSTALL
        )


def _read_value(provider: str) -> str:
    value = (
        click.prompt(f"Key of {provider}", hide_input=True, default="", show_default=False, err=True)
        if sys.stdin.isatty()
        else sys.stdin.read()
    ).strip()
    if not value:
        raise SettingsError(
            ErrorCode.INVALID_AUTH,
            "No key was entered.",
            remediation=f"Type it at the prompt, or pipe it: orch-lsp key set {provider} < FILE.",
        )
    if not may_be_key(value):
        raise SettingsError(
            ErrorCode.INVALID_AUTH,
            "What was entered holds blanks, control characters or letters that no key has; nothing was stored.",
            remediation="Enter the key alone, without a name in front, quotes or line breaks.",
        )
    return value


def _settings() -> Settings:
    async def load() -> Settings:
        session = sessions.build_session()
        try:
            return await session.settings_of(find_root(Path.cwd() / "spec.md", folders=(Path.cwd(),)))
        finally:
            await session.aclose()

    return asyncio.run(load())


def _refused(error: OSError) -> SettingsError:
    return SettingsError(
        ErrorCode.INVALID_SETTINGS,
        f"The system's keyring cannot be used: {error}.",
        remediation="Unlock it, or set one up, or put the key into an environment variable.",
    )
