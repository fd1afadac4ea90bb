"""The schema of a settings file: names, types, ranges, and the purpose of each value.

The models are strict, because TOML and JSON have types: a text where a number belongs is a mistake to point out, not to
guess at. Descriptions are the documentation; `docs/settings.md` is tested against these models.

This module imports pydantic: import it where it is used.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from orch_lsp.settings.endpoint import check_proxy, check_server_url
from orch_lsp.settings.http_headers import check_header_names, check_header_values, check_server_header_names

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**53)]
PositiveInteger = Annotated[int, Field(gt=0, le=2**53)]
Text = Annotated[str, Field(min_length=1, max_length=100_000)]
Severity = Literal["error", "warning", "information", "hint", "off"]
Apply = Literal["auto", "review"]
Reasoning = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}", value):
        msg = "a name of letters, digits, `.`, `-` and `_`"
        raise ValueError(msg)
    return value


def _one_line(value: str) -> str:
    if not value.strip() or not value.isprintable() or len(value) > 500:
        msg = "a text of one line that is not blank"
        raise ValueError(msg)
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        msg = "the name of an environment variable, never the key itself"
        raise ValueError(msg)
    return value


def _headers(headers: dict[str, str]) -> dict[str, str]:
    check_header_names(headers)
    check_header_values(headers)
    return headers


def _header_variables(variables: dict[str, str]) -> dict[str, str]:
    check_server_header_names(variables)
    return variables


def _server_headers(headers: dict[str, str]) -> dict[str, str]:
    check_server_header_names(headers)
    if any("${" in value for value in headers.values()):
        msg = "values as they are sent; the name of a variable belongs in `api_key_env` or `headers_env`"
        raise ValueError(msg)
    return _headers(headers)


Name = Annotated[str, AfterValidator(_name)]
OneLine = Annotated[str, AfterValidator(_one_line)]
Variable = Annotated[str, AfterValidator(_variable)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
HeaderVariables = Annotated[dict[str, Variable], AfterValidator(_header_variables)]
ServerHeaders = Annotated[dict[str, str], AfterValidator(_server_headers)]
Proxy = Annotated[str, AfterValidator(check_proxy)]
ServerUrl = Annotated[str, AfterValidator(check_server_url)]
Globs = list[OneLine]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class TimeoutTable(_Table):
    """Time-outs of one request, in seconds."""

    connect: Seconds | None = Field(None, description="To open a connection.")
    first_byte: Seconds | None = Field(None, description="Until the first byte of the answer's body.")
    idle: Seconds | None = Field(None, description="Between two bytes of the answer.")
    total: Seconds | None = Field(None, description="For the whole attempt.")


class RetryTable(_Table):
    """When a request is made again."""

    attempts: Annotated[int, Field(ge=1, le=20)] | None = Field(
        None, description="Counting all requests; 1 means no retry."
    )
    max_wait: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = Field(
        None, description="Longest single wait in seconds; if the provider asks for a longer one, the run ends."
    )


class LimitsTable(_Table):
    """Caps on one answer."""

    max_bytes: PositiveInteger | None = Field(None, description="Bytes after decoding.")
    max_events: PositiveInteger | None = Field(None, description="Events of the stream.")


class NetworkTable(_Table):
    """How requests leave the machine."""

    proxy: Proxy | None = Field(
        None, description="URL of a proxy; without it the standard proxy variables hold.", repr=False
    )
    ca_bundle: OneLine | None = Field(
        None, description="File of certificates (PEM) to trust instead of the platform's."
    )
    client_certificate: OneLine | None = Field(None, description="File with the client's certificate (PEM).")
    client_key: OneLine | None = Field(None, description="File with the client certificate's key (PEM).")


class ProviderTable(_Table):
    """`[providers.NAME]`: where models are served, or what is different for a built-in name."""

    kind: Name | None = Field(None, description="Wire format.")
    base_url: OneLine | None = Field(None, description="Where the API is, without the last part of the path.")
    model: OneLine | None = Field(None, description="Model for layers that name this provider but no model.")
    api_key_env: Variable | None = Field(None, description="Name of the variable that holds the key; it alone is read.")
    api_key_command: Annotated[list[OneLine], Field(min_length=1)] | None = Field(
        None, description="Program with arguments that prints the key; no shell."
    )
    command: Annotated[list[OneLine], Field(min_length=1)] | None = Field(
        None, description="Program of an agent with its arguments (kind `acp`); no shell."
    )
    env_from: list[Variable] | None = Field(None, description="Names of variables that the agent gets.")
    headers: Headers | None = Field(None, description="Further HTTP headers.", repr=False)
    allow_http: bool | None = Field(None, description="Whether plain http may be used beyond this machine.")
    timeout: TimeoutTable | None = None
    retry: RetryTable | None = None
    limits: LimitsTable | None = None
    network: NetworkTable | None = None
    options: dict[str, str | int | float | bool] | None = Field(None, description="Quirks of the wire format.")


class ContextTable(_Table):
    """`[context]`: which pieces of the workspace are put before the model."""

    enabled: bool | None = Field(None, description="Whether any are.")
    budget_tokens: Annotated[int, Field(ge=0, le=10_000_000)] | None = Field(
        None, description="How much, counted at four bytes a token."
    )
    include: Globs | None = Field(
        None, description="Globs of files that may be sent; empty is all that git would track."
    )
    exclude: Globs | None = Field(None, description="Globs of files that are never sent.")
    pin: Globs | None = Field(
        None, description="Files, or lines of them (`a.py#L1-L9`), that are sent with each draft."
    )


class BudgetTable(_Table):
    """`[budget]`: the most that a run, and all runs of a day, may take. A project may only lower it."""

    run_usd: Amount | None = Field(None, description="US dollars of a run.")
    day_usd: Amount | None = Field(None, description="US dollars of a day, over all runs of the workspace.")
    run_tokens: Count | None = Field(None, description="Tokens of a run, input and output together.")
    day_tokens: Count | None = Field(None, description="Tokens of a day, over all runs of the workspace.")


class RunsTable(_Table):
    """`[runs]`: how many at once, how long a silent owner is believed, and what is kept."""

    parallel: Annotated[int, Field(ge=1, le=1_000)] | None = Field(None, description="Live runs of one process.")
    heartbeat: Seconds | None = Field(None, description="Seconds between two signs of life of a live run.")
    lease: Seconds | None = Field(None, description="Seconds after which a silent owner on another host is gone.")
    keep_runs: PositiveInteger | None = Field(None, description="Newest runs to keep; without it all.")
    keep_days: PositiveInteger | None = Field(None, description="Days to keep a run; without it for ever.")
    vacuum: bool | None = Field(None, description="Whether space is given back after old runs went.")


class FormatTable(_Table):
    """An entry of `[[formats]]`: the format of documents that would be taken for others, or for none."""

    glob: OneLine = Field(description="Documents that it is about, as a line of an ignore file.")
    profile: Name = Field(description="Their format, or one kind of its documents: `kiro`, `kiro/tasks`.")


class LintForTable(_Table):
    """An entry of `[[lint_for]]`: severities in some of the documents."""

    glob: OneLine | None = Field(None, description="Documents that it is about; without it all.")
    profile: Name | None = Field(None, description="Formats that it is about, or one kind; without it all.")
    rules: Annotated[dict[str, Severity], Field(min_length=1)] = Field(
        description="Severity of a rule, by its code; `*` is all that are not named."
    )

    @model_validator(mode="after")
    def _is_about_some(self) -> Self:
        if self.glob is None and self.profile is None:
            msg = "a `glob`, a `profile`, or both; what holds everywhere stands in `lint`"
            raise ValueError(msg)
        return self


class McpToolTable(_Table):
    """`[mcp.NAME.tools.TOOL]`: a tool that is called with each draft."""

    query: OneLine | None = Field(None, description="Name of the argument that gets the brief's terms.")
    arguments: dict[OneLine, str | int | float | bool] | None = Field(None, description="Further arguments, as given.")


class McpTable(_Table):
    """`[mcp.NAME]`: a server of the Model Context Protocol, and what it is asked for."""

    command: OneLine | None = Field(None, description="Program that speaks the protocol over stdio; no shell.")
    args: list[Text] | None = Field(None, description="Its arguments.")
    env: dict[Variable, str] | None = Field(None, description="Variables that are set for it.", repr=False)
    env_from: list[Variable] | None = Field(None, description="Variables that it gets from the environment.")
    folder: OneLine | None = Field(None, description="Folder in which it runs.")
    url: ServerUrl | None = Field(None, description="Where it is, if it speaks the protocol over streamable HTTP.")
    api_key_env: Variable | None = Field(
        None, description="Name of the variable that holds its key: sent as `Authorization: Bearer`."
    )
    headers_env: HeaderVariables | None = Field(None, description="Names of the variables that hold HTTP headers.")
    headers: ServerHeaders | None = Field(None, description="Further HTTP headers, none of them secret.", repr=False)
    resources: list[OneLine] | None = Field(None, description="URIs, templates and patterns of what is read.")
    values: dict[OneLine, str] | None = Field(None, description="Values of variables in templates.")
    tools: dict[OneLine, McpToolTable] | None = Field(None, description="Tools that are called.")
    fallback: Name | None = Field(None, description="Server to ask when this one fails.")
    timeout: Seconds | None = Field(None, description="Seconds for all that is asked of it.")
    max_items: Annotated[int, Field(ge=1, le=1_000)] | None = Field(None, description="Most pieces of it.")
    max_bytes: Annotated[int, Field(ge=1, le=8 * 1024 * 1024)] | None = Field(
        None, description="Bytes of its largest text."
    )

    @model_validator(mode="after")
    def _is_reached_in_one_way(self) -> Self:
        if self.args is not None and self.command is None:
            msg = "`command` beside `args`"
        elif self.url is None and any((self.api_key_env, self.headers_env, self.headers)):
            msg = "`url` beside headers and keys"
        elif self.url is not None and any((self.command, self.env, self.env_from, self.folder)):
            msg = "either a program (`command`, `env`, `env_from`, `folder`) or a `url`"
        elif twice := self._said_twice():
            msg = f"each header once; {twice!r} is said twice"
        else:
            return self
        raise ValueError(msg)

    def _said_twice(self) -> str:
        names = [*(self.headers or ()), *(self.headers_env or ()), *(["Authorization"] if self.api_key_env else [])]
        seen: set[str] = set()
        return next((name for name in names if name.lower() in seen or seen.add(name.lower())), "")


class _Shared(_Table):
    provider: Name | None = Field(None, description="Name of the provider.")
    model: OneLine | None = Field(None, description="Id of the model; counts only beside a `provider`.")
    profile: Name | None = Field(None, description="Format of specs that do not name one.")
    max_output_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(None, description="Longest answer.")
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = Field(
        None, description="How freely the model chooses."
    )
    reasoning: Reasoning | None = Field(None, description="How much the model thinks before it answers.")
    instructions: Text | None = Field(None, description="Text that is added to the instructions for the model.")


class FrontMatterTable(_Shared):
    """Keys of ours in a spec's front matter; its other keys are ignored."""


