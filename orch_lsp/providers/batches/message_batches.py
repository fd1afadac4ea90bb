"""Anthropic's Message Batches.

Source: the Message Batches reference, version 2023-06-01. `POST /messages/batches` takes `requests`, each a
`custom_id` (at most 64 letters, digits, `_`, `-`) and `params`; a batch is `in_progress`, `canceling` or `ended`, at
the latest after 24 hours; each result is `succeeded`, `errored`, `canceled` or `expired`, and only the first is paid
for, at half the price. `results_url` is not followed: a key goes to `base_url` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.batches.calls import Calls
from orch_lsp.providers.batches.endpoint import BatchItem, BatchResult, BatchState
from orch_lsp.providers.batches.results import cancelled, expired, named_batch
from orch_lsp.providers.classify import failure_from_message
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.json_values import count, mapping, sequence, text

_PATH = "/messages/batches"
_OTHER_CLOCK_S = 600.0
"""How far the provider's clock may be behind ours."""


class MessageBatches:
    """The batches of kind `anthropic`."""

    price_factor = "0.5"

    def body(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """A batch has no streams."""
        return {name: value for name, value in body.items() if name != "stream"}

    async def submit(self, calls: Calls, items: Sequence[BatchItem], name: str) -> str:
        """Send a batch. The API takes no name for one."""
        del name
        requests = [{"custom_id": item.custom_id, "params": item.body} for item in items]
        return named_batch(await calls.post(_PATH, {"requests": requests}), calls.provider)

    async def find(self, calls: Calls, name: str, since: float, requests: int) -> Sequence[str]:
        """Batches of that size that are no older: whether one is ours its results say."""
        del name
        page = await calls.get(f"{_PATH}?limit=100")
        return [
            text(batch.get("id"))
            for batch in map(mapping, sequence(page.get("data")))
            if _size(batch) == requests and _seconds(text(batch.get("created_at"))) >= since - _OTHER_CLOCK_S
        ]

    async def state(self, calls: Calls, batch_id: str) -> BatchState:
        """Look at a batch."""
        batch = await calls.get(f"{_PATH}/{quote(batch_id, safe='')}")
        waiting = count(mapping(batch.get("request_counts")).get("processing")) or 0
        return BatchState(text(batch.get("processing_status")) == "ended", _size(batch) - waiting)

    async def cancel(self, calls: Calls, batch_id: str) -> None:
        """Have a batch end early: it is `canceling` at first."""
        await calls.order(f"{_PATH}/{quote(batch_id, safe='')}/cancel")

    async def results(self, calls: Calls, batch_id: str) -> Sequence[BatchResult]:
        """The results of a batch."""
        lines = await calls.lines(f"{_PATH}/{quote(batch_id, safe='')}/results")
        return [_result(line, calls.provider) for line in lines]


def _result(line: Mapping[str, object], provider: str) -> BatchResult:
    custom_id, result = text(line.get("custom_id")), mapping(line.get("result"))
    match result.get("type"):
        case "succeeded":
            message = mapping(result.get("message"))
            return BatchResult(custom_id, dict(message), request_id=text(message.get("id")) or None)
        case "expired":
            return BatchResult(custom_id, failure=expired(provider))
        case "canceled":
            return BatchResult(custom_id, failure=cancelled(provider))
        case "errored":
            error = mapping(result.get("error"))
            return BatchResult(custom_id, failure=failure_from_message(error, provider))
        case _:
            failure = Failure(ErrorCode.INVALID_RESPONSE, f"{provider} gave a result of a kind that is not known.")
            return BatchResult(custom_id, failure=failure)


def _size(batch: Mapping[str, object]) -> int:
    return sum(count(value) or 0 for value in mapping(batch.get("request_counts")).values())


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return 0.0
