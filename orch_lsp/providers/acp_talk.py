"""One talk with an agent in the first version of the Agent Client Protocol; the only module that knows its package.

Sources: the protocol's pages on initialization, sessions, prompt turns and permissions; schema 1.19.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

from acp import PROTOCOL_VERSION, RequestError
from acp.connection import Connection
from acp.schema import (
    ClientCapabilities,
    FileSystemCapabilities,
    Implementation,
    InitializeRequest,
    InitializeResponse,
    NewSessionRequest,
    NewSessionResponse,
    PromptResponse,
    RequestPermissionRequest,
    SessionConfigOptionSelect,
    SessionConfigSelectGroup,
)
from pydantic import BaseModel, ValidationError

from orch_lsp import __version__
from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.providers.acp_process import AgentProcess
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import ModelInfo
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.finish import reason_of
from orch_lsp.providers.wording import clean_message
from orch_lsp.settings.kinds import AGENTS_OWN_MODEL

CANCEL_GRACE_S = 2.0
"""Seconds that an agent has to end a turn that was cancelled, before it is killed."""
_AUTH_REQUIRED = -32000
_REFUSES = ("reject_once", "reject_always")
_MOST_MODELS = 200
_News = Literal["update", "end"]


@asynccontextmanager
async def talking(name: str, process: AgentProcess, folder: str) -> AsyncGenerator[Talk, None]:
    """Talk with an agent that was started in a folder."""
    talk = Talk(name, process, folder)
    try:
        yield talk
    finally:
        await talk.aclose()


class Talk:
    """One session with one turn."""

    def __init__(self, name: str, process: AgentProcess, folder: str) -> None:
        self._name = name
        self._process = process
        self._folder = folder
        self._connection = Connection(self._asked, process)
        self._session = ""
        self._model_option = ""
        self._answer: AnswerInProgress | None = None
        self._news: asyncio.Queue[_News] = asyncio.Queue()
        self._refused = self._tools = 0
        self._cost: Mapping[str, object] | None = None

    async def begin(self, model: str | None = None) -> tuple[ModelInfo, ...]:
        """Open the session, with a model of the agent's if one is named.

        Returns:
            The models that it lets one choose from; none if it has no such choice.

        Raises:
            ExchangeFailedError: It cannot be opened, or there is no such model (`model_not_found`).
        """
        nothing = ClientCapabilities(
            fs=FileSystemCapabilities(read_text_file=False, write_text_file=False), terminal=False
        )
        hello = InitializeRequest(
            protocol_version=PROTOCOL_VERSION,
            client_capabilities=nothing,
            client_info=Implementation(name="orch-lsp", title="orch-lsp", version=__version__),
        )
        begun = await self._ask("initialize", _dumped(hello), InitializeResponse)
        if begun.protocol_version != PROTOCOL_VERSION:
            raise self._failed(
                ErrorCode.INVALID_RESPONSE,
                f"the agent speaks version {begun.protocol_version} of its protocol, and this is version 1.",
            )
        opened = await self._ask(
            "session/new", _dumped(NewSessionRequest(cwd=self._folder, mcp_servers=[])), NewSessionResponse
        )
        self._session = opened.session_id
        offered = self._models(opened)
        if model is not None and model != AGENTS_OWN_MODEL:
            await self._choose(model, offered)
        return offered

    def _models(self, opened: NewSessionResponse) -> tuple[ModelInfo, ...]:
        found: list[ModelInfo] = []
        for option in opened.config_options or ():
            if isinstance(option, SessionConfigOptionSelect) and option.category == "model":
                self._model_option = option.id
                for one in option.options:
                    inner = one.options if isinstance(one, SessionConfigSelectGroup) else [one]
                    found += (ModelInfo(str(each.value)[:256], str(each.name)[:256]) for each in inner)
        return tuple(found[:_MOST_MODELS])

    async def _choose(self, model: str, offered: Sequence[ModelInfo]) -> None:
        if model not in {one.id for one in offered}:
            known = ", ".join(one.id for one in offered[:12])
            raise self._failed(
                ErrorCode.MODEL_NOT_FOUND,
                f"the agent does not offer the model {model!r}.",
                f"Choose one of these: {known}."
                if known
                else f'It offers no choice: leave out `model`, or write `model = "{AGENTS_OWN_MODEL}"`.',
            )
        params = {"sessionId": self._session, "configId": self._model_option, "value": model}
        await self._ask("session/set_config_option", params, None)

    async def prompt(self, body: Mapping[str, object], answer: AnswerInProgress) -> AsyncGenerator[_News, None]:
        """Put the request; an item for each sign of life. The text is added to `answer`, the end last.

        Closing the generator cancels the turn; an agent that does not heed it is killed with its process.

        Raises:
            ExchangeFailedError: The agent failed, or ended.
        """
        self._answer = answer
        asking = asyncio.ensure_future(
            self._ask("session/prompt", {"sessionId": self._session, **body}, PromptResponse)
        )
        asking.add_done_callback(lambda _: self._news.put_nowait("end"))
        try:
            while await self._news.get() != "end":
                yield "update"
            ended = await asking
        finally:
            if not asking.done():
                await self._cancel(asking)
        self._end(ended, answer)

    async def _cancel(self, asking: asyncio.Future[PromptResponse]) -> None:
        try:
            # One that does not read its input is not waited for, either.
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CANCEL_GRACE_S):
                    await self._connection.send_notification("session/cancel", {"sessionId": self._session})
                    await asyncio.wait((asking,))
        finally:
            asking.cancel()
            asking.add_done_callback(_looked_at)

    def _end(self, ended: PromptResponse, answer: AnswerInProgress) -> None:
        words = [str(ended.stop_reason)]
        if self._refused:
            words.append(f"{self._refused} permissions refused")
        if self._tools:
            words.append(f"{self._tools} tools of its own")
        answer.usage(_usage(ended, self._cost))
        answer.finished(reason_of(str(ended.stop_reason)) or FinishReason.OTHER, *words)

    async def _asked(self, method: str, params: Any, is_notification: bool) -> Any:  # noqa: FBT001 -- the library's form
        """The answer to a request of the agent: a refusal, whatever it wants."""
        if method == "session/update":
            self._update(params)
            return None
        if is_notification:
            return None
        if method != "session/request_permission":
            raise RequestError.method_not_found(method)
        self._refused += 1
        self._news.put_nowait("update")
        asked = RequestPermissionRequest.model_validate(params)
        for kind in _REFUSES:
            for option in asked.options:
                if option.kind == kind:
                    return {"outcome": {"outcome": "selected", "optionId": option.option_id}}
        return {"outcome": {"outcome": "cancelled"}}

    def _update(self, params: Any) -> None:
        given = cast("Mapping[str, Any]", params if isinstance(params, dict) else {})
        update = given.get("update")
        answer = self._answer
        if given.get("sessionId") != self._session or not isinstance(update, dict) or answer is None:
            return
        told = cast("Mapping[str, Any]", update)
        content = told.get("content")
        text = cast("Mapping[str, Any]", content).get("text") if isinstance(content, dict) else None
        match told.get("sessionUpdate"):
            case "agent_message_chunk" if isinstance(text, str):
                answer.text(text)
            case "agent_thought_chunk" if isinstance(text, str):
                answer.reasoning(text)
            case "tool_call":
                self._tools += 1
            case "usage_update" if isinstance(told.get("cost"), dict):
                self._cost = cast("Mapping[str, object]", told["cost"])
            case _:
                pass
        self._news.put_nowait("update")

    async def _ask(self, method: str, params: Mapping[str, object], form: type[Any] | None) -> Any:
        try:
            answered = await self._connection.send_request(method, dict(params))
            return None if form is None else form.model_validate(answered)
        except RequestError as error:
            raise self._refusal(method, error) from error
        except ValidationError as error:
            raise self._failed(
                ErrorCode.INVALID_RESPONSE, f"the agent's answer to {method} does not have the form of its protocol."
            ) from error
        except OSError as error:
            raise ExchangeFailedError(await self._process.end_of_it()) from error

    def _refusal(self, method: str, error: RequestError) -> ExchangeFailedError:
        words = clean_message(str(error))
        if error.code == _AUTH_REQUIRED:
            return self._failed(
                ErrorCode.INVALID_AUTH, f"the agent wants you to sign in: {words}",
                "Start the agent in a terminal and sign in there; orch-lsp has no part in that.",
            )  # fmt: skip
        code = ErrorCode.PROVIDER_UNAVAILABLE if -32700 < error.code <= -32603 or error.code > -32600 else None
        return self._failed(
            code or ErrorCode.INVALID_RESPONSE, f"the agent refused {method} ({error.code}): {words}",
            "Run the agent in a terminal to see whether it works.",
        )  # fmt: skip

    def _failed(self, code: ErrorCode, message: str, cure: str | None = None) -> ExchangeFailedError:
        return ExchangeFailedError(Failure(code, f"{self._name}: {message}", cure))

    async def aclose(self) -> None:
        """Say no more."""
        await self._connection.close()


def _dumped(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _looked_at(asking: asyncio.Future[PromptResponse]) -> None:
    if not asking.cancelled():
        asking.exception()


def _usage(ended: PromptResponse, cost: Mapping[str, object] | None) -> Usage | None:
    """The counts as the agent told them, cached ones among the input; None if it told none."""
    told = ended.usage
    if told is None:
        return None if cost is None else Usage(raw={"cost": dict(cost)})
    cached = (told.cached_read_tokens or 0) + (told.cached_write_tokens or 0)
    thought = told.thought_tokens
    raw = {**told.model_dump(mode="json", by_alias=True, exclude_none=True), **({"cost": dict(cost)} if cost else {})}
    return Usage(
        input_tokens=told.input_tokens + cached,
        output_tokens=told.output_tokens + (thought or 0),
        cache_read_input_tokens=told.cached_read_tokens,
        cache_write_input_tokens=told.cached_write_tokens,
        reasoning_output_tokens=thought,
        raw=raw,
    )
