"""`orch-lsp usage` over the record of real runs."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.scripted_server import CHAT_DONE, chat_chunk, chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n"
ANSWER = "## Goal\n\nLimit clients.\n"


async def test_tokens_are_added_up_and_an_unknown_cost_stays_unknown(orch, homes, provider, workspace):
    homes.use(provider.url)
    silent = [chat_chunk(ANSWER), chat_chunk(finish="stop"), CHAT_DONE]
    provider.script(stream_reply(chat_pieces([ANSWER])), stream_reply(silent))
    for name in ("a.spec.md", "b.spec.md"):
        (workspace / name).write_text(SPEC)
        assert (await orch("draft", name)).code == 0

    found = (await orch("usage", "--json")).json()

    assert found["schema"] == "orch.usage/1"
    assert set(found["by"]) == {"day", "model", "spec"}
    whole = found["total"]
    assert (whole["runs"], whole["input_tokens"], whole["output_tokens"]) == (2, 11, 1)
    assert (whole["runs_without_tokens"], whole["cost"], whole["runs_without_cost"]) == (1, [], 2)
    assert [one["key"] for one in found["by"]["model"]] == ["work · served-model"]
    shown = await orch("usage", "--by", "spec")
    assert shown.code == 0
    assert "a.spec.md  1 run  11 in / 1 out   cost unknown\n" in shown.out
    assert "b.spec.md  1 run  tokens unknown  cost unknown\n" in shown.out
    assert "total  2 runs  11 in / 1 out (1 run unknown)  cost unknown\n" in shown.out
    later = await orch("usage", "--since", "2999-01-01")
    assert (later.code, later.out, later.err) == (0, "", "No runs since 2999-01-01.\n")


async def test_runs_are_found_by_words_in_the_command_line_and_in_the_editor(
    orch, homes, provider, workspace, start_editor
):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\nThrottle clients.\n"])), stream_reply(chat_pieces([ANSWER])))
    for name in ("a.spec.md", "b.spec.md"):
        (workspace / name).write_text(SPEC)
        assert (await orch("draft", name)).code == 0

    found = (await orch("runs", "list", "--json", "--search", "thrott CLIENTS")).json()

    assert [run["spec"]["path"] for run in found] == ["a.spec.md"]
    nothing = await orch("runs", "list", "--search", "unheard")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No run has these words.\n")
    assert len((await orch("runs", "list", "--json", "--search", " ")).json()) == 2
    editor = await start_editor()
    editor.open(workspace / "b.spec.md", SPEC)
    assert await editor.execute("orch.showHistory", {"search": "throttle", "open": False}) == found
    assert len(await editor.execute("orch.showHistory", {"search": "clients", "open": False})) == 2
    await editor.stop()


async def test_outside_any_workspace_the_runs_of_documents_without_one_count_once(orch, homes, tmp_path):
    document = tmp_path / "alone" / "b.md"
    document.parent.mkdir()
    document.write_text(SPEC)
    assert (await orch("draft", str(document), "--provider", "outline", cwd=Path("/"))).code == 0
    here = tmp_path / "nowhere"
    here.mkdir()
    for folder in (Path("/"), here):
        assert (await orch("usage", "--json", cwd=folder)).json()["total"]["runs"] == 1
        listed = await orch("runs", "list", cwd=folder)
        assert len(listed.out.splitlines()) == 1
        (record,) = (await orch("runs", "list", "--json", cwd=folder)).json()
        assert (await orch("runs", "show", record["run_id"][:8], cwd=folder)).code == 0
    assert (await orch("usage", "--json", "--workspace", str(here), cwd=here)).json()["total"]["runs"] == 0
