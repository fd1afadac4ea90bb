"""Services that take batches, in two dialects, on a scripted server: what is in them, and how each request ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.scripted_server import Close, RecordedRequest, Reply, Send, chat_error, json_reply

Ending = Callable[[str], str]
"""The end of a request by the text of its prompt: `ok`, `errored`, `expired`, `cancelled`, or `missing`."""


@dataclass
class Batch:
    """A batch at the service."""

    id: str
    requests: dict[str, dict[str, Any]]
    metadata: dict[str, str] = field(default_factory=dict)
    looks: int = 0
    is_cancelled: bool = False


class BatchService:
    """The batches of a service; set `ends_after` looks and `ending` as a test wants them.

    Attributes:
        batches: Those that were made, oldest first.
        ending_if_cancelled: The end of a request of a batch that is cancelled, as `Ending`.
        paid: Ids of requests in the order in which they were answered for money.
        lost: How many answers to the making of a batch are lost on their way.
    """

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text
        self._files: dict[str, list[dict[str, Any]]] = {}
        self.batches: list[Batch] = []
        self.ends_after = 2
        self.ending: Ending = lambda _: "ok"
        self.ending_if_cancelled: Ending = lambda _: "cancelled"
        self.paid: list[str] = []
        self._paid: set[tuple[str, str]] = set()
        self.lost = 0
        self.refusal: Reply | None = None

    def asked(self) -> list[str]:
        """Ids of all requests of all batches."""
        return [one for batch in self.batches for one in batch.requests]

    def _made(self, batch: Batch) -> Batch:
        self.batches.append(batch)
        return batch

    def _has_ended(self, batch: Batch) -> bool:
        return batch.is_cancelled or batch.looks > self.ends_after

    def _cancel(self, path: str) -> Batch | None:
        batch = next((one for one in self.batches if path.endswith(f"/{one.id}/cancel")), None)
        if batch is not None:
            batch.is_cancelled = True
        return batch

    def _ends(self, batch: Batch) -> dict[str, tuple[str, str]]:
        """How each request ends, with the text of its answer."""
        ends: dict[str, tuple[str, str]] = {}
        for custom_id, body in batch.requests.items():
            prompt = _prompt(body)
            ending = self.ending_if_cancelled if batch.is_cancelled else self.ending
            ends[custom_id] = (ending(prompt), self._text(prompt))
            if ends[custom_id][0] == "ok" and (batch.id, custom_id) not in self._paid:
                self._paid.add((batch.id, custom_id))
                self.paid.append(custom_id)
        return ends

    def _lost_or(self, reply: Reply) -> Reply:
        if self.lost:
            self.lost -= 1
            return Reply(before=(Close(),))
        return reply


class MessageService(BatchService):
    """Anthropic's."""

    def __call__(self, request: RecordedRequest) -> Reply:
        path, _, _ = request.path.partition("?")
        assert request.headers["anthropic-version"]
        if path.endswith("/messages/batches") and request.method == "POST":
            if self.refusal is not None:
                return self.refusal
            sent = {one["custom_id"]: one["params"] for one in json.loads(request.body)["requests"]}
            assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one) for one in sent)
            assert all("stream" not in body for body in sent.values())
            return self._lost_or(json_reply(self._shown(self._made(Batch(f"msgbatch_{len(self.batches)}", sent)))))
        if path.endswith("/messages/batches"):
            return json_reply({"data": [self._shown(one) for one in reversed(self.batches)], "has_more": False})
        if request.method == "POST" and (cancelled := self._cancel(path)) is not None:
            return json_reply({**self._shown(cancelled), "processing_status": "canceling"})
        found = re.search(r"/messages/batches/(\w+)(/results)?$", path)
        batch = next((one for one in self.batches if found and one.id == found[1]), None)
        if found is None or batch is None:
            return chat_error(404, "not_found_error")
        if found[2]:
            return _lines([self._result(one, *end) for one, end in self._ends(batch).items() if end[0] != "missing"])
        batch.looks += 1
        return json_reply(self._shown(batch))

    def _shown(self, batch: Batch) -> dict[str, Any]:
        ended = self._has_ended(batch)
        counts = {"processing": 0 if ended else len(batch.requests), "succeeded": len(batch.requests) if ended else 0}
        return {
            "id": batch.id, "type": "message_batch", "processing_status": "ended" if ended else "in_progress",
            "request_counts": {**counts, "errored": 0, "canceled": 0, "expired": 0},
            "created_at": datetime.now(UTC).isoformat(), "results_url": "http://elsewhere.example.org/results",
        }  # fmt: skip

    def _result(self, custom_id: str, ending: str, text: str) -> dict[str, Any]:
        if ending == "errored":
            error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
            return {"custom_id": custom_id, "result": {"type": "errored", "error": error}}
        if ending != "ok":
            return {"custom_id": custom_id, "result": {"type": {"cancelled": "canceled"}.get(ending, ending)}}
        message = {
            "type": "message", "id": "msg_1", "model": "claude-sonnet-4-5", "role": "assistant",
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 1000, "output_tokens": 100},
        }  # fmt: skip
        return {"custom_id": custom_id, "result": {"type": "succeeded", "message": message}}


