"""The one argument that a command may have, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from pygls.exceptions import JsonRpcInvalidParams


@dataclass(frozen=True, slots=True)
class DocumentArgument:
    """A document, by default the one last worked on."""

    uri: str | None = None


@dataclass(frozen=True, slots=True)
class GenerateArgument:
    """What to generate, and what differs from the settings."""

    uri: str | None = None
    provider: str | None = None
    model: str | None = None
    apply: str | None = None


@dataclass(frozen=True, slots=True)
class RunArgument:
    """A run, by default the newest that the command can act on. `open` False: only return the data."""

    run_id: str | None = None
    uri: str | None = None
    open: bool | None = None


@dataclass(frozen=True, slots=True)
class HistoryArgument:
    """Which runs: of a document or of its whole workspace."""

    uri: str | None = None
    limit: int | None = None
    open: bool | None = None


@dataclass(frozen=True, slots=True)
class ProviderArgument:
    """A provider for a document."""

    uri: str | None = None
    provider: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class CodeArgument:
    """An error code."""

    code: str | None = None


A = TypeVar("A")

_TYPES = {"str | None": (str, "a string"), "bool | None": (bool, "true or false"), "int | None": (int, "a number")}


def parse(value: Any, kind: type[A]) -> A:
    """Read a command's argument: null, an object with camelCase keys, or (where there is a `uri`) a bare URI.

    Unknown keys are ignored, so that newer clients can talk to this server.

    Raises:
        JsonRpcInvalidParams: A value is of another type than expected.
    """
    declared = {field.name: str(field.type) for field in fields(kind)}  # pyright: ignore[reportArgumentType] -- all are dataclasses
    if value is None:
        return kind()
    if isinstance(value, str) and "uri" in declared:
        return kind(uri=value)  # pyright: ignore[reportCallIssue] -- just checked
    if not isinstance(value, Mapping):
        raise JsonRpcInvalidParams(f"the argument must be an object, not {type(value).__name__}")
    given: dict[str, Any] = {}
    for name, annotation in declared.items():
        head, *rest = name.split("_")
        key = head + "".join(part.capitalize() for part in rest)
        found: Any = value.get(key)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        expected, description = _TYPES[annotation]
        if found is None:
            continue
        if not isinstance(found, expected) or (expected is int and isinstance(found, bool)):
            raise JsonRpcInvalidParams(f"`{key}` must be {description}")
        given[name] = found
    return kind(**given)
