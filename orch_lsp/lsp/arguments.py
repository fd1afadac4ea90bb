"""The one argument that a command may have, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.spelling import near

_LONGEST_KEY = 40


@dataclass(frozen=True)
class CommandArgument:
    """Arguments of a command, each None where it was not given; commands ignore those that do not concern them."""

    uri: str | None = None
    """A document, by default the one last worked on."""
    run_id: str | None = None
    """A run, by default the newest that the command can act on."""
    run_ids: list[str] | None = None
    """Runs, by default the newest two with a draft."""
    provider: str | None = None
    model: str | None = None
    apply: str | None = None
    """`auto` or `review`."""
    limit: int | None = None
    """How many runs."""
    search: str | None = None
    """Words that a run has to have."""
    key: str | None = None
    """The key of a section, node or open place of the document."""
    keys: list[str] | None = None
    """Several of them."""
    line: int | None = None
    """A line of the document, counted from 0."""
    position: Mapping[str, Any] | None = None
    """A position in the document, as the protocol has them."""
    instruction: str | None = None
    """Words for the model on what is asked for besides."""
    workflow: str | None = None
    """The name of a workflow."""
    profile: str | None = None
    """A format, by its name."""
    kind: str | None = None
    """A kind of document of the format, or the name of what is to be inserted: `task`."""
    name: str | None = None
    """The name of what a new document is about, or of a server."""
    path: str | None = None
    """A file below the workspace's root, with `/`."""
    choice: str | None = None
    """The word on what looks like a secret (`redact`, `exclude`, `allow`) or on a file (`pin`, `exclude`, …)."""
    state: str | None = None
    """The word on a section of a draft: `accepted`, `rejected` or `commented`."""
    reason: str | None = None
    """The reason for the second, the comment for the third."""
    question: str | None = None
    """The id of a question of a run, such as `Q2`."""
    answer: str | None = None
    """The answer to it."""
    code: str | None = None
    """An error code."""
    step: str | None = None
    """A step of the set-up: `current`, `find`, `models`, `name`, `try` or `write`."""
    base_url: str | None = None
    """The address of a server of one's own."""
    key_env: str | None = None
    """The name of the variable that holds its key; never the key."""
    glance: bool | None = None
    """True: what is shown is no preview with which the next draft is compared."""
    open: bool | None = None
    """False: only return the data, show nothing."""


_TYPES: dict[str, tuple[type, str]] = {
    "str | None": (str, "a string"),
    "bool | None": (bool, "true or false"),
    "int | None": (int, "a number"),
    "list[str] | None": (list, "a list of strings"),
    "Mapping[str, Any] | None": (dict, "an object"),
}


def parse(value: Any) -> CommandArgument:
    """Read a command's argument: null, an object with camelCase keys, or a bare URI.

    Unknown keys are ignored, so that newer clients can talk to this server; one that is misspelt is no such key.

    Raises:
        JsonRpcInvalidParams: A value is of another type than expected, or a key is a known one but for a slip.
    """
    if value is None:
        return CommandArgument()
    if isinstance(value, str):
        return CommandArgument(uri=value)
    if not isinstance(value, Mapping):
        raise JsonRpcInvalidParams(f"the argument must be an object, not {type(value).__name__}")
    members = cast("Mapping[str, Any]", value)
    given: dict[str, Any] = {}
    for key, field in ARGUMENT_KEYS.items():
        found = members.get(key)
        if found is None:
            continue
        expected, description = _TYPES[str(field.type)]
        if not isinstance(found, expected) or (expected is int and isinstance(found, bool)):
            raise JsonRpcInvalidParams(f"`{key}` must be {description}")
        if expected is list and not all(isinstance(one, str) for one in cast("list[object]", found)):
            raise JsonRpcInvalidParams(f"`{key}` must be {description}")
        given[field.name] = found
    for key in members:
        if key not in ARGUMENT_KEYS and (meant := near(str(key), ARGUMENT_KEYS)):
            raise JsonRpcInvalidParams(f"`{str(key)[:_LONGEST_KEY]}` is not known; did you mean `{meant[0]}`?")
    return CommandArgument(**given)


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


ARGUMENT_KEYS = {_camel_case(field.name): field for field in fields(CommandArgument)}
"""The keys of a command's argument, as they are sent."""
