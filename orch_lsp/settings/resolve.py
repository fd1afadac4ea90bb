"""Merge the layers into what holds for one document. Pure: no file, no environment, no clock.

Highest first: command, front matter, `.orch/config.toml`, editor settings, user config. The layer that names a provider
also fixes the model (its own, else that provider's `model` in the user config); layers never mix.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast

from orch_lsp.errors import ErrorCode
from orch_lsp.late import late
from orch_lsp.settings.catalogue import Catalogue, build_catalogue, network_of
from orch_lsp.settings.load import ProjectLayer, UserLayer
from orch_lsp.settings.mcp_settings import McpServer, McpTool
from orch_lsp.settings.model import (
    BudgetSettings,
    Choice,
    ContextSettings,
    FormatFor,
    Parameters,
    ProviderSettings,
    Settings,
    SeveritiesFor,
)
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.settings.validate import nearest

if TYPE_CHECKING:
    from orch_lsp.settings import schema
    from orch_lsp.settings.schema import Severity
else:
    schema = late("orch_lsp.settings.schema")

_DEFAULTS = Settings(providers={}, choice=None, choice_problem=None)
_MERGED_KEYS = frozenset(
    {
        "apply",
        "docs_base",
        "fallback",
        "include",
        "semantic_tokens",
        "inlay_hints",
        "profile",
        "max_output_tokens",
        "temperature",
        "reasoning",
        "instructions",
    }
)


@dataclass(frozen=True, slots=True)
class CommandChoice:
    """The provider and model that a command's arguments or the command line name."""

    provider: str | None = None
    model: str | None = None
    apply: Literal["auto", "review"] | None = None


@dataclass(slots=True)
class _Merge:
    """The layers, lowest first, and what has been found out about them so far."""

    users: tuple[UserLayer, ...]
    projects: tuple[ProjectLayer, ...]
    problems: list[Problem] = field(default_factory=list[Problem])
    origins: dict[str, Layer] = field(default_factory=dict[str, Layer])

    @property
    def layers(self) -> tuple[UserLayer | ProjectLayer, ...]:
        return (*self.users, *self.projects)

    def ignore(self, layer: UserLayer | ProjectLayer, key: str, message: str) -> None:
        line = layer.line_of(tuple(key.split(".")))
        self.problems.append(Problem(layer_of(layer), key, message, layer.path, line))


def layer_of(layer: UserLayer | ProjectLayer) -> Layer:
    """Which layer of the precedence this is."""
    return layer.layer if isinstance(layer, ProjectLayer) else Layer.USER


def resolve(
    *,
    user: UserLayer,
    handed_over: UserLayer | None = None,
    project: ProjectLayer,
    editor: ProjectLayer,
    front_matter: ProjectLayer,
    command: CommandChoice,
    presets: Mapping[str, ProviderSettings],
    kinds: Collection[str] = (),
) -> Settings:
    """Return what holds, with every value's origin and every value that was left out.

    Args:
        user: The user config file.
        handed_over: What the editor gave by `orch/userSettings`; its values win over the file's.
        project: `.orch/config.toml`.
        editor: The editor's settings.
        front_matter: The spec's front matter.
        command: The command's arguments.
        presets: Built-in providers by name.
        kinds: Wire formats beyond the built-in ones, from extensions.
    """
    merge = _Merge((user,) if handed_over is None else (user, handed_over), (editor, project, front_matter))
    catalogue = build_catalogue(merge.users, presets, kinds)
    merge.problems += [problem for layer in merge.layers for problem in layer.problems]
    merge.problems += catalogue.problems
    merge.origins |= catalogue.origins
    choice, choice_problem = _choose(merge, catalogue, command)
    table = _overlaid(merge)
    severities = _severities(merge)
    if command.apply:
        merge.origins["apply"] = Layer.COMMAND
    return Settings(
        providers=catalogue.providers,
        choice=choice,
        choice_problem=choice_problem,
        default_provider=_default_provider(merge.users),
        unusable=catalogue.unusable,
        fallback=_fallback(merge, catalogue, table),
        parameters=Parameters(table.max_output_tokens, table.temperature, table.reasoning, table.instructions),
        profile=table.profile or _DEFAULTS.profile,
        apply=command.apply or table.apply or _DEFAULTS.apply,
        include=_DEFAULTS.include if table.include is None else tuple(table.include),
        semantic_tokens=_DEFAULTS.semantic_tokens if table.semantic_tokens is None else table.semantic_tokens,
        inlay_hints=_DEFAULTS.inlay_hints if table.inlay_hints is None else table.inlay_hints,
        locked=_locked(merge),
        context=_context(merge),
        budget=_budget(merge),
        mcp=_mcp(merge),
        network=network_of(merge.users),
        runs=_runs(merge),
        severities=_everywhere(severities),
        severities_for=severities,
        formats=_formats(merge),
        docs_base=table.docs_base,
        problems=tuple(merge.problems),
        origins=merge.origins,
    )


