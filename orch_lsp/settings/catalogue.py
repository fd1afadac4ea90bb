"""The providers that may be chosen: built-in presets, and what the user config says about them and adds to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.settings.endpoint import check_base_url, is_loopback
from orch_lsp.settings.kinds import KINDS, kind_named
from orch_lsp.settings.load import UserLayer
from orch_lsp.settings.model import Network, ProviderSettings, StreamLimits
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.settings.validate import KeyPath, dotted, nearest, shown

if TYPE_CHECKING:
    from orch_lsp.settings.schema import LimitsTable, NetworkTable, ProviderTable

# A provider with a wrong value here must not be used as if the value had never been written: the request would go
# to another place, by another way, or with another key than the user meant.
_DECISIVE = (
    "kind",
    "base_url",
    "api_key_env",
    "api_key_command",
    "command",
    "env_from",
    "headers",
    "network",
    "options",
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All providers by name; those in `unusable` carry the reason why they cannot be chosen."""

    providers: Mapping[str, ProviderSettings]
    unusable: Mapping[str, str]
    problems: tuple[Problem, ...]
    origins: Mapping[str, Layer]


def build_catalogue(
    layers: tuple[UserLayer, ...], presets: Mapping[str, ProviderSettings], kinds: Collection[str] = ()
) -> Catalogue:
    """Merge the user layers' provider tables, lowest layer first, over the presets.

    Args:
        layers: The user config file, then what the editor handed over.
        presets: The built-in providers by name.
        kinds: Wire formats beyond those that ship.
    """
    known_kinds = {*KINDS, *kinds, *(preset.kind for preset in presets.values())}
    providers = {name: _with_defaults(preset, layers) for name, preset in presets.items()}
    unusable = dict(_wrongly_written(layers))
    problems: list[Problem] = []
    origins: dict[str, Layer] = {}
    for name, tables in _tables(layers).items():
        merged = _merged(name, tables, providers, layers)
        faults = dict(_faults(merged, known_kinds)) | dict(_option_faults(merged, tables))
        for _, table in tables:
            origins |= {f"providers.{name}.{key}": Layer.USER for key in table.model_fields_set}
        for key, message in faults.items():
            unusable.setdefault(name, message)
            problems.append(_problem(layers, ("providers", name, *key.split(".", 1)), message))
        if merged.base_url is not None and merged.has_address and "base_url" not in faults:
            merged = replace(merged, base_url=check_base_url(merged.base_url, allow_http=merged.allow_http))
        default = kind_named(merged.kind).default_model
        providers[name] = replace(merged, model=default) if merged.model is None and default else merged
    for reason in _unknown_ways(layers):
        leaving = (name for name, known in providers.items() if known.base_url and not is_loopback(known.base_url))
        unusable |= {name: reason for name in leaving if name not in unusable}
    return Catalogue(providers, unusable, tuple(problems), origins)


def _unknown_ways(layers: tuple[UserLayer, ...]) -> Iterator[str]:
    """Reasons to refuse hosted providers: `[network]` or the whole user config could not be read."""
    for layer in layers:
        for problem in layer.problems:
            if problem.key == "network" or problem.key.startswith("network."):
                yield problem.message
            elif problem.key == "":
                place = f" (line {problem.line + 1})" if problem.line is not None else ""
                yield f"The user config is damaged{place}: {problem.message}"


def _tables(layers: tuple[UserLayer, ...]) -> dict[str, list[tuple[UserLayer, ProviderTable]]]:
    tables: dict[str, list[tuple[UserLayer, ProviderTable]]] = {}
    for layer in layers:
        for name, table in (layer.table.providers or {} if layer.table else {}).items():
            tables.setdefault(name, []).append((layer, table))
    return tables


def _problem(layers: tuple[UserLayer, ...], path: KeyPath, message: str) -> Problem:
    for layer in reversed(layers):
        if (line := layer.line_of(path)) is not None:
            return Problem(Layer.USER, dotted(path), message, layer.path, line)
    return Problem(Layer.USER, dotted(path), message)


def _with_defaults(provider: ProviderSettings, layers: tuple[UserLayer, ...]) -> ProviderSettings:
    for layer in layers:
        if layer.table:
            provider = replace(
                provider,
                limits=_limits(provider.limits, layer.table.limits),
                network=_network(provider.network, layer.table.network, layer),
            )
    return provider


def _merged(
    name: str,
    tables: list[tuple[UserLayer, ProviderTable]],
    providers: Mapping[str, ProviderSettings],
    layers: tuple[UserLayer, ...],
) -> ProviderSettings:
    kind = next((table.kind for _, table in reversed(tables) if table.kind), None)
    merged = providers.get(name) or _with_defaults(_of_kind(name, kind, providers), layers)
    for layer, table in tables:
        merged = _over(merged, table, layer)
    if any(table.api_key_env or table.api_key_command for _, table in tables):
        return replace(merged, requires_key=True)
    own_place = any(table.base_url for _, table in tables)
    return replace(merged, requires_key=False) if own_place and name not in providers else merged


