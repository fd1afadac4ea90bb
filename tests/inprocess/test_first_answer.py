"""The answer to `initialize` before the server is loaded: the same as the loaded server's, for any client."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from orch_lsp.app.server import build_server
from orch_lsp.lsp.wire import first_answer
from orch_lsp.lsp.wire.first_answer import FirstMessages, answer_initialize, is_plain, result_for
from tests.fakes.raw_client import frame

KNOWN = Path(first_answer.__file__).with_name("initialize.json")

SEMANTIC_TOKENS = {
    "requests": {"full": True, "range": True},
    "tokenTypes": ["class", "keyword"],
    "tokenModifiers": [],
    "formats": ["relative"],
}

VSCODE = {
    "workspace": {"fileOperations": {"didRename": True, "willRename": True}, "diagnostics": {"refreshSupport": True}},
    "textDocument": {
        "diagnostic": {"dynamicRegistration": True},
        "synchronization": {"willSave": True},
        "semanticTokens": SEMANTIC_TOKENS,
    },
    "general": {"positionEncodings": ["utf-16"]},
    "notebookDocument": {"synchronization": {"executionSummarySupport": True}},
    "experimental": {"orch": {}},
}
NEOVIM = {
    "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
    "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": False}},
    "textDocument": {"diagnostic": {"dynamicRegistration": False}, "rename": {"prepareSupport": True}},
}
HELIX = {
    "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
    "workspace": {"fileOperations": {"willRename": True, "didRename": True}, "diagnostic": {"refreshSupport": True}},
}
EMACS = {
    "workspace": {"applyEdit": True},
    "textDocument": {"hover": {"contentFormat": ["markdown"]}},
    "experimental": {},
}

EVERYTHING = {
    "workspace": {"fileOperations": {"didRename": True}, "diagnostics": {"refreshSupport": True}},
    "textDocument": {"diagnostic": {}, "semanticTokens": SEMANTIC_TOKENS, "rename": {"prepareSupport": True}},
}

_encodings = st.lists(st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-7"]), max_size=3)
_yes_or_no = st.fixed_dictionaries({}, optional={"refreshSupport": st.booleans()})
_clients = st.fixed_dictionaries(
    {},
    optional={
        "general": st.fixed_dictionaries({}, optional={"positionEncodings": _encodings}),
        "workspace": st.fixed_dictionaries(
            {},
            optional={
                "fileOperations": st.fixed_dictionaries({}, optional={"didRename": st.booleans()}),
                "diagnostics": _yes_or_no,
            },
        ),
        "textDocument": st.fixed_dictionaries(
            {},
            optional={
                "diagnostic": st.fixed_dictionaries({}),
                "semanticTokens": st.just(SEMANTIC_TOKENS),
                "rename": st.fixed_dictionaries({}, optional={"prepareSupport": st.booleans()}),
                "synchronization": st.fixed_dictionaries(
                    {}, optional={"willSave": st.booleans(), "willSaveWaitUntil": st.booleans()}
                ),
            },
        ),
        "experimental": st.sampled_from([{}, {"orch": {}}, {"other": 1}]),
    },
)


def _loaded(client: dict[str, Any]) -> dict[str, Any]:
    """The result of the server itself."""
    server = build_server()
    said: list[dict[str, Any]] = []

    class Writer:
        def write(self, data: bytes) -> None:
            said.append(json.loads(data))

        def close(self) -> None: ...

    server.protocol.set_writer(Writer(), include_headers=False)  # pyright: ignore[reportArgumentType]
    request = {"jsonrpc": "2.0", "id": 1, "method": types.INITIALIZE, "params": {"processId": None, "rootUri": None}}
    request["params"]["capabilities"] = client
    server.protocol.receive(json.dumps(request).encode())
    return said[0]["result"]


async def test_what_ships_is_what_the_server_says():
    """If this fails, the file has to follow the server: put the result that is shown here into it."""
    everything = _loaded(EVERYTHING)
    assert json.loads(KNOWN.read_text("utf-8")) == everything, json.dumps(everything, indent=2)


@pytest.mark.parametrize(
    "client", [VSCODE, NEOVIM, HELIX, EMACS, {}], ids=["vscode", "neovim", "helix", "emacs", "none"]
)
async def test_it_is_the_servers_own_answer_for_a_real_client(client):
    assert await asyncio.to_thread(result_for, client) == _loaded(client)


@settings(max_examples=40, deadline=None)
@given(_clients)
async def test_it_is_the_servers_own_answer_for_any_client(client):
    assert await asyncio.to_thread(result_for, client) == _loaded(client)


def _say(*parts: bytes) -> tuple[FirstMessages, bytes]:
    to_server, from_client = os.pipe()
    to_client, from_server = os.pipe()
    for part in parts:
        os.write(from_client, part)
    os.close(from_client)
    try:
        first = answer_initialize(to_server, from_server)
        os.close(from_server)
        said = b""
        while piece := os.read(to_client, 65536):
            said += piece
        return first, said
    finally:
        os.close(to_server)
        os.close(to_client)


def _initialize(**more: Any) -> dict[str, Any]:
    params = {"processId": None, "rootUri": None, "capabilities": {}, **more}
    return {"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params}


def test_a_plain_initialize_is_answered_and_kept_with_all_that_came_with_it():
    data = frame(_initialize()) + frame({"jsonrpc": "2.0", "method": "initialized", "params": {}}) + b"Content-"
    first, said = _say(data)
    assert (first.data, first.answered) == (data, 7)
    head, _, body = said.partition(b"\r\n\r\n")
    assert head == b"Content-Length: %d" % len(body)
    assert json.loads(body)["result"]["serverInfo"]["name"] == "orch-lsp"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Content-Length: 9",
        b"noise\r\n\r\n" + frame(_initialize()),
        b"Content-Length: 10\r\nContent-Type: x\r\n\r\n0123456789",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
        frame(b"[" * 50_000),
        frame({"jsonrpc": "2.0", "id": 1, "method": "shutdown"}),
        frame([_initialize()]),
        frame({**_initialize(), "id": None}),
        frame({**_initialize(), "id": True}),
        frame({**_initialize(), "params": []}),
        frame(_initialize(capabilities=None)),
    ],
)
def test_whatever_else_comes_first_is_left_to_the_server_byte_for_byte(data):
    first, said = _say(data)
    assert (first.data, first.answered, said) == (data, None, b"")


def test_only_a_server_over_stdio_is_answered_for():
    assert is_plain([])
    assert is_plain(["--stdio", "--clientProcessId=7"])
    assert not is_plain(["--tcp", "127.0.0.1:0"])
    assert not is_plain(["--help"])


def test_nothing_of_the_server_is_loaded_for_it():
    code = (
        "import sys; from orch_lsp.lsp.wire.first_answer import answer_initialize; answer_initialize();"
        "print(sorted({name.partition('.')[0] for name in sys.modules} "
        "& {'lsprotocol', 'pygls', 'cattrs', 'attr', 'asyncio', 'argparse', 'pathlib', 'logging'}), file=sys.stderr)"
    )
    root = KNOWN.parents[3]
    command = [sys.executable, "-P", "-S", "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ended = subprocess.run(command, input=frame(_initialize()), capture_output=True, cwd=root, env=environment)
    assert (ended.returncode, ended.stderr.strip()) == (0, b"[]")