def _overlaid(merge: _Merge) -> schema.UserTable:
    """The values of which simply the highest layer's holds."""
    values: dict[str, Any] = {}
    for layer in merge.layers:
        for key in _MERGED_KEYS & (layer.table.model_fields_set if layer.table else set()):
            if (value := getattr(layer.table, key)) is not None:
                values[key] = value
                merge.origins[key] = layer_of(layer)
    return schema.UserTable.model_validate(values)


def _default_provider(users: tuple[UserLayer, ...]) -> str | None:
    named = [layer.table.provider for layer in users if layer.table and layer.table.provider]
    return named[-1] if named else None


def _choose(
    merge: _Merge, catalogue: Catalogue, command: CommandChoice
) -> tuple[Choice | None, tuple[str, str] | None]:
    """The provider and model, or (error code, message)."""
    named = _named(merge)
    if command.provider:
        layer, name, model = Layer.COMMAND, command.provider, command.model
    elif (unreadable := _unreadable_choice(merge)) is not None:
        return None, unreadable
    elif named is None:
        return None, _unread_file(merge)
    else:
        source, name, model = named
        layer, model = layer_of(source), command.model or model
    merge.origins["provider"] = layer
    if name not in catalogue.providers:
        if (unread := _unread_file(merge)) is not None:
            return None, unread
        message = _unknown(name, layer, catalogue)
        if named and not command.provider:
            merge.ignore(named[0], "provider", message)
        return None, (str(ErrorCode.UNKNOWN_PROVIDER), message)
    if name in catalogue.unusable:
        return None, (str(ErrorCode.INVALID_SETTINGS), catalogue.unusable[name])
    provider = catalogue.providers[name]
    if not provider.has_model:
        _ignore_model(merge, name, command, None if command.provider else named)
        return Choice(provider, None, layer), None
    if model or provider.model:
        origin = Layer.COMMAND if command.model else layer if model else Layer.USER
        merge.origins["model"] = origin
        return Choice(provider, model or provider.model, layer), None
    return None, (str(ErrorCode.MISSING_MODEL), f"The provider {name} is named without a model ({layer}).")


def _ignore_model(
    merge: _Merge, provider: str, command: CommandChoice, named: tuple[UserLayer | ProjectLayer, str, str | None] | None
) -> None:
    """Point out a model that was given to a provider that asks none; `named` is the layer that names the provider."""
    message = f"`model` is ignored: {provider} asks no model"
    if command.model:
        merge.problems.append(Problem(Layer.COMMAND, "model", message))
    elif named and named[2]:
        merge.ignore(named[0], "model", message)


def _named(merge: _Merge) -> tuple[UserLayer | ProjectLayer, str, str | None] | None:
    """The highest layer that names a provider, with what it names; a model without a provider is pointed out."""
    found: tuple[UserLayer | ProjectLayer, str, str | None] | None = None
    for layer in merge.layers:
        if layer.table and layer.table.provider:
            found = (layer, layer.table.provider, layer.table.model)
        elif layer.table and layer.table.model:
            merge.ignore(layer, "model", f"`model` is ignored: name its `provider` beside it ({layer_of(layer)})")
    return found


