"""Where a provider's key comes from. A key is held only as long as it is used, and never shown.

The resolvers are asked in one order. The first that has something to say decides; a value that cannot be a key is an
error that names its source, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.late import late
from orch_lsp.settings.http_headers import holds_credentials
from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.model import ProviderSettings, Settings

if TYPE_CHECKING:
    from orch_lsp.settings import key_command, key_ring
else:
    key_command = late("orch_lsp.settings.key_command")
    key_ring = late("orch_lsp.settings.key_ring")

_CREDENTIAL_VARIABLE = re.compile(r"(?i)auth|key|token|secret|passw|credential|cookie")


class HandedOverKey(Protocol):
    """A key as the editor handed it over: shown by nothing but this method."""

    def get_secret_value(self) -> str:
        """The key itself."""
        ...


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key and, in words, where it came from."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A key as its resolver gives it: a source, and a value that may be blank."""

    source: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Sources:
    provider: ProviderSettings
    environment: Mapping[str, str]
    handed_over: Mapping[str, HandedOverKey] = field(repr=False)


Resolver = Callable[[_Sources], Awaitable[_Found | None]]


def own_variable(provider_name: str) -> str:
    """`ORCH_<NAME>_API_KEY`: the name in upper case, all that is no letter or digit as `_`."""
    return f"ORCH_{re.sub(r'[^A-Z0-9]', '_', provider_name.upper())}_API_KEY"


def keys_in_environment(providers: Iterable[ProviderSettings], environment: Mapping[str, str]) -> Iterator[str]:
    """The values of all variables that may hold a key of these providers, whether or not one of them is asked."""
    for provider in providers:
        for name in (provider.api_key_env, own_variable(provider.name), *provider.key_variables):
            if value := environment.get(name or ""):
                yield value


def keys_of_servers(servers: Iterable[McpServer], environment: Mapping[str, str]) -> Iterator[str]:
    """The values of all variables that headers of these servers are made of."""
    for server in servers:
        for name in server.key_variables.values():
            if value := environment.get(name):
                yield value


async def resolve_key(
    provider: ProviderSettings, *, environment: Mapping[str, str], handed_over: Mapping[str, HandedOverKey]
) -> ApiKey | None:
    """Find the provider's key; None if it has none and needs none.

    Args:
        provider: The provider as the user level describes it.
        environment: Environment variables.
        handed_over: Keys that the editor gave by `orch/userSettings`, by provider name.

    Raises:
        SettingsError: `missing_auth` if a key is needed and there is none, or a blank one; `invalid_auth` if it cannot
            be a key.
    """
    sources = _Sources(provider, environment, handed_over)
    blank: str | None = None
    for resolver in _resolvers(provider):
        found = await resolver(sources)
        if found is None:
            continue
        if key := found.value.strip():
            return ApiKey(_checked(key, provider.name, found.source), found.source)
        blank = blank or found.source
    if not provider.requires_key:
        return None
    raise _missing(provider, blank)


def _resolvers(provider: ProviderSettings) -> tuple[Resolver, ...]:
    if provider.api_key_env:
        return (_named_variable,)
    return (_handed_over, _own_variable, _command, _standard_variables, _keyring)


async def _named_variable(sources: _Sources) -> _Found | None:
    return _from_environment(sources, sources.provider.api_key_env or "")


async def _handed_over(sources: _Sources) -> _Found | None:
    key = sources.handed_over.get(sources.provider.name)
    return _Found("the editor's secret storage", key.get_secret_value()) if key is not None else None


async def _own_variable(sources: _Sources) -> _Found | None:
    return _from_environment(sources, own_variable(sources.provider.name))


async def _standard_variables(sources: _Sources) -> _Found | None:
    found = [_from_environment(sources, variable) for variable in sources.provider.key_variables]
    set_ones = [value for value in found if value is not None]
    return next((value for value in set_ones if value.value.strip()), set_ones[0] if set_ones else None)


def _from_environment(sources: _Sources, variable: str) -> _Found | None:
    value = sources.environment.get(variable)
    return None if value is None else _Found(f"the environment variable {variable}", value)


async def _command(sources: _Sources) -> _Found | None:
    if not sources.provider.api_key_command:
        return None

    value = await key_command.run_key_command(
        sources.provider.name, sources.provider.api_key_command, sources.environment
    )
    return _Found("api_key_command", value)


async def _keyring(sources: _Sources) -> _Found | None:
    value = await key_ring.read_key(sources.provider.name)
    return None if value is None else _Found("the system's keyring", value)


def may_be_key(value: str) -> bool:
    """Whether a text can be a key at all: printable ASCII without blanks."""
    return value.isprintable() and value.isascii() and " " not in value


def _checked(key: str, name: str, source: str) -> str:
    if not may_be_key(key):
        raise SettingsError(
            ErrorCode.INVALID_AUTH,
            f"The key for {name} from {source} holds blanks, control characters or letters that no key has.",
            remediation=f"Set {source} to the key alone, without line breaks or quotes.",
        )
    return key


def _missing(provider: ProviderSettings, blank: str | None) -> SettingsError:
    variable = provider.api_key_env or (provider.key_variables or (own_variable(provider.name),))[0]
    if blank:
        return SettingsError(
            ErrorCode.MISSING_AUTH,
            f"The key for {provider.name} is blank: {blank} is set, but holds nothing.",
            remediation=f"Put your key there: {blank}. An editor has to be restarted to see a new variable.",
        )
    return SettingsError(
        ErrorCode.MISSING_AUTH,
        f"There is no key for {provider.name}: the environment variable {variable} is not set.",
        remediation=f"Set {variable} to your key. An editor has to be restarted to see a new variable.",
    )


def describe_key_source(
    provider: ProviderSettings, *, environment: Mapping[str, str], handed_over: Mapping[str, HandedOverKey]
) -> str:
    """Where the key would come from, in words, without reading a keyring, running a command or showing a value."""
    places: list[tuple[str, str | None]] = []
    if provider.api_key_env:
        places.append((f"the environment variable {provider.api_key_env}", environment.get(provider.api_key_env)))
    else:
        given = handed_over.get(provider.name)
        places.append(("the editor's secret storage", given.get_secret_value() if given is not None else None))
        variables = (own_variable(provider.name), *provider.key_variables)
        places += [(f"the environment variable {variable}", environment.get(variable)) for variable in variables]
    for place, value in places:
        if value is not None and value.strip():
            return place
    blank = next((place for place, value in places if value is not None), None)
    if provider.api_key_command and not provider.api_key_env:
        return f"api_key_command ({provider.api_key_command[0]})"
    if blank:
        return f"none: {blank} is blank"
    asked = ", ".join(place.removeprefix("the environment variable ") for place, _ in places if "variable" in place)
    return f"none: {asked} not set" if provider.requires_key else "none needed"


def configured_secrets(settings: Settings) -> tuple[str, ...]:
    """Secrets in the user config itself, for the redactor: credential headers and variables, proxy passwords."""
    found: list[str] = []
    for provider in settings.providers.values():
        found += [value for name, value in provider.headers.items() if holds_credentials(name)]
        proxy = provider.network.proxy
        if proxy and (password := urlsplit(proxy).password):
            found += [password, unquote(password)]
    for server in settings.mcp.values():
        found += [value for name, value in server.env.items() if value and _CREDENTIAL_VARIABLE.search(name)]
        found += [value for name, value in server.headers.items() if holds_credentials(name)]
    credentials = [value.partition(" ")[2] for value in found if " " in value]
    return tuple(dict.fromkeys([*found, *credentials]))
