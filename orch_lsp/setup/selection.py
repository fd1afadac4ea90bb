"""A choice as it would stand in the user config, and the provider that it makes: tried before anything is written."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.endpoint import check_base_url, is_loopback
from orch_lsp.settings.load import ProjectLayer, UserLayer, parse_user
from orch_lsp.settings.model import ProviderSettings, Settings
from orch_lsp.settings.resolve import CommandChoice, resolve
from orch_lsp.settings.user_config import ConfigChoice, change_user_config, with_provider
from orch_lsp.settings.validate import nearest

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
OWN_KIND = "openai-compatible"
"""The wire format that most servers of one's own speak."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of a person, as far as it goes.

    Attributes:
        provider: A name: built in, described in the user config, or new.
        model: The model's id; None where it is not chosen yet, or where the provider has none.
        base_url: The address, where it is to be set.
        key_variable: The variable that holds the key, where it is to be set; never the key.
        kind: The wire format, where it is to be set.
        table: Further keys of `[providers.NAME]`.
    """

    provider: str
    model: str | None = None
    base_url: str | None = None
    key_variable: str | None = None
    kind: str | None = None
    table: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Proposal:
    """The user config as it would be, and the provider that holds then."""

    choice: ConfigChoice
    text: str
    provider: ProviderSettings


@dataclass(frozen=True, slots=True)
class Known:
    """The names that there are: built-in providers, and kinds of providers; and what the editor's user level adds."""

    presets: Mapping[str, ProviderSettings]
    kinds: Collection[str]
    handed_over: UserLayer | None = None


def propose(selection: Selection, text: str, path: Path, known: Known) -> Proposal:
    """The user config with the selection in it. Pure.

    Args:
        selection: The choice.
        text: The user config as it is, valid TOML.
        path: Where it stands, for messages.
        known: Built-in providers and kinds.

    Raises:
        SettingsError: `unknown_provider`: nothing is known of this name, and no address is given.
            `invalid_settings`: an address, a variable's name or another setting of it cannot be used.
    """
    settings = user_settings(text, path, known)
    choice = _config_choice(selection, settings)
    changed = with_provider(text, choice)
    after = user_settings(changed, path, known)
    if selection.provider in after.unusable:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{selection.provider} cannot be used: {after.unusable[selection.provider]}.",
            remediation=f"Correct it in {path}, then try again.",
        )
    return Proposal(choice, changed, after.providers[selection.provider])


def write(proposal: Proposal, path: Path) -> bool:
    """Put the proposal into the user config as it is now, which need not be as it was. Blocking.

    Returns:
        Whether the file has changed.

    Raises:
        SettingsError: The file cannot be read, changed or written; it is what it was.
    """
    return change_user_config(path, lambda text: with_provider(text, proposal.choice))


def user_settings(text: str, path: Path, known: Known) -> Settings:
    """The settings that a user config makes by itself, whatever a project says."""
    nothing = ProjectLayer()
    return resolve(
        user=parse_user(text, path),
        handed_over=known.handed_over,
        project=nothing,
        editor=nothing,
        front_matter=nothing,
        command=CommandChoice(),
        presets=known.presets,
        kinds=known.kinds,
    )


def name_for(base_url: str, providers: Mapping[str, ProviderSettings]) -> str:
    """The name of a server of one's own: that of the provider at this address, else a new one after its host."""
    place = checked_address(base_url).removesuffix("/v1")
    for name, provider in providers.items():
        if provider.base_url and provider.base_url.rstrip("/").removesuffix("/v1") == place:
            return name
    host = urlsplit(place).hostname or ""
    label = host if re.fullmatch(r"[\d.:]+", host) else host.split(".")[0]
    name = "local" if is_loopback(place) else _NOT_IN_NAME.sub("-", label).strip("-._")[:48] or "server"
    number, unique = 2, name
    while unique in providers:
        unique = f"{name}-{number}"
        number += 1
    return unique


def checked_address(base_url: str) -> str:
    """An address that requests may go to, as it is written into the user config.

    Raises:
        SettingsError: `invalid_settings`: it is none; the message says what is expected.
    """
    written = base_url.strip()
    if "://" not in written and re.match(r"[\w.-]+(:\d+)?(/|$)", written):
        written = f"http://{written}"
    try:
        return check_base_url(written, allow_http=True)
    except ValueError as error:
        shown = "The address" if "@" in written else f"The address {written[:200]!r}"
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{shown} cannot be used; expected {error}.",
            remediation="Give the address of the server's API, such as http://127.0.0.1:8111/v1.",
        ) from error


def checked_variable(name: str) -> str:
    """The name of a variable; a text that is none is never repeated, since it may be a key.

    Raises:
        SettingsError: `invalid_settings`: it is no such name.
    """
    if not _VARIABLE.fullmatch(name):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            "The name of the key's variable cannot be used: letters, digits and `_` are expected.",
            remediation="Give the name of an environment variable, such as WORK_KEY. A key is never written down.",
        )
    return name


def _config_choice(selection: Selection, settings: Settings) -> ConfigChoice:
    table: dict[str, Any] = dict(selection.table)
    known = settings.providers.get(selection.provider)
    if known is None and selection.base_url is None and not table:
        names = sorted(settings.providers)
        hint = nearest(selection.provider, names) or f"; expected one of {', '.join(names)}."
        raise SettingsError(
            ErrorCode.UNKNOWN_PROVIDER,
            f"There is no provider named {selection.provider!r}{hint}",
            remediation="Name one that there is, or give the address of a server of your own with --base-url.",
        )
    if known is None and not _NAME.fullmatch(selection.provider):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{selection.provider!r} cannot be the name of a provider; expected letters, digits, `.`, `-` and `_`.",
        )
    if selection.kind is not None:
        table["kind"] = selection.kind
    elif (known is None or not known.kind) and "kind" not in table:
        table["kind"] = OWN_KIND
    if selection.base_url is not None:
        table["base_url"] = checked_address(selection.base_url)
        if table["base_url"].startswith("http://") and not is_loopback(table["base_url"]):
            table["allow_http"] = True
    if selection.key_variable is not None:
        table["api_key_env"] = checked_variable(selection.key_variable)
    if known is not None:
        table = {key: value for key, value in table.items() if getattr(known, key, None) != value}
    return ConfigChoice(selection.provider, selection.model, table)
