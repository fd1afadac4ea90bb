"""The run record as JSON, `orch.run/1`: the border where stored text becomes values and values become text.

Reading a record loads pydantic, writing one does not. Run as a module it prints the JSON Schema that ships as
`run.schema.json`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, cast

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.late import late
from orch_lsp.runs.unknown_keys import put_back, taken_from

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from orch_lsp.runs import record as records
    from orch_lsp.runs.record import RunRecord
else:
    records = late("orch_lsp.runs.record")

FIELDS = (
    "schema", "run_id", "parent_run_id", "command", "workflow", "status", "status_timeline", "owner",
    "spec", "brief_sha256", "prompt",
    "provider", "model", "request", "request_sha256",
    "steps", "context", "usage", "cost", "finish_reasons", "finish_reason", "timing",
    "error", "draft", "findings", "questions", "applied", "applications", "client", "server", "vcs", "rewrite",
)  # fmt: skip
"""The record's keys in the order in which they are written."""

_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as a connection gives them."""


@functools.cache
def _adapter() -> TypeAdapter[RunRecord]:
    from pydantic import TypeAdapter

    return TypeAdapter(records.RunRecord)


def to_dict(record: RunRecord) -> dict[str, Any]:
    """The record as JSON values, keys in the documented order, those of a later version behind them."""
    values = {name: plain_value(getattr(record, name)) for name in FIELDS}
    return put_back(values, record.unknown_keys, records.RunRecord) if record.unknown_keys else values


def to_json(record: RunRecord) -> str:
    """The record as one line of ASCII JSON, which no line-splitting reader can break.

    Raises:
        StoreError: A value in the provider's own usage object has no JSON form.
    """
    try:
        return json.dumps(to_dict(record), separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(ErrorCode.STORE_ERROR, f"Run {record.run_id} cannot be written as JSON.") from error


def plain_value(value: Any) -> Any:
    """A value of a record as JSON has it."""
    # Not pydantic's own dump: it refuses lone surrogates, which a provider's JSON may hold.
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {field.name: plain_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(name): plain_value(item) for name, item in items}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in cast("Sequence[object]", value)]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def from_json(text: object) -> RunRecord:
    """Read a stored record. Keys that this version does not know are kept as they are, in `unknown_keys`.

    Raises:
        StoreError: The text is not JSON, not a record, or of another major version of the schema.
    """
    if not isinstance(text, str) or _NOT_UTF8.search(text):
        raise unreadable("it is not text")
    try:
        values = json.loads(text, parse_constant=_refuse_constant)
        record = replace(_adapter().validate_python(values), unknown_keys=taken_from(values, records.RunRecord))
    except (ValueError, RecursionError) as error:
        raise unreadable(_reason(error)) from error
    if record.schema != records.SCHEMA:
        raise unreadable(f"its schema is {record.schema[:40]!r}, not {records.SCHEMA!r}")
    return record


def unreadable(reason: str) -> StoreError:
    """The error for a stored record that nobody can read, and that is kept as it is."""
    return StoreError(
        ErrorCode.STORE_ERROR, f"A stored run record cannot be read: {reason}.",
        remediation="The record is kept as it is; other runs are not affected.",
    )  # fmt: skip


def with_keys_of(record: RunRecord, stored: str) -> RunRecord:
    """The record with the unknown keys of the text that it is about to replace; with its own, if that is no record."""
    try:
        return replace(record, unknown_keys=from_json(stored).unknown_keys)
    except StoreError:
        return record


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _reason(error: Exception) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'record'}: {first['msg'][:200]}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else "it is not JSON"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record as it is written: every key is present, null where unknown."""
    generated = _adapter().json_schema(mode="serialization")
    properties: dict[str, Any] = generated["properties"]
    properties["schema"] = {"const": records.SCHEMA, "title": "Schema", "type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": records.SCHEMA,
        "description": generated.get("description", ""),
        "type": "object",
        "properties": {name: properties[name] for name in FIELDS},
        "required": list(FIELDS),
        "$defs": generated["$defs"],
    }


def json_schema_text() -> str:
    """The content of `run.schema.json`."""
    return json.dumps(json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema_text())