def _unreadable_choice(merge: _Merge) -> tuple[str, str] | None:
    """The reason to refuse: front matter names a provider but cannot be read; no lower layer stands in for it."""
    for layer in merge.projects:
        for problem in layer.problems:
            if problem.layer is Layer.FRONT_MATTER and problem.key == "provider":
                return str(ErrorCode.INVALID_SETTINGS), problem.message
    return None


def _unread_file(merge: _Merge) -> tuple[str, str] | None:
    """The reason to refuse: a settings file that may hold the choice cannot be read at all."""
    for layer in reversed(merge.layers):
        for problem in layer.problems:
            if not problem.key and problem.path is not None:
                return str(ErrorCode.INVALID_SETTINGS), f"{problem.place}: {problem.message}"
    return None


def _unknown(name: str, layer: Layer, catalogue: Catalogue) -> str:
    known = sorted(catalogue.providers)
    return f"`provider` is {name!r} ({layer}); expected one of {', '.join(known)}{nearest(name, known)}"


def _fallback(merge: _Merge, catalogue: Catalogue, table: schema.UserTable) -> tuple[str, ...]:
    usable: list[str] = []
    for name in dict.fromkeys(table.fallback or ()):
        provider = catalogue.providers.get(name)
        if provider is None:
            reason = f"no provider has this name{nearest(name, catalogue.providers)}"
        elif name in catalogue.unusable:
            reason = catalogue.unusable[name]
        elif provider.has_model and not provider.model:
            reason = f"it needs a model: set `model` under `[providers.{name}]`"
        else:
            usable.append(name)
            continue
        source = next(layer for layer in reversed(merge.users) if layer.table and layer.table.fallback is not None)
        merge.ignore(source, "fallback", f"`fallback` names {name!r}, which is left out: {reason}")
    return tuple(usable)


def _context(merge: _Merge) -> ContextSettings:
    """The user's values; the project level may switch context off, lower its budget, exclude and pin more."""
    context = _DEFAULTS.context
    include_is_the_users = False
    for layer in merge.layers:
        table = layer.table.context if layer.table else None
        if table is None:
            continue
        by_user = isinstance(layer, UserLayer)
        before = context
        if table.enabled is not None and (by_user or not table.enabled):
            context = replace(context, enabled=table.enabled)
        elif table.enabled and not context.enabled:
            merge.ignore(layer, "context.enabled", "`context.enabled` is ignored here: it is switched off elsewhere")
        if table.budget_tokens is not None and (by_user or table.budget_tokens <= context.budget_tokens):
            context = replace(context, budget_tokens=table.budget_tokens)
        elif table.budget_tokens is not None:
            message = f"expected at most {context.budget_tokens}; only the user config may raise it"
            merge.ignore(layer, "context.budget_tokens", f"`context.budget_tokens` is {table.budget_tokens}; {message}")
        if table.include is not None and (by_user or not include_is_the_users):
            context = replace(context, include=tuple(table.include))
            include_is_the_users = include_is_the_users or by_user
        elif table.include is not None:
            merge.ignore(layer, "context.include", "`context.include` is ignored here: the user config has its own")
        if table.exclude:
            context = replace(context, exclude=tuple(dict.fromkeys((*context.exclude, *table.exclude))))
        if table.pin:
            context = replace(context, pin=tuple(dict.fromkeys((*context.pin, *table.pin))))
        changed = [key for key in table.model_fields_set if getattr(context, key) != getattr(before, key)]
        merge.origins |= {f"context.{key}": layer_of(layer) for key in changed}
    return context


def _budget(merge: _Merge) -> BudgetSettings:
    """The user's limits; the project level may only lower them."""
    limits: dict[str, float] = {}
    for layer in merge.layers:
        table = layer.table.budget if layer.table else None
        given: dict[str, float] = {} if table is None else table.model_dump(exclude_none=True)
        for key, value in given.items():
            if isinstance(layer, UserLayer) or value <= limits.get(key, value):
                limits[key] = value
                merge.origins[f"budget.{key}"] = layer_of(layer)
            else:
                message = f"expected at most {limits[key]:g}; only the user config may raise it"
                merge.ignore(layer, f"budget.{key}", f"`budget.{key}` is {value:g}; {message}")
    return BudgetSettings(
        **{key: Decimal(str(value)) if key.endswith("_usd") else int(value) for key, value in limits.items()}  # pyright: ignore[reportArgumentType] -- by the names of their units
    )


