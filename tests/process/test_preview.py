"""What would be sent, shown before: by the real command line and the real server, against what a real provider got."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.fakes.scripted_server import chat_pieces, messages_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client, as [the limiter](src/limiter.py) does.\n\n## Tasks\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count requests.\n"]


@pytest.fixture
def folder(workspace):
    here = workspace / "My Prüf (1) [x]"
    (here / "src").mkdir(parents=True)
    (here / ".orch").mkdir()
    (here / "src" / "limiter.py").write_text("LIMIT = 100\n")
    (here / "AGENTS.md").write_text("Write tests first.\n")
    (here / ".env").write_text("X=1\n")
    (here / "a.spec.md").write_text(SPEC)
    return here


@pytest.mark.parametrize(
    ("kind", "pieces"), [("openai-compatible", chat_pieces(ANSWER)), ("anthropic", messages_pieces(ANSWER))]
)
async def test_the_command_line_shows_byte_for_byte_what_is_then_sent(orch, homes, provider, folder, kind, pieces):
    homes.use(provider.url, kind=kind)
    shown = (await orch("context", str(folder / "a.spec.md"), "--json")).json()
    assert provider.requests == []
    provider.script(stream_reply(pieces))
    done = await orch("draft", str(folder / "a.spec.md"), "--json")
    request = await provider.request(0)
    assert shown["schema"] == "orch.context/1"
    assert request.body.decode() == shown["request"]["body"]
    assert shown["request"]["body_sha256"] == sha256(request.body).hexdigest() == done.json()["request_sha256"]
    assert [(item["path"], item["reason"]) for item in shown["items"]] == [
        ("AGENTS.md", "card"),
        ("src/limiter.py", "mention"),
    ]
    assert {"path": ".env", "reason": "denied: this name usually holds credentials"} in shown["left_out"]
    assert shown["estimate"]["input_tokens"] > 100
    assert shown["estimate"]["cost"] is None


async def test_runs_of_ones_own_correct_the_estimate(orch, homes, provider, folder):
    homes.use(provider.url)
    before = (await orch("context", str(folder / "a.spec.md"), "--json")).json()["estimate"]
    for _ in range(3):
        provider.script(stream_reply(chat_pieces(ANSWER)))
        await orch("draft", str(folder / "a.spec.md"), "--json")
    after = (await orch("context", str(folder / "a.spec.md"), "--json")).json()["estimate"]
    assert before["runs"] == 0
    assert after["runs"] == 3
    assert after["input_tokens"] == 11
    assert after["plus_minus"] < before["plus_minus"]


async def test_a_secret_is_refused_before_as_it_would_be(orch, homes, provider, folder):
    homes.use(provider.url)
    key = "sk-" + "ant-api03-" + "Q7" * 24
    (folder / "a.spec.md").write_text(f"{SPEC}\nUse {key}.\n")
    done = await orch("context", str(folder / "a.spec.md"), "--json")
    assert done.code == 2
    assert done.json()["error"]["code"] == "secret_blocked"
    assert key not in done.out + done.err


async def test_an_editor_opens_it_as_a_page_with_links(start_editor, homes, provider, folder):
    homes.use(provider.url)
    editor = await start_editor(folder, capabilities="visual-studio-code")
    uri = editor.open(folder / "a.spec.md", SPEC)
    answer = await editor.execute("orch.previewContext", {"uri": uri, "instruction": "Be brief."})
    assert "Be brief." in json.loads(answer["request"]["body"])["messages"][1]["content"]
    (shown,) = [shown.uri for shown in editor.client.shown_documents]
    page = Path(unquote(urlsplit(shown).path)).read_text("utf-8")
    assert "[`src/limiter.py`](<file://" in page
    assert "Be brief." in page
    assert "nothing was sent" in page
    assert provider.requests == []


async def test_a_document_with_nothing_open_says_so(start_editor, homes, provider, workspace):
    editor = await start_editor()
    uri = editor.open(workspace / "b.spec.md", SPEC)
    with pytest.raises(Exception, match="provider") as caught:
        await editor.execute("orch.previewContext", {"uri": uri})
    assert getattr(caught.value, "data", {})["code"] == "missing_provider"


async def test_a_lens_says_what_a_draft_takes_and_follows_the_text(start_editor, homes, provider, folder):
    homes.use(provider.url)
    editor = await start_editor(folder, capabilities="visual-studio-code")
    uri = editor.open(folder / "a.spec.md", SPEC)
    title = "Orch: Generate spec draft"
    while title == "Orch: Generate spec draft":
        refreshed = editor.lens_refreshes
        (title,) = await editor.lenses(uri)
        if title == "Orch: Generate spec draft":
            await editor.until(lambda seen=refreshed: editor.lens_refreshes > seen)
    assert title.startswith("Orch: Generate spec draft (≈ 2")
    assert title.endswith(" tokens, 2 files)")
    assert provider.requests == []