def _of_kind(name: str, kind: str | None, providers: Mapping[str, ProviderSettings]) -> ProviderSettings:
    """A new provider; one of a kind that is also a service's name goes to that service unless it says otherwise."""
    service = providers.get(kind or "")
    if service is None:
        return ProviderSettings(name, kind or "", None)
    return replace(service, name=name, kind=kind or "", model=None, key_variables=())


def _over(provider: ProviderSettings, table: ProviderTable, layer: UserLayer) -> ProviderSettings:
    timeout, retry = table.timeout, table.retry
    return replace(
        provider,
        kind=table.kind or provider.kind,
        base_url=table.base_url or provider.base_url,
        model=table.model or provider.model,
        api_key_env=table.api_key_env or provider.api_key_env,
        api_key_command=tuple(table.api_key_command) if table.api_key_command else provider.api_key_command,
        command=tuple(table.command) if table.command else provider.command,
        env_from=tuple(table.env_from) if table.env_from is not None else provider.env_from,
        headers={**provider.headers, **(table.headers or {})},
        allow_http=provider.allow_http if table.allow_http is None else table.allow_http,
        timeout=replace(provider.timeout, **(timeout.model_dump(exclude_none=True) if timeout else {})),
        retry=replace(provider.retry, **(retry.model_dump(exclude_none=True) if retry else {})),
        limits=_limits(provider.limits, table.limits),
        network=_network(provider.network, table.network, layer),
        options={**provider.options, **{key: _option(value) for key, value in (table.options or {}).items()}},
    )


def _option(value: str | int | float | bool) -> str:  # noqa: FBT001 -- a value of the file, not a switch
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limits(limits: StreamLimits, table: LimitsTable | None) -> StreamLimits:
    return replace(limits, **table.model_dump(exclude_none=True)) if table else limits


def network_of(layers: tuple[UserLayer, ...]) -> Network | None:
    """How requests leave the machine where nothing more particular is said; None if that cannot be read."""
    if any(_unknown_ways(layers)):
        return None
    network = Network()
    for layer in layers:
        if layer.table:
            network = _network(network, layer.table.network, layer)
    return network


def _network(network: Network, table: NetworkTable | None, layer: UserLayer) -> Network:
    if table is None:
        return network
    folder = layer.path.parent if layer.path else Path.home()

    def file(written: str | None, known: Path | None) -> Path | None:
        return folder / Path(written).expanduser() if written else known

    return Network(
        proxy=table.proxy or network.proxy,
        ca_bundle=file(table.ca_bundle, network.ca_bundle),
        client_certificate=file(table.client_certificate, network.client_certificate),
        client_key=file(table.client_key, network.client_key),
    )


def _faults(provider: ProviderSettings, kinds: Collection[str]) -> Iterator[tuple[str, str]]:
    """Faults that make a provider unusable: the key within its table, and the message."""
    name = provider.name
    if not provider.kind:
        yield "kind", f"`providers.{name}.kind` is missing; expected one of {', '.join(sorted(kinds))}"
    elif provider.kind not in kinds:
        hint = nearest(provider.kind, kinds)
        yield (
            "kind",
            f"`providers.{name}.kind` is {provider.kind!r}; expected one of {', '.join(sorted(kinds))}{hint}",
        )
    if kind_named(provider.kind).acts and not provider.command:
        yield "command", f"`providers.{name}.command` is missing; expected the program of the agent with its arguments"
    if not provider.has_address:
        return
    if provider.base_url is None:
        yield "base_url", f"`providers.{name}.base_url` is missing; expected the URL of the provider's API"
        return
    try:
        check_base_url(provider.base_url, allow_http=provider.allow_http)
    except ValueError as error:
        value = "the value" if "@" in provider.base_url else shown(("base_url",), provider.base_url)
        yield "base_url", f"`providers.{name}.base_url` is {value}; expected {error}"


def _option_faults(
    provider: ProviderSettings, tables: list[tuple[UserLayer, ProviderTable]]
) -> Iterator[tuple[str, str]]:
    """Options that the kind does not have, or with values that they cannot have; those of a preset are its own."""
    known = kind_named(provider.kind).options
    if known is None:
        return
    for name in dict.fromkeys(name for _, table in tables for name in table.options or {}):
        key, value = f"providers.{provider.name}.options.{name}", provider.options[name]
        written = shown(("options", name), value)
        if name not in known:
            others = f"; expected one of {', '.join(known)}" if known else ""
            meant = nearest(name, known) or others
            yield f"options.{name}", f"`{key}`, set to {written}, is not an option of the kind `{provider.kind}`{meant}"
        elif not known[name].fits(value):
            yield f"options.{name}", f"`{key}` is {written}; expected {known[name].expected}"


def _wrongly_written(layers: tuple[UserLayer, ...]) -> Iterator[tuple[str, str]]:
    """Names of providers with a decisive value that could not be read, and the message about it."""
    for layer in layers:
        for problem in layer.problems:
            section, *parts = problem.key.split(".")
            if section != "providers" or not parts:
                continue
            # A provider's own name may hold dots; the setting is what follows it.
            setting = next((index for index, part in enumerate(parts) if index and part in _DECISIVE), None)
            if len(parts) == 1 or setting is not None:
                yield ".".join(parts[:setting]), problem.message
