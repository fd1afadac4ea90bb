"""OpenAI's Batch API, which other services speak as well.

Source: the Batch reference. A file of lines (`custom_id`, `method`, `url`, `body`) is uploaded for the purpose `batch`;
`POST /batches` names it, with an endpoint, a window of 24 hours and metadata. A batch ends as `completed`, `expired`,
`cancelled` or `failed`, the last if its file was refused. Answers are lines of an output file, requests that failed or
were not reached those of an error file; both may be there whatever the end. Half the price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.batches.calls import Calls, encoded
from orch_lsp.providers.batches.endpoint import BatchItem, BatchResult, BatchState
from orch_lsp.providers.batches.results import cancelled, expired, named_batch
from orch_lsp.providers.classify import failure_from_answer
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.providers.wording import clean_message

_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_NAME = "orch_batch"


class FileBatches:
    """The batches of the kinds `openai` and `openai-compatible`.

    Args:
        endpoint: The path that requests are for, as `/v1/responses`.
    """

    price_factor = "0.5"

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def body(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """A batch has no streams."""
        return {name: value for name, value in body.items() if name not in {"stream", "stream_options"}}

    async def submit(self, calls: Calls, items: Sequence[BatchItem], name: str) -> str:
        """Upload the requests, then make a batch of them: the upload costs nothing."""
        content = b"".join(
            encoded({"custom_id": one.custom_id, "method": "POST", "url": self._endpoint, "body": one.body}) + b"\n"
            for one in items
        )
        file = await calls.upload("/files", {"purpose": "batch"}, f"{name}.jsonl", content)
        batch = {
            "input_file_id": text(file.get("id")),
            "endpoint": self._endpoint,
            "completion_window": "24h",
            "metadata": {_NAME: name},
        }
        return named_batch(await calls.post("/batches", batch), calls.provider)

    async def find(self, calls: Calls, name: str, since: float, requests: int) -> Sequence[str]:
        """The batch with this name among its metadata."""
        del since, requests
        page = await calls.get("/batches?limit=100")
        return [
            text(batch.get("id"))
            for batch in map(mapping, sequence(page.get("data")))
            if mapping(batch.get("metadata")).get(_NAME) == name
        ]

    async def state(self, calls: Calls, batch_id: str) -> BatchState:
        """Look at a batch."""
        batch = await self._batch(calls, batch_id)
        counts = mapping(batch.get("request_counts"))
        answered = (count(counts.get("completed")) or 0) + (count(counts.get("failed")) or 0)
        status = text(batch.get("status"))
        failure = _refusal(batch, calls.provider) if status == "failed" else None
        return BatchState(status in _ENDED, answered, failure)

    async def cancel(self, calls: Calls, batch_id: str) -> None:
        """Have a batch end early: it is `cancelling` at first."""
        await calls.order(f"/batches/{quote(batch_id, safe='')}/cancel")

    async def results(self, calls: Calls, batch_id: str) -> Sequence[BatchResult]:
        """The results of a batch: what was answered, what failed, and nothing on what was not reached."""
        batch = await self._batch(calls, batch_id)
        results: list[BatchResult] = []
        for name in ("output_file_id", "error_file_id"):
            if file := text(batch.get(name)):
                lines = await calls.lines(f"/files/{quote(file, safe='')}/content")
                results += [_result(line, calls.provider) for line in lines]
        return results

    async def _batch(self, calls: Calls, batch_id: str) -> Mapping[str, object]:
        return await calls.get(f"/batches/{quote(batch_id, safe='')}")


def _result(line: Mapping[str, object], provider: str) -> BatchResult:
    custom_id, response = text(line.get("custom_id")), mapping(line.get("response"))
    status = count(response.get("status_code")) or 0
    request_id = text(response.get("request_id")) or None
    if 200 <= status < 300 and not line.get("error"):
        return BatchResult(custom_id, response.get("body"), request_id=request_id)
    error = mapping(line.get("error"))
    match error.get("code"):
        case "batch_expired":
            return BatchResult(custom_id, failure=expired(provider), request_id=request_id)
        case "batch_cancelled":
            return BatchResult(custom_id, failure=cancelled(provider), request_id=request_id)
        case _:
            body = encoded(response.get("body") or {"error": dict(error)})
            failure = failure_from_answer(status or 400, {}, body, provider)
            return BatchResult(custom_id, failure=failure, request_id=request_id)


def _refusal(batch: Mapping[str, object], provider: str) -> Failure:
    errors = [mapping(error) for error in sequence(mapping(batch.get("errors")).get("data"))]
    words = "; ".join(text(error.get("message")) for error in errors[:3]) or "it gives no reason"
    return Failure(ErrorCode.INVALID_REQUEST, clean_message(f"{provider} refused the batch: {words}."))
