"""One message as it came: JSON, and an envelope of JSON-RPC, or what to answer instead."""

from __future__ import annotations

import contextlib
import json
from typing import Any, cast

from cattrs import transform_error
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest, JsonRpcParseError

_LARGEST = 2**31 - 1
"""The largest number that a position can have."""


class MalformedMessageError(Exception):
    """A message that cannot be handled, with the answer that its sender is owed.

    Attributes:
        answer: The error to answer.
        request_id: The request's id, as far as there was one.
    """

    def __init__(self, answer: JsonRpcException, request_id: str | int | None = None) -> None:
        super().__init__(answer.message)
        self.answer = answer
        self.request_id = request_id


def parse_message(body: bytes) -> dict[str, Any]:
    """Read a message's JSON and check its envelope.

    Raises:
        MalformedMessageError: It is no JSON, or no JSON-RPC 2.0 message; batches are none in LSP.
    """
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedMessageError(JsonRpcParseError("the message is not JSON")) from error
    if not isinstance(value, dict):
        raise MalformedMessageError(JsonRpcInvalidRequest("a message is one JSON object"))
    message = cast("dict[str, Any]", value)
    request_id: Any = message.get("id")
    if isinstance(request_id, bool) or not isinstance(request_id, str | int):
        if request_id is not None:
            raise MalformedMessageError(JsonRpcInvalidRequest("`id` must be a string or an integer"))
        if "method" in message and "id" in message:
            # Some clients send null with a notification.
            del message["id"]
    if message.get("jsonrpc") != "2.0":
        raise MalformedMessageError(JsonRpcInvalidRequest('`jsonrpc` must be "2.0"'), request_id)
    if not isinstance(message.get("method", ""), str) or not {"method", "result", "error"} & message.keys():
        raise MalformedMessageError(JsonRpcInvalidRequest("`method` must be a string"), request_id)
    return message


def invalid_params(error: Exception) -> JsonRpcInvalidParams:
    """Faults of a message's parameters, by their paths; pygls says only that there are some."""
    faults = [fault.replace("@ $.", "at ") for fault in transform_error(error)]
    return JsonRpcInvalidParams("Invalid params: " + "; ".join(faults[:5]))


def bring_positions_into_range(change: dict[str, Any]) -> None:
    """Replace numbers that no position can have in a `didChange`: some clients mean the end by the largest they know.

    Whatever else is wrong with the message is left to its reading.
    """
    with contextlib.suppress(KeyError, TypeError, AttributeError):
        for edit in cast("list[Any]", change["params"]["contentChanges"]):
            for position in cast("dict[str, Any]", edit.get("range") or {}).values():
                for name in ("line", "character"):
                    if type(number := cast("object", position[name])) is int:
                        position[name] = max(0, min(number, _LARGEST))
