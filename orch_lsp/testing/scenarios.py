"""Parts of the conformance suite: a question asked once over a real socket, and kinds of expectation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import ClassVar, cast
from unittest import SkipTest

from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.generation import Usage
from orch_lsp.providers.base import (
    AttemptEnded,
    Finished,
    GenerationRequest,
    Provider,
    StreamEvent,
    TextDelta,
    UsageReported,
    Waiting,
)
from orch_lsp.settings.model import ProviderSettings, Retry
from orch_lsp.testing.dialects import STATUSES, Dialect, End, Fault
from orch_lsp.testing.server import Reply, ScriptedServer, Send, Step

# Long enough that no busy machine reaches it; a test that does has hung.
_PATIENCE_S = 30.0
KEY = "conformance-key-of-nobody"
REQUEST = GenerationRequest("asked-model", "Be brief.", "Write.", "", ())


@dataclass(slots=True)
class Observed:
    """The events and the failure that a caller has after asking once."""

    events: list[StreamEvent] = field(default_factory=list[StreamEvent])
    error: ProviderError | None = None

    @property
    def text(self) -> str:
        """The answer."""
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def usage(self) -> Usage | None:
        """The last counts."""
        return next((event.usage for event in reversed(self.events) if isinstance(event, UsageReported)), None)

    @property
    def finish(self) -> Finished | None:
        """The model's own end."""
        return next((event for event in self.events if isinstance(event, Finished)), None)

    @property
    def attempts(self) -> list[AttemptEnded]:
        """The attempts, as they ended."""
        return [event for event in self.events if isinstance(event, AttemptEnded)]

    @property
    def code(self) -> ErrorCode | None:
        """The error's code."""
        return None if self.error is None else self.error.code


def check(holds: object, message: str) -> None:
    """Assert, also where Python's own assertions are switched off."""
    if not holds:
        raise AssertionError(message)


def equal(actual: object, expected: object, what: str) -> None:
    """Assert that `what` is as expected."""
    check(actual == expected, f"{what}: expected {expected!r}, got {actual!r}")


class ConformanceScenarios:
    """Kinds of scenario, for a provider of `kind` that `factory` makes and a server that speaks `dialect`."""

    kind: ClassVar[str]
    dialect: ClassVar[Dialect]
    factory: ClassVar[Callable[[ProviderSettings, str | None], Provider]]
    deviations: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        """Replace each test that is a deviation by one that is skipped with its reason."""
        super().__init_subclass__()
        for name, reason in cls.__dict__.get("deviations", {}).items():
            if not hasattr(cls, name):
                raise TypeError(f"`{name}` is no test of the suite.")
            setattr(cls, name, _skipping(reason))

    def end(self, end: End, code: ErrorCode) -> None:
        """An answer with such an end is an error of this code, with its text, usage and reason."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.code, code, "code")
            equal(observed.text, "half an answer", "text")
            check(observed.finish is not None, "the finish reason is told")
            check(observed.usage is not None, "the usage is told")
            equal([attempt.status for attempt in observed.attempts], ["error"], "attempts")

        if end not in self.dialect.ends:
            raise SkipTest(f"The API has no end {end}.")
        self.run(scenario, self.reply(self.dialect.answer(["half ", "an answer"], end)))

    def cut(self, *then: Step) -> None:
        """An answer that breaks off in this way is incomplete, keeps its text, and is not asked for again."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.code, ErrorCode.INCOMPLETE_OUTPUT, "code")
            equal(observed.text, "half", "text")
            equal([attempt.status for attempt in observed.attempts], ["error"], "attempts")
            equal(len(server.requests), 1, "requests")

        self.run(scenario, self.reply(self.half(), *then), self.good("x"))

    def unusable(self, reply: Reply) -> None:
        """Such a reply is an invalid answer, and is not asked for again."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.code, ErrorCode.INVALID_RESPONSE, "code")
            equal(len(server.requests), 1, "requests")

        self.run(scenario, reply, self.good("x"))

    def refused(self, fault: Fault, code: ErrorCode) -> None:
        """Such a failure has this code, is asked about once, and does not repeat the key."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.code, code, "code")
            equal(observed.error and observed.error.http_status, STATUSES[fault], "status")
            equal(len(server.requests), 1, "requests")
            check(KEY not in repr(observed.events) + str(observed.error), "the key is not repeated")

        self.run(scenario, self.failing(fault), self.good("x"))

    def repeated(self, fault: Fault, code: ErrorCode) -> None:
        """After such a failure the request is sent again, and both attempts are told."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.error, None, "error")
            equal(observed.text, "x", "text")
            equal([attempt.status for attempt in observed.attempts], ["error", "ok"], "attempts")
            error = observed.attempts[0].error
            equal(error and error.code, code, "code of the first attempt")
            check(any(isinstance(event, Waiting) for event in observed.events), "the wait is told")

        self.run(scenario, self.failing(fault, {"retry-after": "0"}), self.good("x"))

    def half(self) -> list[bytes]:
        """An answer up to its first text."""
        pieces = self.dialect.answer(["half"])
        return pieces[: 1 + next(index for index, piece in enumerate(pieces) if b"half" in piece)]

    def good(self, *texts: str) -> Reply:
        """A whole answer of these texts."""
        return self.reply(self.dialect.answer(texts))

    def reply(self, pieces: Sequence[bytes], *then: Step) -> Reply:
        """A 200 of these messages, and then these steps."""
        steps = (*(Send(piece) for piece in pieces), *then)
        return Reply(headers={"content-type": self.dialect.content_type}, steps=steps)

    def failing(self, fault: Fault, headers: Mapping[str, str] | None = None) -> Reply:
        """A failure in the dialect; its words repeat the key, as some servers do."""
        body = self.dialect.error(fault, f"Not with the key {KEY}.")
        return Reply(
            STATUSES[fault],
            {"content-type": "application/json", **(headers or {})},
            (Send(body),),
            framing="length",
        )

    def provider(self, server: ScriptedServer, key: str | None = KEY, **changes: object) -> Provider:
        """The provider, as the product would make it."""
        settings = ProviderSettings(
            name="conformance", kind=self.kind, base_url=server.url, retry=Retry(attempts=3, max_wait=5)
        )
        return type(self).factory(replace(settings, **changes), key)

    async def ask(self, server: ScriptedServer, key: str | None = KEY, **changes: object) -> Observed:
        """Ask once; what is raised is noted."""
        provider = self.provider(server, key, **changes)
        observed = Observed()
        try:
            await listen(provider, observed)
        except ProviderError as error:
            observed.error = error
        finally:
            await provider.aclose()
        return observed

    def run(self, scenario: Callable[[ScriptedServer], Awaitable[None]], *replies: Reply) -> None:
        """Run `scenario` against a server that gives these replies."""

        async def run() -> None:
            async with asyncio.timeout(_PATIENCE_S), ScriptedServer() as server:
                server.script(*replies)
                await scenario(server)

        asyncio.run(run())


def _skipping(reason: str) -> Callable[[object], None]:
    def skip(_: object) -> None:
        raise SkipTest(reason)

    return skip


def events(provider: Provider) -> AsyncGenerator[StreamEvent, None]:
    """The events of one question, as a generator that can be closed."""
    return cast("AsyncGenerator[StreamEvent, None]", provider.stream(REQUEST))


async def listen(provider: Provider, observed: Observed) -> None:
    """Ask once, and note the events."""
    heard = events(provider)
    async with aclosing(heard):
        async for event in heard:
            observed.events.append(event)
