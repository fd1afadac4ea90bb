"""The doctor through a real session: every state of a provider has its words, and none holds a secret."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import stat
import tomllib
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.context.index.build import build
from orch_lsp.doctor.examine import NEEDED, OPTIONAL, Diagnosis, examine
from orch_lsp.doctor.findings import DoctorFinding, has_problem, report_markdown
from orch_lsp.doctor.support_bundle import bundle_files, run_summary, write_bundle
from orch_lsp.errors import OrchError
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.runs.record import LeftOut
from orch_lsp.settings.load import ProjectLayer
from tests.fakes import records
from tests.fakes.scripted_server import Close, Reply, ScriptedServer, Stall, chat_error, json_reply
from tests.inprocess.conftest import KEY

LISTED = {"data": [{"id": "asked-model", "context_length": 200_000}, {"id": "other"}]}
PROXY_PASSWORD = "canary-proxy-41d8"
HEADER = "canary-header-9b2e"


@pytest_asyncio.fixture
async def session(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    monkeypatch.setenv("WORK_KEY", KEY)
    session = await asyncio.to_thread(build_session)
    yield session
    await session.aclose()


async def look(session: Session, workspace: Path, **how) -> Diagnosis:
    path = workspace / "a.spec.md"
    source = Source(path.as_uri(), path, 1, "# A\n", (workspace,))
    return await examine(session, source, editor=ProjectLayer(), **how)


def by_subject(diagnosis: Diagnosis) -> dict[str, DoctorFinding]:
    return {finding.subject: finding for finding in diagnosis.findings}


def test_the_doctor_looks_for_every_package_that_the_project_declares():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]

    def name_of(requirement: str) -> str:
        return re.split(r"[<>=!~\[; ]", requirement)[0]

    # One that only some systems have is missed on none.
    names = {name_of(one) for one in project["dependencies"] if ";" not in one}
    optional = {name_of(one) for one in project["dependencies"] if ";" in one}
    optional |= {name_of(extras[extra][0]) for extra in ("prices", "keyring", "any-llm", "acp", "mcp", "parsers")}
    assert (set(NEEDED), set(OPTIONAL)) == (names, optional)


async def test_a_provider_that_works_is_said_to_with_key_source_host_time_and_window(
    homes, provider, workspace, session
):
    homes.use(provider.url)
    provider.script(json_reply(LISTED), chat_error(401, "missing_api_key"))
    diagnosis = await look(session, workspace)
    found = by_subject(diagnosis)
    assert not has_problem(diagnosis.findings)
    assert found["provider work: key"].message == "from the environment variable WORK_KEY"
    assert found["provider work: host"].message == f"127.0.0.1:{provider.port} (on this machine)"
    assert found["provider work: reachable"].message.startswith("answered in ")
    assert found["provider work: key accepted"].verdict == "ok"
    assert found["provider work: model asked-model"].message == "known, context window 200000 tokens"
    assert found["choice"].message == "work, asked-model (from the user config)"
    assert found["setting providers.work.retry"].message == "attempts 1, max_wait 60 (user config)"
    assert "pygls 2.1" in found["packages"].message
    asked = [(request.method, request.path, "authorization" in request.headers) for request in provider.requests]
    assert asked == [("GET", "/v1/models", True), ("GET", "/v1/models", False)]


async def test_a_list_that_anybody_gets_says_nothing_about_the_key(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply(LISTED))
    diagnosis = await look(session, workspace)
    found = by_subject(diagnosis)["provider work: key accepted"]
    assert found.verdict == "note"
    assert "cannot be told" in found.message
    assert not has_problem(diagnosis.findings)


@pytest.mark.parametrize(
    ("reply", "subject", "says", "cure"),
    [
        (chat_error(401, "invalid_api_key"), "key accepted", "invalid_auth", "WORK_KEY"),
        (chat_error(403, "forbidden"), "key accepted", "permission_denied", "Ask for access"),
        (chat_error(404, "x"), "models", "no list of models", "`/v1`"),
        (chat_error(500, "x"), "models", "provider_unavailable", "retry"),
        (json_reply({}, 302, {"location": "https://else.invalid"}), "models", "redirect", "base_url"),
        (Reply(steps=(Close(),), before=(Close(),)), "reachable", "network_error", "network"),
    ],
)
async def test_each_way_to_fail_has_a_finding_of_its_own_and_a_cure(
    homes, provider, workspace, session, reply, subject, says, cure
):
    homes.use(provider.url)
    provider.script(reply)
    found = by_subject(await look(session, workspace))[f"provider work: {subject}"]
    assert found.verdict == "problem"
    assert says in found.message
    assert found.cure is not None
    assert cure in found.cure


async def test_a_provider_that_never_answers_is_not_waited_for_long(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(Reply(steps=(Stall(),)))
    found = by_subject(await look(session, workspace, patience_s=1.5))["provider work: reachable"]
    assert (found.verdict, found.message.partition(":")[0]) == ("problem", "timeout")
    await (await provider.request(0)).disconnected.wait()


async def test_a_model_that_is_not_listed_is_a_problem_with_the_nearest(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(json_reply({"data": [{"id": "asked-model-2"}]}))
    found = by_subject(await look(session, workspace))["provider work: model asked-model"]
    assert (found.verdict, found.cure) == ("problem", "The nearest: asked-model-2.")


async def test_offline_nothing_is_sent_and_no_key_command_is_run(homes, provider, workspace, session, tmp_path):
    witness = tmp_path / "was-run"
    homes.configure(
        f'provider = "own"\n[providers.own]\nkind = "openai-compatible"\nbase_url = "{provider.url}"\nmodel = "m"\n'
        f'api_key_command = ["touch", "{witness}"]\n'
    )
    found = by_subject(await look(session, workspace, offline=True))
    assert found["provider own: key"].message == "api_key_command (touch)"
    assert found["provider own: reachable"].verdict == "note"
    assert provider.requests == []
    assert not witness.exists()


async def test_a_missing_key_is_a_problem_and_nothing_is_sent(homes, provider, workspace, session, monkeypatch):
    homes.use(provider.url, more='[providers.openai]\nmodel = "m"\n')
    monkeypatch.delenv("WORK_KEY")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = by_subject(await look(session, workspace))
    key, other = found["provider work: key"], found["provider openai: key"]
    # Where `api_key_env` names a variable, the keyring is not asked.
    assert (key.verdict, key.cure) == ("problem", "Set WORK_KEY, then start the editor or the command anew.")
    assert (other.verdict, other.cure) == (
        "problem", "Set OPENAI_API_KEY, then start the editor or the command anew; or: orch-lsp key set openai.",
    )  # fmt: skip
    assert provider.requests == []


async def test_a_project_s_hosted_choice_is_not_contacted_before_it_is_allowed(workspace, session, monkeypatch):
    (workspace / ".orch" / "config.toml").write_text('provider = "openai"\nmodel = "m"\n')
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    found = by_subject(await look(session, workspace))
    assert found["choice"].message.startswith("not_allowed")
    reachable = found["provider openai: reachable"]
    assert (reachable.verdict, "orch-lsp trust openai" in (reachable.cure or "")) == ("note", True)


async def test_an_unusable_provider_is_a_problem_and_not_asked(homes, provider, workspace, session):
    homes.configure(f'[providers.openai]\nbase_url = "{provider.url}"\napi_key_env = 3\nmodel = "m"\n')
    found = by_subject(await look(session, workspace))["provider openai"]
    assert found.verdict == "problem"
    assert provider.requests == []


async def test_a_damaged_store_is_found_and_a_sound_one_is_sound(homes, workspace, session):
    found = by_subject(await look(session, workspace, offline=True))["store"]
    assert (found.verdict, "sound, 0 runs" in found.message) == ("ok", True)
    store = await session.stores.store_at(workspace, None, (await session.settings_of(workspace)).runs)
    for number in range(40):
        if number == 1:
            assert "sound, 1 run." in by_subject(await look(session, workspace, offline=True))["store"].message
        await store.create(replace(records.queued(f"{records.new_run_id()}.md"), owner=session.owner), ["x" * 5000])
    assert await store.check() is None
    await session.aclose()
    database = await asyncio.to_thread(damaged, store.location)
    again = await asyncio.to_thread(build_session)
    found = by_subject(await look(again, workspace, offline=True))["store"]
    await again.aclose()
    assert found.verdict in {"problem", "note"}
    assert "damaged" in found.message, database


def damaged(database: Path) -> Path:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 6)
    return database


@pytest.fixture
def secretive(homes, provider: ScriptedServer) -> ScriptedServer:
    """A user config full of secrets, of which none may be seen anywhere."""
    homes.use(
        provider.url,
        more=(
            f'headers = {{ "X-Api-Key" = "{HEADER}" }}\n'
            f'[providers.other]\nkind = "openai-compatible"\nbase_url = "https://user:{PROXY_PASSWORD}@other.invalid"\n'
            f'network = {{ proxy = "http://me:{PROXY_PASSWORD}@127.0.0.1:9" }}\n'
            f'[providers.third]\nkind = "ollama"\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "{KEY}"\n'
        ),
        head='instructions = "sk-proj-' + "a1B2" * 10 + '"',
    )
    provider.script(chat_error(401, "invalid_api_key", f"wrong key {KEY} with {HEADER}"))
    return provider


async def test_no_secret_is_in_any_finding_or_in_the_bundle(secretive, homes, workspace, session, tmp_path):
    diagnosis = await look(session, workspace)
    spoken = replace(records.failed().error, message=f"key {KEY}")  # type: ignore[type-var]
    failed = replace(
        records.failed(path=f"secret-plans/{KEY}.spec.md"),
        error=spoken,
        context=replace(records.failed().context, left_out=(LeftOut("secret-plans/x", "denied"),)),
        model=replace(records.failed().model, resolved=f"m-{KEY}"),
    )
    runs = [failed, records.completed("## Goal\nthe text of a draft\n")]
    files = bundle_files(diagnosis, runs, session.redactor, {homes.config: "<config>", homes.state: "<state>"})
    target = tmp_path / "bundle.zip"
    await asyncio.to_thread(write_bundle, target, files)

    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        unpacked = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(unpacked) == {"README.txt", "report.txt", "report.json", "settings.json", "runs.jsonl"}
    everything = "\n".join([*unpacked.values(), report_markdown(diagnosis.findings)])
    for secret in (KEY, HEADER, PROXY_PASSWORD, "a1B2a1B2", "secret-plans", "the text of a draft", "elsewhere.invalid"):
        assert secret not in everything, secret
    assert str(workspace) not in "".join(unpacked.values())
    assert "invalid_auth" in unpacked["report.txt"]
    for line in unpacked["runs.jsonl"].split("\n")[:-1]:
        json.loads(line)
    with pytest.raises(OrchError, match="cannot be written"):
        await asyncio.to_thread(write_bundle, target, files)


def test_a_run_in_a_bundle_names_no_document_machine_or_text():
    summary = json.dumps(run_summary(records.applied(records.completed(path="private/name.md"))))
    for private in ("private", "elsewhere.invalid", records.completed().brief_sha256):
        assert private not in summary


async def test_the_editor_s_doctor_answers_although_a_provider_never_does(start_editor, homes, provider, workspace):
    homes.use(provider.url, more="timeout = { first_byte = 0.2 }")
    provider.script(Reply(steps=(Stall(),)))
    editor = await start_editor()
    report = await editor.execute("orch.doctor", {"open": False})
    assert report["healthy"] is False
    assert "- `provider work: reachable`: `timeout: " in report["text"]


async def test_the_index_of_a_workspace_is_told_with_its_place_and_size(homes, workspace, session):
    assert by_subject(await look(session, workspace, offline=True))["index"].message.startswith("none; ")
    (workspace / "limiter.py").write_text("limiter\n")
    await asyncio.to_thread(build, workspace, 1000, lambda _done, _of: None, lambda: False)
    found = by_subject(await look(session, workspace, offline=True))["index"]
    assert (found.verdict, found.message.split(", ")[:2]) == (
        "ok", [str(workspace / ".orch/local/context.db"), "1 files"],
    )  # fmt: skip
    assert "Delete the file to drop it" in found.message