class FileService(BatchService):
    """OpenAI's, for `/v1/chat/completions` and `/v1/responses`."""

    def __call__(self, request: RecordedRequest) -> Reply:
        path, _, _ = request.path.partition("?")
        if path.endswith("/files") and request.method == "POST":
            return self._upload(request)
        if path.endswith("/batches") and request.method == "POST":
            if self.refusal is not None:
                return self.refusal
            asked = json.loads(request.body)
            lines = self._files[asked["input_file_id"]]
            assert asked["completion_window"] == "24h"
            assert {line["url"] for line in lines} == {asked["endpoint"]}
            assert len({line["body"]["model"] for line in lines}) == 1
            sent = {line["custom_id"]: line["body"] for line in lines}
            batch = self._made(Batch(f"batch_{len(self.batches)}", sent, asked["metadata"]))
            return self._lost_or(json_reply(self._shown(batch)))
        if path.endswith("/batches"):
            return json_reply({"object": "list", "data": [self._shown(one) for one in reversed(self.batches)]})
        if request.method == "POST" and (cancelled := self._cancel(path)) is not None:
            return json_reply({**self._shown(cancelled), "status": "cancelling"})
        if found := re.search(r"/files/(out|err)-(\w+)/content$", path):
            batch = next(one for one in self.batches if one.id == found[2])
            failed = found[1] == "err"
            ends = {one: end for one, end in self._ends(batch).items() if (end[0] != "ok") == failed}
            return _lines([self._line(batch, one, *end) for one, end in ends.items() if end[0] != "missing"])
        batch = next((one for one in self.batches if path.endswith(f"/batches/{one.id}")), None)
        if batch is None:
            return chat_error(404, "not_found")
        batch.looks += 1
        return json_reply(self._shown(batch))

    def _upload(self, request: RecordedRequest) -> Reply:
        boundary = request.headers["content-type"].partition("boundary=")[2].encode()
        parts = request.body.split(b"--" + boundary)
        assert b'name="purpose"\r\n\r\nbatch\r\n' in parts[1]
        content = parts[2].partition(b"\r\n\r\n")[2].rstrip(b"\r\n")
        name = f"file-{len(self._files)}"
        self._files[name] = [json.loads(line) for line in content.split(b"\n")]
        return json_reply({"id": name, "object": "file", "purpose": "batch"})

    def _shown(self, batch: Batch) -> dict[str, Any]:
        ended = self._has_ended(batch)
        total = len(batch.requests)
        files = {"output_file_id": f"out-{batch.id}", "error_file_id": f"err-{batch.id}"} if ended else {}
        return {
            "id": batch.id, "object": "batch", "status": "completed" if ended else "in_progress", **files,
            "request_counts": {"total": total, "completed": total if ended else 0, "failed": 0},
            "metadata": batch.metadata,
        }  # fmt: skip

    def _line(self, batch: Batch, custom_id: str, ending: str, text: str) -> dict[str, Any]:
        if ending in {"expired", "cancelled"}:
            return {"custom_id": custom_id, "response": None, "error": {"code": f"batch_{ending}", "message": ending}}
        if ending == "errored":
            body = {"error": {"message": "Slow down.", "type": "requests", "code": "rate_limit_exceeded"}}
            return {"custom_id": custom_id, "response": {"status_code": 429, "request_id": "r", "body": body}}
        model = batch.requests[custom_id]["model"]
        if "messages" in batch.requests[custom_id]:
            body = {
                "id": "c", "object": "chat.completion", "model": model,
                "choices": [
                    {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"},
                ],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
            }  # fmt: skip
        else:
            body = {
                "id": "resp_1", "object": "response", "status": "completed", "model": model,
                "output": [
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
                ],
                "usage": {"input_tokens": 1000, "output_tokens": 100},
            }  # fmt: skip
        return {
            "custom_id": custom_id,
            "response": {"status_code": 200, "request_id": "r", "body": body},
            "error": None,
        }


def _lines(values: list[dict[str, Any]]) -> Reply:
    content = "".join(f"{json.dumps(value)}\n" for value in values).encode()
    return Reply(200, {"content-type": "application/x-jsonl"}, (Send(content),) if content else ())


def _prompt(body: dict[str, Any]) -> str:
    asked = body.get("messages") or body["input"]
    content = asked[-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)
