"""The small requests that are made about batches: JSON, or a file up and lines of JSON down. None repeats by itself."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.exchange import refuse_failed_answers
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.json_reading import parse_json
from orch_lsp.providers.json_values import mapping

if TYPE_CHECKING:
    from orch_lsp.providers.http import HttpClient

_JSON = "application/json"


class Calls:
    """The way to one provider.

    Args:
        client: Opens the connections.
        headers: The credential among them; made for each request.
        provider: Its name, for messages.
    """

    def __init__(
        self, client: Callable[[], Awaitable[HttpClient]], headers: Callable[[], Mapping[str, str]], provider: str
    ) -> None:
        self._client = client
        self._headers = headers
        self.provider = provider

    async def get(self, path: str) -> Mapping[str, object]:
        """A JSON object.

        Raises:
            ExchangeFailedError: There is none.
        """
        return self._object(await self._exchange("GET", path, None, {}))

    async def post(self, path: str, body: object) -> Mapping[str, object]:
        """Send a JSON value; the JSON object that is answered.

        Raises:
            ExchangeFailedError: There is none.
        """
        return self._object(await self._exchange("POST", path, encoded(body), {"content-type": _JSON}))

    async def order(self, path: str) -> Mapping[str, object]:
        """Have something done that needs no words; the JSON object that is answered.

        Raises:
            ExchangeFailedError: There is none.
        """
        return self._object(await self._exchange("POST", path, b"", {}))

    async def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> Mapping[str, object]:
        """Send a file in a form; the JSON object that is answered.

        Raises:
            ExchangeFailedError: There is none.
        """
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        head += "Content-Type: application/jsonl\r\n\r\n"
        body = b"".join((*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()))
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return self._object(await self._exchange("POST", path, body, kind))

    async def lines(self, path: str) -> Iterator[Mapping[str, object]]:
        """The JSON objects of a file that holds one a line; lines that are none are left out.

        Raises:
            ExchangeFailedError: It cannot be read.
        """
        content = await self._exchange("GET", path, None, {})
        return _objects(content.decode("utf-8-sig", "replace"))

    async def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        client = await self._client()
        sent = {name: value for name, value in self._headers().items() if name != "content-type"}
        sent.update({"accept": f"{_JSON}, application/x-jsonl, */*", "accept-encoding": "gzip", **headers})
        content = bytearray()
        async with client.send(method, path, sent, body) as response:
            await refuse_failed_answers(response, self.provider)
            async with aclosing(response.pieces()) as pieces:
                async for piece in pieces:
                    content += piece
        return bytes(content)

    def _object(self, content: bytes) -> Mapping[str, object]:
        try:
            found = mapping(parse_json(content.decode("utf-8-sig")))
        except ValueError:
            found = mapping(None)
        if not found:
            raise ExchangeFailedError(
                Failure(ErrorCode.INVALID_RESPONSE, f"{self.provider} answered with something other than a batch.")
            )
        return found


def encoded(value: object) -> bytes:
    """A value as JSON in UTF-8; halves of a character, as an editor's text may hold one, are replaced."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _objects(text: str) -> Iterator[Mapping[str, object]]:
    for line in text.split("\n"):
        if line.strip():
            try:
                value = mapping(parse_json(line))
            except ValueError:
                continue
            if value:
                yield value
