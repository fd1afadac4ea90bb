"""Two editors on one document: each knows of the other's run."""

from __future__ import annotations

import asyncio

from tests.fakes.scripted_server import Reply, Send, Until, chat_pieces

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"


async def test_a_run_of_another_editor_is_shown_in_place_of_an_offer_that_would_be_refused(
    start_editor, homes, provider, workspace
):
    homes.use(provider.url)
    go = asyncio.Event()
    first, *rest = chat_pieces(["## Goal\n\nLimit ", "clients.\n"])
    provider.script(Reply(steps=(Send(first), Until(go), *map(Send, rest))))
    one, other = await start_editor(settings={"apply": "review"}), await start_editor()
    uri = one.open(workspace / "a.spec.md", SPEC)
    assert other.open(workspace / "a.spec.md", SPEC) == uri
    assert "Orch: Generate spec draft" in await other.lenses(uri)
    run_id = (await one.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await one.until(lambda: one.deltas)

    assert await one.lenses(uri) == ["Orch: Cancel (running)"]
    (shown,) = await other.lenses(uri)
    assert shown.startswith("Orch: In progress in ")
    assert shown.endswith("(running)")
    assert "Orch: Generate spec draft" not in await other.offers(uri)
    record = await other.execute("orch.showRun", {"runId": run_id, "open": False})
    assert record["status"] == "running"
    seen = other.lens_refreshes
    go.set()
    await one.ended(run_id)
    await other.until(lambda: other.lens_refreshes > seen)
    assert "Orch: Apply draft" in await other.lenses(uri)


async def test_a_run_of_an_editor_that_is_gone_hinders_nothing(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(Reply(steps=(Send(chat_pieces(["x"])[0]), Until(asyncio.Event()))))
    one, other = await start_editor(), await start_editor()
    uri = one.open(workspace / "a.spec.md", SPEC)
    other.open(workspace / "a.spec.md", SPEC)
    await one.execute("orch.generateDraft", {"uri": uri})
    await one.until(lambda: one.deltas)
    assert "Orch: Generate spec draft" not in await other.lenses(uri)
    server = one.client._server
    assert server is not None
    server.kill()
    await server.wait()
    assert "Orch: Generate spec draft" in await other.lenses(uri)
