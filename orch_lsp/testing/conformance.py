"""The promises of every provider, as tests that any package can run against its own.

    from orch_lsp.testing import ChatDialect, ProviderConformance

    class TestMyProvider(ProviderConformance):
        kind = "mine"
        dialect = ChatDialect()
        factory = staticmethod(my_package.create)

Each test starts a scripted server on a loopback socket, makes a provider for it as the product would, asks it once, and
looks at the events, the error, and what reached the server. The tests are plain functions: no plugin is needed.
`deviations` names those that a provider cannot pass, each with the reason, under which they are skipped.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.providers.base import AttemptEnded, AttemptStarted, TextDelta
from orch_lsp.settings.model import StreamLimits, Timeouts
from orch_lsp.testing.scenarios import (
    KEY,
    REQUEST,
    ConformanceScenarios,
    Observed,
    check,
    equal,
    events,
    listen,
)
from orch_lsp.testing.server import Close, Reply, Reset, ScriptedServer, Send, SendForever, Stall


class ProviderConformance(ConformanceScenarios):
    """The suite; a package derives from it, as the module's docstring shows.

    Attributes:
        kind: The kind that settings name.
        dialect: How the scripted server answers.
        factory: What the entry point names: settings and key to provider.
        deviations: Names of tests that cannot pass, with the reason.
    """

    def test_a_whole_answer_is_reported_as_it_is(self) -> None:
        """Text, usage, finish reason and one good attempt, in the order that the port promises."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.error, None, "error")
            equal(observed.text, "Hello world", "text")
            check(observed.finish and observed.finish.finish_reason is FinishReason.STOP, "the finish reason is stop")
            usage = observed.usage
            equal(usage and (usage.input_tokens, usage.output_tokens), (11, 2), "usage")
            check(isinstance(observed.events[0], AttemptStarted), "an attempt is started before anything else")
            last = observed.events[-1]
            check(isinstance(last, AttemptEnded) and last.status == "ok", "the attempt ends last, and well")

        self.run(scenario, self.good("Hello ", "world"))

    def test_the_bytes_that_are_sent_are_those_that_are_told(self) -> None:
        """`request_body` is what goes over the wire."""

        async def scenario(server: ScriptedServer) -> None:
            await self.ask(server)
            provider = self.provider(server)
            equal((await server.request(0)).body, provider.request_body(REQUEST), "body")
            await provider.aclose()

        self.run(scenario, self.good("x"))

    def test_the_key_is_sent_in_its_header_and_nowhere_else(self) -> None:
        """Not in the URL, where it would end in logs, and not in the body."""

        async def scenario(server: ScriptedServer) -> None:
            await self.ask(server)
            request = await server.request(0)
            check(KEY in request.headers.get(self.dialect.key_header, ""), "the key is in its header")
            others = {name: value for name, value in request.headers.items() if name != self.dialect.key_header}
            check(KEY not in request.path + str(others) + request.body.decode(), "the key is nowhere else")

        self.run(scenario, self.good("x"))

    def test_no_credential_is_sent_without_a_key(self) -> None:
        """A local server gets none."""

        async def scenario(server: ScriptedServer) -> None:
            await self.ask(server, key=None)
            check(self.dialect.key_header not in (await server.request(0)).headers, "no credential is sent")

        self.run(scenario, self.good("x"))

    def test_the_cuts_between_packets_do_not_matter(self) -> None:
        """One byte at a time, through characters of several bytes."""

        async def scenario(server: ScriptedServer) -> None:
            equal((await self.ask(server)).text, "zwölf € 😀", "text")

        body = b"".join(self.dialect.answer(["zwölf ", "€ 😀"]))
        reply = self.reply([body[index : index + 1] for index in range(len(body))])
        self.run(scenario, reply)

    def test_line_separators_inside_a_message_are_text(self) -> None:
        """U+2028 and its like end no line of a stream."""

        async def scenario(server: ScriptedServer) -> None:
            equal((await self.ask(server)).text, "a\u2028b\u2029c\x85d", "text")

        self.run(scenario, self.good("a\u2028b\u2029c\x85d"))

    def test_an_answer_at_its_limit_is_no_success(self) -> None:
        """The text is kept, the usage and the reason are told, and the error says truncated."""
        self.end("length", ErrorCode.TRUNCATED)

    def test_a_filtered_answer_is_no_success(self) -> None:
        """The text is kept, and the error says filtered."""
        self.end("content_filter", ErrorCode.CONTENT_FILTERED)

    def test_an_empty_answer_is_no_success(self) -> None:
        """Complete, but without a word."""

        async def scenario(server: ScriptedServer) -> None:
            equal((await self.ask(server)).code, ErrorCode.EMPTY_OUTPUT, "code")

        self.run(scenario, self.good("", " \n"))

    def test_an_answer_that_ends_too_early_is_no_success(self) -> None:
        """Cleanly, as far as HTTP is concerned."""
        self.cut()

    def test_an_answer_whose_connection_closes_is_no_success(self) -> None:
        """Without the end that HTTP asks for."""
        self.cut(Close())

    def test_an_answer_whose_connection_is_reset_is_no_success(self) -> None:
        """By TCP."""
        self.cut(Reset())

    def test_a_web_page_is_no_answer(self) -> None:
        """A portal or a wrong address answers 200 with HTML."""
        page = Reply(headers={"content-type": "text/html"}, steps=(Send(b"<!doctype html><title>Sign in</title>"),))
        self.unusable(page)

    def test_no_body_is_no_answer(self) -> None:
        """A 200 with nothing."""
        self.unusable(Reply(headers={"content-type": self.dialect.content_type}))

    def test_broken_characters_are_no_text(self) -> None:
        """Bytes that are not UTF-8 are lost text, and an error."""
        pieces = self.dialect.answer(["before", "after"])
        self.unusable(self.reply([pieces[0], b"data: \xff\xfe\n\n", *pieces[1:]]))

    def test_an_endless_answer_ends_at_the_cap(self) -> None:
        """And the socket is closed."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server, limits=StreamLimits(max_bytes=100_000))
            equal(observed.code, ErrorCode.INVALID_RESPONSE, "code")
            check(len(observed.text) < 100_000, "the text is bounded")
            await (await server.request(0)).disconnected.wait()

        pieces = self.dialect.answer(["word " * 100])
        text = next(piece for piece in pieces if b"word" in piece)
        before = pieces[: pieces.index(text)]
        self.run(scenario, self.reply(before, SendForever(text)))

    def test_a_wrong_key_is_asked_about_once(self) -> None:
        """And the error does not repeat the key."""
        self.refused("auth", ErrorCode.INVALID_AUTH)

    def test_an_exhausted_quota_is_asked_about_once(self) -> None:
        """Although its status is that of a limit that passes."""
        self.refused("quota", ErrorCode.QUOTA_EXHAUSTED)

    def test_a_model_that_does_not_exist_is_asked_about_once(self) -> None:
        """By its own code."""
        self.refused("model", ErrorCode.MODEL_NOT_FOUND)

    def test_a_limit_that_passes_is_waited_for(self) -> None:
        """As long as the provider asks, and each attempt is reported."""
        self.repeated("rate_limit", ErrorCode.RATE_LIMITED)

    def test_an_overloaded_server_is_asked_again(self) -> None:
        """Each attempt is reported."""
        self.repeated("overloaded", ErrorCode.OVERLOADED)

    def test_a_fault_of_the_server_is_asked_again(self) -> None:
        """Each attempt is reported."""
        self.repeated("server", ErrorCode.PROVIDER_UNAVAILABLE)

    def test_a_wait_above_the_limit_is_the_user_s_choice(self) -> None:
        """A long wait fails at once and says how long."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server)
            equal(observed.code, ErrorCode.RATE_LIMITED, "code")
            equal(observed.error and observed.error.retry_after_s, 3600, "seconds to wait")
            equal(len(server.requests), 1, "requests")

        reply = self.failing("rate_limit", {"retry-after": "3600"})
        self.run(scenario, reply, self.good("x"))

    def test_a_stall_before_the_answer_times_out(self) -> None:
        """And the socket is closed."""

        async def scenario(server: ScriptedServer) -> None:
            equal((await self.ask(server, timeout=Timeouts(first_byte=0.3))).code, ErrorCode.TIMEOUT, "code")
            await (await server.request(0)).disconnected.wait()

        self.run(scenario, Reply(before=(Stall(),)))

    def test_a_stall_in_the_answer_times_out_and_keeps_the_text(self) -> None:
        """And is not asked again, since text has arrived."""

        async def scenario(server: ScriptedServer) -> None:
            observed = await self.ask(server, timeout=Timeouts(idle=0.3))
            equal(observed.code, ErrorCode.TIMEOUT, "code")
            equal(observed.text, "half", "text")
            equal(len(server.requests), 1, "requests")

        self.run(scenario, self.reply(self.half(), Stall()))

    def test_a_redirect_is_not_followed(self) -> None:
        """Least of all with the key."""

        async def scenario(server: ScriptedServer) -> None:
            async with ScriptedServer() as elsewhere:
                elsewhere.script(self.good("x"))
                location = elsewhere.url.replace("127.0.0.1", "localhost")
                server.script(Reply(307, {"location": location}, framing="length"))
                equal((await self.ask(server)).code, ErrorCode.INVALID_RESPONSE, "code")
                equal(elsewhere.requests, [], "requests elsewhere")
                equal(len(server.requests), 1, "requests")

        self.run(scenario)

    def test_cancelling_closes_the_socket(self) -> None:
        """At once, whatever the answer is doing."""

        async def scenario(server: ScriptedServer) -> None:
            provider = self.provider(server)
            task = asyncio.create_task(listen(provider, Observed()))
            request = await server.request(0)
            task.cancel()
            await asyncio.wait({task})
            check(task.cancelled(), "the cancellation is passed on")
            await request.disconnected.wait()
            await provider.aclose()

        self.run(scenario, self.reply(self.half(), Stall()))

    def test_leaving_the_loop_closes_the_socket(self) -> None:
        """A caller that closes the iterator wants no more."""

        async def scenario(server: ScriptedServer) -> None:
            provider = self.provider(server)
            heard = events(provider)
            async with aclosing(heard):
                async for event in heard:
                    if isinstance(event, TextDelta):
                        break
            await (await server.request(0)).disconnected.wait()
            await provider.aclose()

        self.run(scenario, self.reply(self.half(), Stall()))
