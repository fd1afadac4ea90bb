"""Kind `acp`: an agent of the user's own, asked over the Agent Client Protocol. An extra.

The agent is a program with tools and a login of its own; here it is only to write. It is started for one request in an
empty folder that is removed afterwards, is told that there are no files, no terminal and no servers, and every
permission that it asks for is refused. Whether it kept to that is looked at by who asks
(`orchestration/asking/untouched`).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager, closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.extras import how_to_add
from orch_lsp.late import late
from orch_lsp.providers.acp_process import AgentProcess
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, ModelInfo, Provider, StreamEvent
from orch_lsp.providers.clock import ExchangeClock
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.finish import failure_at_end, failure_without_end
from orch_lsp.providers.single_attempt import single_attempt
from orch_lsp.settings.inherited import inherited
from orch_lsp.settings.key_command import find_program
from orch_lsp.settings.kinds import ACP, AGENTS_OWN_MODEL
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers import acp_talk
    from orch_lsp.providers.acp_talk import Talk
else:
    acp_talk = late("orch_lsp.providers.acp_talk")


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that an agent is; it has no use for a key of ours.

    Raises:
        SettingsError: The extra is not installed, or no program is named.
    """
    del api_key
    if find_spec("acp") is None:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"`providers.{settings.name}.kind` is `{ACP}`, which needs a package that is not installed.",
            remediation=f"Install its extra: `{how_to_add('acp')}`.",
        )
    if not settings.command:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"`providers.{settings.name}.command` is missing; expected the program of the agent with its arguments.",
        )
    return AcpProvider(settings)


class AcpProvider:
    """Asks the agent, once: agents try again by themselves, and each request may take of a person's allowance."""

    kind = ACP

    def __init__(self, settings: ProviderSettings, environment: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._environment = environment

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        return self._settings.name

    @property
    def server_address(self) -> None:
        """None: only the agent knows where it sends a request."""
        return None

    def request_body(self, request: GenerationRequest) -> bytes:
        """The parameters of `session/prompt` but for the session's id, as JSON."""
        return json.dumps(_body(request), ensure_ascii=False, separators=(",", ":")).encode()

    async def models(self) -> tuple[ModelInfo, ...]:
        """The models that the agent lets one choose from; `default` is its own choice.

        Raises:
            ProviderError: It could not be asked.
        """
        try:
            with closing(ExchangeClock(self._settings.timeout)) as clock:
                async with self._talk() as talk:
                    with clock:
                        offered = await talk.begin()
        except ExchangeFailedError as failed:
            raise failed.failure.error() from failed
        return (ModelInfo(AGENTS_OWN_MODEL, "The agent's own choice"), *offered)

    def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask, and yield what comes; see `base` for the order of events.

        Raises:
            ProviderError: The request failed, or its answer is not whole.
        """
        return single_attempt(self.id, request.model, self._exchange(request))

    async def _exchange(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        answer = AnswerInProgress(request.max_output_tokens)
        failure: Failure | None = None
        try:
            async with aclosing(self._events(request, answer)) as events:
                async for event in events:
                    yield event
            failure = (
                failure_at_end(answer) if answer.finish else failure_without_end(has_text=answer.has_text, lost=False)
            )
        except ExchangeFailedError as failed:
            failure = failed.failure
        for event in answer.take(last=True):
            yield event
        if answer.finish is not None:
            yield answer.finish
        if failure is not None:
            raise ExchangeFailedError(failure)

    async def _events(self, request: GenerationRequest, answer: AnswerInProgress) -> AsyncGenerator[StreamEvent, None]:
        with closing(ExchangeClock(self._settings.timeout)) as clock:
            async with self._talk() as talk:
                with clock:
                    await talk.begin(request.model)
                async with aclosing(talk.prompt(_body(request), answer)) as updates:
                    while True:
                        with clock:
                            update = await anext(updates, None)
                        if update is None:
                            return
                        clock.received()
                        for event in answer.take():
                            yield event

    @asynccontextmanager
    async def _talk(self) -> AsyncGenerator[Talk, None]:
        """An agent that was started in an empty folder; both are gone afterwards."""
        folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="orch-agent-")
        try:
            command = await asyncio.to_thread(self._command)
            environment = {**inherited(self._environment), "PWD": folder}
            environment |= {
                name: self._environment[name] for name in self._settings.env_from if name in self._environment
            }
            # Its library takes a while to load.
            await asyncio.to_thread(lambda: acp_talk.Talk)
            async with (
                AgentProcess.started(self.id, command, environment, folder, self._settings.limits) as process,
                acp_talk.talking(self.id, process, folder) as talk,
            ):
                yield talk
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))

    def _command(self) -> tuple[str, ...]:
        """The program as an absolute path, with its arguments. Blocking.

        Raises:
            ExchangeFailedError: There is no such program that a project could not have brought.
        """
        name, *arguments = self._settings.command
        program = find_program(name, self._environment.get("PATH", os.defpath), Path.cwd())
        if program is None:
            raise ExchangeFailedError(
                Failure(
                    ErrorCode.PROVIDER_UNAVAILABLE,
                    f"{self.id}: {name} is neither an absolute path nor on PATH outside of the project.",
                    f"Install the agent, or correct `command` under `[providers.{self.id}]`.",
                    retryable=False,
                )
            )
        return (program, *arguments)

    async def aclose(self) -> None:
        """Nothing is held between requests."""


def _body(request: GenerationRequest) -> dict[str, object]:
    """Two blocks of text: there is no role of a system."""
    texts = filter(None, (request.system_instructions, request.prompt))
    return {"prompt": [{"type": "text", "text": text} for text in texts]}
