"""What is prepared without a key, without a run and without a socket is what is sent, byte for byte."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.context.item import ContextQuery
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.orchestration.planning.plan import DraftPlan, plan_draft
from orch_lsp.orchestration.requests.prepare import Prepared, prepare, write
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.run import FinishedDraft
from orch_lsp.orchestration.specs.reading import read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import Software
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.text import sha256
from tests.fakes.scripted_server import chat_error
from tests.fakes.watcher import Watcher
from tests.inprocess.conftest import KEY

SPEC = "# Rate limiter\n\nLimit each client, as `limiter.py` does.\n\n## Tasks\n\nTODO\n"
KINDS = ("openai-compatible", "openai", "anthropic", "gemini", "ollama")


@pytest_asyncio.fixture
async def session(monkeypatch):
    monkeypatch.setenv("WORK_KEY", KEY)
    session = await asyncio.to_thread(build_session)
    yield session
    await session.aclose()


async def plan_of(session, workspace: Path, text: str = SPEC) -> DraftPlan:
    (workspace / "limiter.py").write_text("LIMIT = 100\n", encoding="utf-8")
    path = workspace / "a.spec.md"
    source = Source(path.as_uri(), path, 1, text, (workspace,))
    reading = await read(session, source, editor=ProjectLayer(), command=CommandChoice())
    return await asyncio.to_thread(plan_draft, reading, command="draft")


async def prepared(session, plan: DraftPlan, redactor: Redactor | None = None) -> Prepared:
    """As whoever only wants to see the request would make it: with a provider that has no key."""
    reading, limits = plan.reading, plan.reading.settings.context
    assert reading.root is not None
    query = ContextQuery(
        reading.root, reading.source.path, reading.document.text, plan.brief, limits.budget_tokens, limits.include,
        limits.exclude,
    )  # fmt: skip
    found = await session.context_source.retrieve(query)
    provider = await session.provider(plan.choice.provider, None)
    return prepare(plan, write(plan, found), plan.choice, provider, redactor or session.redactor)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_prepared_is_what_is_sent(homes, provider, workspace, session, kind):
    homes.use(provider.url.removesuffix("/v1") if kind == "ollama" else provider.url, kind=kind)
    provider.script(chat_error(401, "invalid_api_key"))
    plan = await plan_of(session, workspace)
    shown = await prepared(session, plan)
    assert shown.body is not None
    assert KEY.encode() not in shown.body
    assert b"LIMIT = 100" in shown.body
    assert provider.requests == []

    async def deliver(_: LiveRun, __: FinishedDraft) -> None: ...

    live = await session.supervisor.start(plan, Watcher(), deliver, client=Software("test", None))
    await session.supervisor.wait(live.record.run_id)
    request = await provider.request(0)
    assert request.body == shown.body
    assert live.record.request_sha256 == shown.body_sha256 == sha256(request.body)
    assert live.record.provider == shown.provider
    assert live.record.request == shown.parameters


async def test_the_same_plan_gives_the_same_bytes(homes, provider, workspace, session):
    homes.use(provider.url)
    plan = await plan_of(session, workspace)
    assert (await prepared(session, plan)) == (await prepared(session, plan))


async def test_a_fallback_is_prepared_from_the_same_words(homes, provider, workspace, session):
    homes.use(provider.url)
    plan = await plan_of(session, workspace)
    first = await prepared(session, plan)
    choice = replace(plan.choice, model="another-model")
    other = prepare(plan, first.request, choice, await session.provider(choice.provider, None), session.redactor)
    assert other.model.requested == other.request.model == "another-model"
    assert other.request.prompt == first.request.prompt
    assert other.body_sha256 != first.body_sha256


async def test_outline_is_sent_nothing_and_records_no_parameters(homes, workspace, session):
    homes.configure('provider = "outline"\nmax_output_tokens = 100\n')
    shown = await prepared(session, await plan_of(session, workspace))
    assert (shown.body, shown.body_sha256, shown.model.requested) == (None, None, None)
    assert shown.parameters.max_output_tokens is None


async def test_a_key_that_is_in_use_never_gets_into_a_request(homes, provider, workspace, session):
    homes.use(provider.url)
    (workspace / "limiter.py").write_text("x = 1\n", encoding="utf-8")
    redactor = Redactor()
    redactor.add(KEY)
    plan = await plan_of(session, workspace, SPEC.replace("each client", f"each {KEY} client"))
    with pytest.raises(ContextError) as caught:
        await prepared(session, plan, redactor)
    assert caught.value.code == ErrorCode.SECRET_BLOCKED
