"""Ask a server what the user wants of it: resources, templates and tools that were named, within its limits.

The server is believed in nothing: not in sizes, not in ends of lists, and whatever it asks of us is declined by the
SDK, as no callback is set. Both eras of the protocol are spoken: `server/discover`, else the handshake.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

# The SDK would load it when the first tool has answered, on the event loop; this module is loaded on another thread.
import jsonschema  # noqa: F401  # pyright: ignore[reportUnusedImport]
from mcp import Client, MCPError, UriTemplate
from mcp.types import (
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    Implementation,
    Resource,
    TextContent,
    TextResourceContents,
)

from orch_lsp import __version__
from orch_lsp.context.item import Exclusion
from orch_lsp.context.mcp.address import Address
from orch_lsp.context.mcp.answer import Answer, Given, shown, without
from orch_lsp.context.mcp.http import reached
from orch_lsp.context.mcp.launch import Launch
from orch_lsp.context.mcp.stdio import running
from orch_lsp.context.mcp.watch import Watch
from orch_lsp.context.tokens import TermCounter
from orch_lsp.context.tokens import terms as terms_of_text
from orch_lsp.errors import OrchError
from orch_lsp.settings.mcp_settings import McpServer, McpTool

if TYPE_CHECKING:
    from mcp.server import Server
    from mcp.server.mcpserver import MCPServer

MOST_PAGES = 20
MOST_LISTED = 2_000
LONGEST_QUERY = 300
_TIMES_LARGEST = 8
_BESIDE = 1024 * 1024
_LONGEST_URI = 500


async def ask(server: McpServer, way: Launch | Address, words: Sequence[str]) -> Answer:
    """Start or reach a server, ask it, and end that. Never raises whatever it does, but for a cancellation.

    Args:
        server: What is wanted, and the limits.
        way: Its process, or its address.
        words: The words of the brief that say something, as they are written, its title first.
    """
    watch = Watch(_TIMES_LARGEST * server.max_bytes + _BESIDE, way.secrets if isinstance(way, Address) else ())
    if isinstance(way, Launch):
        return await ask_over(server, running(way, watch), words, watch)
    answer = await ask_over(server, reached(way, watch), words, watch)
    return without(answer, watch.secrets)


async def ask_over(
    server: McpServer,
    target: Server[Any] | MCPServer | contextlib.AbstractAsyncContextManager[Any],
    words: Sequence[str],
    watch: Watch | None = None,
    *,
    mode: str = "auto",
) -> Answer:
    """As `ask`, over a pipe that is there or with a server in this process."""
    answer = Answer(server.origin)
    watch = watch or Watch(_BESIDE)
    try:
        async with asyncio.timeout(server.timeout):
            client = Client(
                target,
                mode=mode,
                cache=None,
                read_timeout_seconds=server.timeout,
                client_info=Implementation(name="orch-lsp", version=__version__),
            )
            async with client:
                answer.protocol = client.protocol_version
                await _Talk(client, server, words, answer, watch).have_it()
    except TimeoutError:
        answer.failure = f"it took longer than {server.timeout:g} seconds"
    except Exception as error:  # noqa: BLE001 -- a library at work on what anybody may have sent
        answer.failure = watch.fault or _reason(error, watch)
    return answer


def _reason(error: BaseException, watch: Watch) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    if isinstance(error, MCPError):
        return _told(error, watch)
    if isinstance(error, OrchError):
        return shown(error.message, ())
    if isinstance(error, OSError):
        return f"it could not be started: {error.strerror or type(error).__name__}"
    return f"it does not keep to the protocol ({type(error).__name__})"


def _told(error: MCPError, watch: Watch) -> str:
    if error.code == _PARSE_ERROR:
        # No server says so of requests that are well formed: it is the SDK's word for an answer.
        return "what it sent is no message of the protocol"
    return f"it answered with an error: {shown(error.message, watch.secrets)}"


class _Talk:
    """One conversation, as long as it takes to have what is wanted."""

    def __init__(self, client: Client, server: McpServer, words: Sequence[str], answer: Answer, watch: Watch) -> None:
        self._watch = watch
        self._client = client
        self._server = server
        self._answer = answer
        self._terms = frozenset(terms_of_text(" ".join(words)))
        self._query = query_of(words)

    async def have_it(self) -> None:
        server = self._server
        for tool in server.tools:
            await self._call(tool)
        patterns = [one for one in server.resources if "*" in one]
        for one in server.resources:
            if one not in patterns:
                await self._read_named(one)
        if not server.resources and not server.tools:
            patterns = ["*"]
        if patterns:
            await self._read_listed(patterns)

    @property
    def _room(self) -> int:
        return self._server.max_items - len(self._answer.texts)

    async def _call(self, tool: McpTool) -> None:
        origin = f"{self._server.origin} tool {tool.name}"
        arguments: dict[str, Any] = dict(tool.arguments)
        if tool.query is not None:
            arguments[tool.query] = self._query
        try:
            result = await self._client.call_tool(tool.name, arguments)
        except MCPError as error:
            self._raise_if_closed(error)
            self._leave_out(origin, _told(error, self._watch))
            return
        if result.is_error:
            said = next((block.text for block in result.content if isinstance(block, TextContent)), "")
            self._leave_out(origin, f"the tool failed: {shown(said, self._watch.secrets)}")
            return
        for where, text in _texts(result):
            self._take(f"{self._server.origin} {where}" if where else origin, text, is_named=True)

    async def _read_named(self, entry: str) -> None:
        uri = entry
        if UriTemplate.is_template(entry):
            try:
                template = UriTemplate.parse(entry)
                values = {name: self._server.values.get(name, self._query) for name in template.variable_names}
                uri = template.expand(values)
            except ValueError as error:
                self._leave_out(f"{self._server.origin} {entry}", f"is no template: {shown(str(error), ())}")
                return
        await self._read(uri, is_named=True)

    async def _read_listed(self, patterns: Sequence[str]) -> None:
        listed = [one for one in await self._listed() if any(_matches(one.uri, pattern) for pattern in patterns)]
        if len(listed) > self._room:
            counter = TermCounter(self._terms)
            scored = [(sum(counter.count(_about(one))[0].values()), one) for one in listed]
            listed = [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score]
        for one in listed:
            if self._room <= 0:
                self._leave_out(f"{self._server.origin} …", f"more than {self._server.max_items} pieces")
                return
            if one.uri not in self._server.resources:
                await self._read(one.uri, is_named=False)

    async def _listed(self) -> list[Resource]:
        found: list[Resource] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            try:
                page = await self._client.list_resources(cursor=cursor)
            except MCPError as error:
                self._raise_if_closed(error)
                self._leave_out(
                    self._server.origin, f"it lists no resources: {shown(error.message, self._watch.secrets)}"
                )
                return found
            found += page.resources
            cursor = page.next_cursor
            if not cursor:
                return found
            if len(found) > MOST_LISTED:
                break
        self._leave_out(f"{self._server.origin} …", f"more than {len(found)} resources: the rest was not looked at")
        return found[:MOST_LISTED]

    async def _read(self, uri: str, *, is_named: bool) -> None:
        origin = f"{self._server.origin} {uri}"
        if not _is_usable(uri):
            self._leave_out(f"{self._server.origin} …", "a resource with an unusable URI")
            return
        try:
            result = await self._client.read_resource(uri)
        except MCPError as error:
            self._raise_if_closed(error)
            self._leave_out(origin, _told(error, self._watch))
            return
        for content in result.contents:
            if isinstance(content, TextResourceContents):
                inner = content.uri if _is_usable(content.uri) else uri
                self._take(f"{self._server.origin} {inner}", content.text, is_named=is_named)
            else:
                self._leave_out(origin, "binary")

    def _take(self, origin: str, text: str, *, is_named: bool) -> None:
        if self._room <= 0:
            self._leave_out(origin, f"more than {self._server.max_items} pieces")
        elif len(text.encode("utf-8", "surrogatepass")) > self._server.max_bytes:
            self._leave_out(origin, f"larger than {self._server.max_bytes // 1024} kB")
        elif "\0" in text:
            self._leave_out(origin, "binary")
        elif text.strip():
            self._answer.texts.append(Given(origin, text.encode("utf-8", "replace").decode(), is_named))
        else:
            self._leave_out(origin, "empty")

    def _leave_out(self, what: str, why: str) -> None:
        self._answer.left_out.append(Exclusion(what, why))

    def _raise_if_closed(self, error: MCPError) -> None:
        """Go on after an error that the server gave, not after one that says that it is gone."""
        if error.code in _GONE or self._watch.fault:
            raise error


def query_of(words: Sequence[str]) -> str:
    """The words as one text, as many as 300 characters hold."""
    query = ""
    for word in words:
        longer = f"{query} {word}".strip()
        if len(longer) > LONGEST_QUERY:
            break
        query = longer
    return query


_CONNECTION_CLOSED = -32000
_REQUEST_TIMEOUT = -32001
_PARSE_ERROR = -32700
_GONE = frozenset((_CONNECTION_CLOSED, _REQUEST_TIMEOUT))


def _texts(result: CallToolResult) -> Iterable[tuple[str, str]]:
    """Texts of a tool's answer, each with its URI if it has one; links are not followed."""
    blocks: Sequence[ContentBlock] = result.content
    for block in blocks:
        if isinstance(block, TextContent):
            yield "", block.text
        elif isinstance(block, EmbeddedResource) and not isinstance(block.resource, BlobResourceContents):
            yield block.resource.uri if _is_usable(block.resource.uri) else "", block.resource.text


def _about(resource: Resource) -> str:
    parts = (resource.uri, resource.name, resource.title, resource.description)
    return " ".join(part for part in parts if part)[:2_000]


def _is_usable(uri: str) -> bool:
    return 0 < len(uri) <= _LONGEST_URI and uri.isprintable() and " " not in uri


def _matches(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says, in which each `*` is any text; linear in the text for each part."""
    first, *parts = pattern.split("*")
    if not parts:
        return text == pattern
    if not text.startswith(first):
        return False
    at, last = len(first), parts.pop()
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(last) and text.endswith(last)
