"""`orch-lsp doctor` as a process: its exit code, its JSON, and the file for who helps."""

from __future__ import annotations

import zipfile

from tests.fakes.scripted_server import chat_error, json_reply
from tests.process.conftest import KEY


async def test_the_exit_code_says_whether_something_is_to_be_done(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(json_reply({"data": [{"id": "asked-model"}]}))

    well = await orch("doctor", "--json")

    assert (well.code, well.json()["schema"], well.json()["healthy"]) == (0, "orch.doctor/1", True)
    provider.script(chat_error(401, "invalid_api_key", KEY))
    ill = await orch("doctor", "--bundle", "report.zip")
    assert ill.code == 1
    assert "PROBLEM  provider work: key accepted: invalid_auth" in ill.out
    assert "cure: Replace the API key in `WORK_KEY`" in ill.out
    with zipfile.ZipFile(workspace / "report.zip") as archive:
        assert b"invalid_auth" in archive.read("report.txt")
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<config>/config.toml" in everything
    assert b"<state>" in everything
    for secret in (KEY, str(homes.config), str(homes.state)):
        assert secret.encode() not in everything
    again = await orch("doctor", "--offline", "--bundle", "report.zip")
    assert (again.code, "error[invalid_settings]" in again.err) == (2, True)
    assert KEY not in ill.out + ill.err + well.out


async def test_a_file_that_cannot_be_read_is_no_setting_without_a_name(orch, homes):
    homes.configure("provider = ")
    done = await orch("doctor", "--offline")
    assert done.code == 1
    assert "PROBLEM  settings: " in done.out
    assert "setting :" not in done.out


async def test_a_misspelt_option_is_a_problem_and_nothing_is_sent_to_the_provider(orch, homes, provider, workspace):
    homes.use(provider.url, more='options = { modles_path = "" }')
    (workspace / "a.spec.md").write_text("# T\n\nA brief of one line.\n\n## Goal\n\nTBD\n")

    looked = await orch("doctor")
    drafted = await orch("draft", "a.spec.md")

    assert looked.code == 1
    assert "PROBLEM  setting providers.work.options.modles_path: " in looked.out
    assert "did you mean `models_path`?" in looked.out
    assert (drafted.code, "error[invalid_settings]: `providers.work.options.modles_path`" in drafted.err) == (2, True)
    assert provider.requests == []
