"""Settings as frozen values: what holds, and where each value came from.

Two levels of trust. The user level (user config file, environment for keys, what the editor hands over by
`orch/userSettings`) may set everything. The project level (`.orch/config.toml`, front matter, and all that arrives
through the editor's settings) may choose by name and lower budgets; what it may not set is ignored, with a `Problem`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from orch_lsp.settings.kinds import kind_named
from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.settings.run_settings import RunSettings


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `first_byte` bounds the wait for the first byte of the body, `idle` each gap, `total` an attempt."""

    connect: float = 10.0
    first_byte: float = 120.0
    idle: float = 60.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class Retry:
    """`attempts` counts all requests; `max_wait` in seconds bounds one wait, the provider's own wish included."""

    attempts: int = 3
    max_wait: float = 60.0


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Caps on one answer: bytes after decoding, and events."""

    max_bytes: int = 64 * 1024 * 1024
    max_events: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Network:
    """How requests leave the machine: user level only. None means the platform's own."""

    proxy: str | None = field(default=None, repr=False)
    """A proxy's URL; it may hold a password."""
    ca_bundle: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """A provider as the user level describes it, built-in values filled in."""

    name: str
    kind: str
    base_url: str | None
    model: str | None = None
    api_key_env: str | None = None
    api_key_command: tuple[str, ...] | None = None
    command: tuple[str, ...] = ()
    """The program of an agent with its arguments."""
    env_from: tuple[str, ...] = ()
    """Names of variables that the agent gets beside the usual ones."""
    key_variables: tuple[str, ...] = ()
    """The service's standard variables, for built-in names."""
    requires_key: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    allow_http: bool = False
    timeout: Timeouts = field(default_factory=Timeouts)
    retry: Retry = field(default_factory=Retry)
    limits: StreamLimits = field(default_factory=StreamLimits)
    network: Network = field(default_factory=Network)
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """Wire quirks of a preset, and of a provider that needs them (such as Azure's `api_version`)."""
    docs_url: str | None = None

    @property
    def has_model(self) -> bool:
        """Whether a model is asked, so that its name is needed."""
        return kind_named(self.kind).has_model

    @property
    def is_local(self) -> bool:
        """Whether its kind never sends anything, so that it needs neither an address nor a key."""
        return kind_named(self.kind).is_local

    @property
    def has_address(self) -> bool:
        """Whether its requests go to `base_url`."""
        return not self.is_local and kind_named(self.kind).has_address


@dataclass(frozen=True, slots=True)
class Parameters:
    """Generation parameters; None is the provider's own default."""

    max_output_tokens: int | None = None
    temperature: float | None = None
    reasoning: str | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The provider and model of a run, and the layer that named the provider."""

    provider: ProviderSettings
    model: str | None
    layer: Layer


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """`budget_tokens` bounds the workspace context, counted at four bytes a token."""

    enabled: bool = True
    budget_tokens: int = 8_000
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    """Files that count as named by each spec, below the root with `/`, some with lines behind: `#L10-L40`."""


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """The most that a run, and all runs of a day in a workspace, may take; None without a limit."""

    run_usd: Decimal | None = None
    day_usd: Decimal | None = None
    run_tokens: int | None = None
    day_tokens: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is a limit."""
        return any(one is not None for one in (self.run_usd, self.day_usd, self.run_tokens, self.day_tokens))


RuleSeverity = Literal["error", "warning", "information", "hint", "off"]


@dataclass(frozen=True, slots=True)
class SeveritiesFor:
    """Severities of rules by code, and the documents that they are for. `*` stands for all rules."""

    severities: Mapping[str, RuleSeverity]
    glob: str | None = None
    """None for all paths."""
    profile: str | None = None
    """A format, or one kind of its documents; None for all."""


@dataclass(frozen=True, slots=True)
class FormatFor:
    """The format of the documents of a glob, or one kind of it."""

    glob: str
    profile: str
    layer: Layer


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one document, all layers merged."""

    providers: Mapping[str, ProviderSettings]
    choice: Choice | None
    """None when no layer names a provider."""
    choice_problem: tuple[str, str] | None
    """(error code, message) when a layer names a provider that cannot be used: `unknown_provider`, `missing_model`."""
    default_provider: str | None = None
    """The provider that the user config itself names, whether or not it was chosen."""
    unusable: Mapping[str, str] = field(default_factory=dict[str, str])
    """Providers that must not be used, with the reason: a decisive setting of theirs could not be read."""
    fallback: tuple[str, ...] = ()
    """Names of providers to try when the chosen one is not available; user level only."""
    parameters: Parameters = field(default_factory=Parameters)
    profile: str = "plain"
    apply: Literal["auto", "review"] = "auto"
    include: tuple[str, ...] = ("**/*.spec.md", "**/specs/**/*.md")
    semantic_tokens: bool = True
    inlay_hints: bool = True
    locked: tuple[str, ...] = ()
    """Keys of nodes that no run changes, or globs of them; the layers' lists come together."""
    context: ContextSettings = field(default_factory=ContextSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    mcp: Mapping[str, McpServer] = field(default_factory=dict[str, McpServer])
    """Servers that are asked for context, by name; user level only."""
    network: Network | None = field(default_factory=Network)
    """How requests to these servers leave the machine, None if that cannot be read; each provider has its own."""
    runs: RunSettings = field(default_factory=RunSettings)
    severities: Mapping[str, RuleSeverity] = field(default_factory=dict[str, RuleSeverity])
    """The ones that hold in all documents for which `severities_for` says nothing else."""
    severities_for: tuple[SeveritiesFor, ...] = ()
    """All severities in the order in which they count: what stands later holds."""
    formats: tuple[FormatFor, ...] = ()
    """In the order in which they count: what stands later holds."""
    docs_base: str | None = None
    problems: tuple[Problem, ...] = ()
    origins: Mapping[str, Layer] = field(default_factory=dict[str, Layer])
    """Layer of each value that is not a default, by dotted key."""

    @property
    def problems_beside_the_choice(self) -> tuple[Problem, ...]:
        """The problems, but for the one for which no provider can be chosen: the refusal tells that one itself."""
        told = self.choice_problem[1] if self.choice_problem else None
        return tuple(
            problem for problem in self.problems if told not in {problem.message, f"{problem.place}: {problem.message}"}
        )