class ProjectTable(_Shared):
    """Keys of `.orch/config.toml` and of the editor's settings."""

    apply: Apply | None = Field(None, description="What happens to a fill when it is done.")
    include: Globs | None = Field(None, description="Globs of the documents that are specs.")
    semantic_tokens: bool | None = Field(None, description="Whether editors colour ids, states and words that oblige.")
    inlay_hints: bool | None = Field(
        None, description="Whether editors show beside a requirement how many tasks it has."
    )
    locked: Globs | None = Field(None, description="Keys, or globs of keys, of what no run may change.")
    context: ContextTable | None = None
    budget: BudgetTable | None = None
    lint: dict[str, Severity] | None = Field(None, description="Severity of a rule, by its code.")
    severities: dict[str, Severity] | None = Field(None, description="Another name for `lint`.")
    lint_for: list[LintForTable] | None = Field(None, description="Severities in documents of a glob or a format.")
    formats: list[FormatTable] | None = Field(None, description="Formats of documents, by globs.")


class UserTable(ProjectTable):
    """Keys of the user config."""

    fallback: list[Name] | None = Field(None, description="Providers to try when the chosen one is not available.")
    docs_base: OneLine | None = Field(None, description="URL below which the pages on error codes are.")
    runs: RunsTable | None = None
    limits: LimitsTable | None = None
    network: NetworkTable | None = None
    providers: dict[Name, ProviderTable] | None = None
    mcp: dict[Name, McpTable] | None = Field(None, description="Servers that are asked for context.")