def _mcp(merge: _Merge) -> dict[str, McpServer]:
    """The servers by name; a table of what the editor hands over replaces the file's of the same name."""
    servers: dict[str, McpServer] = {}
    for layer in merge.users:
        for name, table in ((layer.table.mcp if layer.table else None) or {}).items():
            servers[name] = _mcp_server(name, table)
            merge.origins |= {f"mcp.{name}.{key}": Layer.USER for key in table.model_fields_set}
    for name, server in servers.items():
        if server.fallback is not None and (server.fallback not in servers or server.fallback == name):
            message = f"`fallback` names {server.fallback!r}; expected another `[mcp.NAME]`"
            merge.ignore(merge.users[0], f"mcp.{name}.fallback", message)
            servers[name] = replace(server, fallback=None)
    return servers


def _mcp_server(name: str, table: schema.McpTable) -> McpServer:
    given: dict[str, Any] = table.model_dump(exclude_none=True, exclude={"command", "args", "tools"})
    for key, value in given.items():
        given[key] = tuple(cast("list[str]", value)) if isinstance(value, list) else value
    tools = (McpTool(tool, one.query, one.arguments or {}) for tool, one in (table.tools or {}).items())
    command = () if table.command is None else (table.command, *(table.args or ()))
    return McpServer(name, command, tools=tuple(tools), **given)


def _runs(merge: _Merge) -> RunSettings:
    runs = _DEFAULTS.runs
    for layer in merge.users:
        table = layer.table.runs if layer.table else None
        if table is None:
            continue
        given = table.model_dump(exclude_none=True)
        names = {"heartbeat": "heartbeat_s", "lease": "lease_s"}
        runs = replace(runs, **{names.get(key, key): value for key, value in given.items()})
        merge.origins |= {f"runs.{key}": Layer.USER for key in given}
    if runs.lease_s <= runs.heartbeat_s:
        message = f"`runs.lease` is {runs.lease_s:g}; expected more than `runs.heartbeat`, {runs.heartbeat_s:g}"
        merge.ignore(merge.users[0], "runs.lease", message)
        runs = replace(runs, lease_s=4 * runs.heartbeat_s)
    return runs


def _severities(merge: _Merge) -> tuple[SeveritiesFor, ...]:
    """Layer by layer what holds everywhere, then what holds in some documents."""
    found: list[SeveritiesFor] = []
    for layer in merge.layers:
        if layer.table is None:
            continue
        given: dict[str, Severity] = {**(layer.table.severities or {}), **(layer.table.lint or {})}
        if given:
            found.append(SeveritiesFor(given))
            merge.origins |= {f"lint.{rule}": layer_of(layer) for rule in given}
        for entry in layer.table.lint_for or ():
            found.append(SeveritiesFor(entry.rules, entry.glob, entry.profile))
            merge.origins["lint_for"] = layer_of(layer)
    return tuple(found)


def _everywhere(severities: Iterable[SeveritiesFor]) -> dict[str, Severity]:
    found: dict[str, Severity] = {}
    for one in severities:
        if one.glob is None and one.profile is None:
            found |= one.severities
    return found


def _locked(merge: _Merge) -> tuple[str, ...]:
    """All patterns of all layers: none can unlock what another has locked."""
    found: list[str] = []
    for layer in merge.layers:
        if layer.table is not None and layer.table.locked:
            found += layer.table.locked
            merge.origins["locked"] = layer_of(layer)
    return tuple(dict.fromkeys(found))


def _formats(merge: _Merge) -> tuple[FormatFor, ...]:
    found: list[FormatFor] = []
    for layer in merge.layers:
        for entry in (layer.table.formats if layer.table else None) or ():
            found.append(FormatFor(entry.glob, entry.profile, layer_of(layer)))
            merge.origins["formats"] = layer_of(layer)
    return tuple(found)
