"""Lists of models through a real session and a real socket: asked for, kept, suggested from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError
from orch_lsp.model_lists.lists import age_words
from orch_lsp.orchestration.running.permission import is_allowed, may_be_asked_quietly
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.settings.configured import configured_providers
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.settings.resolve import CommandChoice
from tests.fakes.scripted_server import Reply, ScriptedServer, Stall, chat_error, json_reply
from tests.inprocess.conftest import KEY

LISTED = {"data": [{"id": "big-model", "context_length": 200_000}, {"id": "small-model", "name": "Small"}]}
HOSTILE = {"data": [{"id": "fine"}, {"id": "a\nb"}, {"id": " "}, {"id": "x" * 201}, {"id": "esc\x1b[2J"}]}


@pytest_asyncio.fixture
async def session(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    monkeypatch.setenv("WORK_KEY", KEY)
    session = await asyncio.to_thread(build_session)
    yield session
    await session.aclose()


async def reading(session: Session, workspace: Path, text: str = "# A\n") -> Reading:
    path = workspace / "a.spec.md"
    source = Source(path.as_uri(), path, 1, text, (workspace,))
    return await read(session, source, editor=ProjectLayer(), command=CommandChoice())


async def work(session: Session, workspace: Path) -> ProviderSettings:
    return (await reading(session, workspace)).settings.providers["work"]


async def test_a_list_is_asked_for_with_the_key_and_kept_for_the_next_process(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    work_settings = await work(session, workspace)

    asked = await session.models.ask(work_settings)

    assert [model.id for model in asked.models] == ["big-model", "small-model"]
    assert (asked.source, asked.models[0].context_window) == ("provider", 200_000)
    request = await provider.request(0)
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    other = await asyncio.to_thread(build_session)
    kept = await other.models.known(work_settings)
    assert (kept.source, kept.models, kept.fetched_at) == ("cache", asked.models, asked.fetched_at)
    assert not other.models.is_due(kept)
    await other.aclose()
    assert len(provider.requests) == 1
    for file in homes.state.rglob("*"):
        assert not file.is_file() or KEY not in file.read_text()


async def test_a_list_that_cannot_be_had_is_the_kept_one_with_the_reason(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED), chat_error(401, "invalid_api_key"))
    work_settings = await work(session, workspace)
    await session.models.ask(work_settings)

    found = await session.models.best(work_settings)

    assert (found.source, len(found.models)) == ("cache", 2)
    assert found.error is not None
    assert found.error.code == "invalid_auth"


async def test_a_list_of_another_address_is_not_taken_for_this_one(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    await session.models.ask(await work(session, workspace))
    homes.use("http://127.0.0.1:9/v1")
    assert (await session.models.known(await work(session, workspace))).models == ()


async def test_ids_that_could_break_a_file_or_a_terminal_are_left_out(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(HOSTILE))
    found = await session.models.ask(await work(session, workspace))
    assert [model.id for model in found.models] == ["fine"]


async def test_a_kept_list_that_is_damaged_is_none(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    work_settings = await work(session, workspace)
    await session.models.ask(work_settings)
    (file,) = (homes.state / "models").iterdir()
    file.write_text("{")
    assert (await session.models.known(work_settings)).models == ()


async def test_a_list_that_cannot_be_kept_is_still_given(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    (homes.state / "models").write_text("in the way")
    assert len((await session.models.ask(await work(session, workspace))).models) == 2


async def test_nobody_is_asked_again_by_itself_a_moment_after_a_failure(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(chat_error(500, "server_error"))
    work_settings = await work(session, workspace)
    await session.models.refresh(work_settings)
    await session.models.refresh(work_settings)
    assert len(provider.requests) == 1


async def test_a_provider_without_models_says_so(homes, workspace, session):
    outline = (await reading(session, workspace)).settings.providers["outline"]
    with pytest.raises(OrchError, match="has no list of models"):
        await session.models.ask(outline)


async def test_the_price_table_stands_in_for_a_list_that_was_never_had(workspace, session):
    pytest.importorskip("genai_prices")
    anthropic = (await reading(session, workspace)).settings.providers["anthropic"]
    known = await session.models.known(anthropic)
    assert known.source == "genai-prices"
    assert all(model.context_window is None or model.context_window > 0 for model in known.models)
    assert len(known.models) > 3


NOT_FOUND = ErrorDetail("model_not_found", "No such model.", "Check the id.", False)


async def test_a_misspelt_model_is_answered_with_the_nearest_that_are_known_and_nobody_is_asked(
    homes, provider, workspace, session
):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    work_settings = await work(session, workspace)
    await session.models.ask(work_settings)
    told = await session.models.with_nearest(NOT_FOUND, work_settings, "smal-model")
    assert told.remediation == "Check the id. The nearest known: `small-model`."
    assert await session.models.with_nearest(NOT_FOUND, work_settings, "zzz") == NOT_FOUND
    other = ErrorDetail("timeout", "Slow.", "Wait.", True)
    assert await session.models.with_nearest(other, work_settings, "smal-model") == other
    assert len(provider.requests) == 1


async def test_a_project_s_hosted_choice_is_asked_nothing_before_the_user_allowed_it(
    homes, workspace, session, monkeypatch
):
    (workspace / ".orch" / "config.toml").write_text('provider = "openai"\nmodel = "m"\n')
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    found = await reading(session, workspace)
    openai = found.settings.providers["openai"]
    assert [one.name for one in configured_providers(found.settings)] == ["openai"]
    assert not await is_allowed(session, found, openai)
    assert not await may_be_asked_quietly(session, found, openai)
    await session.consent.allow(found, "openai")
    assert await may_be_asked_quietly(session, found, openai)


async def test_a_key_command_is_not_run_behind_the_user_s_back(homes, provider, workspace, session):
    homes.configure(
        f'provider = "own"\n[providers.own]\nkind = "openai-compatible"\nbase_url = "{provider.url}"\nmodel = "m"\n'
        'api_key_command = ["never", "run"]\n'
    )
    found = await reading(session, workspace)
    assert not await may_be_asked_quietly(session, found, found.settings.providers["own"])


async def test_a_provider_with_an_unreadable_key_source_is_never_asked(homes, provider, workspace, session):
    homes.configure(f'[providers.openai]\nbase_url = "{provider.url}"\napi_key_env = 3\n')
    found = await reading(session, workspace)
    openai = found.settings.providers["openai"]
    assert "openai" in found.settings.unusable
    assert not await is_allowed(session, found, openai)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute old"),
        (timedelta(hours=30), "1 day old"),
        (timedelta(days=12), "12 days old"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(age, words):
    assert age_words(age) == words


async def test_a_stalled_list_is_a_time_out_and_the_socket_is_closed(
    homes, provider: ScriptedServer, workspace, session
):
    homes.use(provider.url, more="timeout = { first_byte = 0.2 }")
    provider.script(Reply(steps=(Stall(),)))
    with pytest.raises(OrchError) as caught:
        await session.models.ask(await work(session, workspace))
    assert caught.value.code == ErrorCode.TIMEOUT
    await (await provider.request(0)).disconnected.wait()


async def test_the_kept_file_names_no_more_than_the_provider_s_own_list(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    await session.models.ask(await work(session, workspace))
    (file,) = (homes.state / "models").iterdir()
    assert set(json.loads(file.read_text())) == {"provider", "server_address", "fetched_at", "models"}
    assert file.stat().st_mode & 0o077 == 0


async def test_a_list_that_echoes_the_key_is_neither_kept_nor_given(homes, provider, workspace, session):
    homes.use(provider.url)
    entries = [
        {"id": KEY},
        {"id": f"model-{KEY}-x"},
        {"id": "good", "name": f"Good {KEY}"},
        {"id": "gh" + "p_" + "Zq7" * 12},
    ]
    provider.script(json_reply({"object": "list", "data": entries}))
    found = await session.models.ask(await work(session, workspace))
    assert [model.id for model in found.models] == ["good"]
    assert KEY not in repr(found)
    kept = "".join(path.read_text() for path in homes.state.rglob("*.json"))
    assert "good" in kept
    assert KEY not in kept
    assert [model.id for model in (await session.models.known(await work(session, workspace))).models] == ["good"]
