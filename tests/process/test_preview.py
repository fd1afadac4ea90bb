"""What would be sent, shown before: by the real command line and the real server, against what a real provider got."""

from __future__ import annotations

import json
import re
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from rich.cells import cell_len

from tests.fakes.scripted_server import chat_pieces, messages_pieces, stream_reply
from tests.process.terminal import on_a_terminal

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
    assert "| [`src/limiter.py`][" in page
    table, _, rest = page.partition("## Instructions")
    assert "file://" not in table
    address = (folder / "src" / "limiter.py").as_uri()
    number = table.partition("[`src/limiter.py`][")[2].partition("]")[0]
    assert rest.endswith("\n")
    assert f"\n[{number}]: <{address}>\n" in rest
    assert "| [`.env`][" in table
    assert " denied: this name usually holds credentials |" in table
    assert "Be brief." in page
    assert "nothing was sent" in page
    assert provider.requests == []


async def test_the_command_line_shows_a_table_with_one_row_a_file(orch, homes, provider, folder):
    homes.use(provider.url)
    (folder / "src" / "much.py").write_text("".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(200)))
    (folder / ".orchignore").write_text("/src/old.py\n*.bak\n")
    (folder / ".orch" / "config.toml").write_text('[context]\npin = ["src/much.py#L1-L2", "src/much.py#L401-L402"]\n')
    page = (await orch("context", str(folder / "a.spec.md"))).out
    table, _, words = page.partition("\nInstructions\n")
    rows = [" ".join(row.split()) for row in table.split("\n")]
    assert "FILE LINES ROLE WHY TOKENS" in rows
    shown = (await orch("context", str(folder / "a.spec.md"), "--json")).json()
    tokens = sum(item["tokens"] for item in shown["items"] if item["path"] == "src/much.py")
    assert f"src/much.py 1-2, 401-402 code it is pinned {tokens}" in rows
    (limiter,) = [item["tokens"] for item in shown["items"] if item["path"] == "src/limiter.py"]
    assert f"src/limiter.py all code the spec names it {limiter}" in rows
    assert ".env denied: this name usually holds credentials" in rows
    assert "src/old.py .orchignore" in rows
    assert shown["by_hand"] == {"pinned": ["src/much.py#L1-L2", "src/much.py#L401-L402"], "excluded": ["src/old.py"]}
    assert "LIMIT = 100" in words
    assert "\x1b" not in page
    assert "file://" not in table
    assert "\\" not in table


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [100, 40, 20])
async def test_on_a_terminal_the_table_fits_and_files_are_links(homes, provider, folder, columns):
    homes.use(provider.url)
    (folder / "日本語のとても長い名前のファイル.md").write_text("Limit each client.\n")
    code, shown = await on_a_terminal(homes, folder, "context", "a.spec.md", columns=columns)
    assert code == 0
    lines = shown.decode().replace("\r\n", "\n")
    assert "\x1b]8;id=" in lines
    assert f"{(folder / 'src' / 'limiter.py').as_uri()}\x1b\\" in lines
    seen = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", lines)
    assert "\x1b" not in seen
    table = seen[: seen.index("SHA-256")]
    assert all(cell_len(line) < columns for line in table.split("\n"))
    assert "Instructions" not in seen
    plain = await on_a_terminal(homes, folder, "context", "a.spec.md", "--words", env={"TERM": "dumb"})
    assert b"\x1b" not in plain[1]
    assert b"Instructions" in plain[1]
    assert b"LIMIT = 100" in plain[1]


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
