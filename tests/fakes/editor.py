"""An editor that behaves like one: keeps buffers, makes edits in the negotiated encoding, answers requests.

It speaks to a real server, in a process of its own over stdio or in the test's loop over a loopback.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.uris import to_fs_path
from pytest_lsp import client_capabilities, make_test_lsp_client

from orch_lsp.document.readings import difference
from orch_lsp.text import LineIndex

SECONDS = 30.0
"""Bound on every wait: reached only when something is broken."""


@dataclass
class Buffer:
    text: str
    version: int = 1
    undo: list[str] = field(default_factory=list)


class Editor:
    """A client with buffers. The switches make it behave like the more difficult ones."""

    def __init__(self) -> None:
        self.client = make_test_lsp_client()
        self.buffers: dict[str, Buffer] = {}
        self.runs: list[Any] = []
        self.deltas: list[Any] = []
        self.edits: list[types.ApplyWorkspaceEditParams] = []
        self.questions: list[types.ShowMessageRequestParams] = []
        self.shown: list[str] = []
        self.refuse: str | None = None
        self.lie = False
        """Say that an edit was made and do nothing, as Neovim 0.7 does with stale ones."""
        self.silent_edits = False
        """Never answer an edit."""
        self.silent_progress = False
        self.whole_texts = False
        """Send whole texts, whatever the server would rather have."""
        self.lens_refreshes = 0
        """How often the server asked to ask again for lenses."""
        self.hint_refreshes = 0
        """How often the server asked to ask again for hints."""
        self.answer_question: str | None = None
        self.before_answer: Any = None
        """Called when a question is asked, before it is answered."""
        self.before_edit: Any = None
        """Called before an edit is made, such as to type something."""
        self.untold: set[str] = set()
        """Buffers of which the server is not told."""
        self.seconds = SECONDS
        """Bound on each wait for something from the server; a test of very long texts may raise it."""
        self._happened = asyncio.Condition()
        self._tasks: set[Any] = set()
        self._register()

    def _register(self) -> None:  # noqa: C901 -- one handler after another
        client = self.client

        @client.feature(types.WORKSPACE_APPLY_EDIT)
        async def apply_edit(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.edits.append(params)
            await self.look_again()
            if self.silent_edits:
                await asyncio.Event().wait()
            if self.before_edit is not None:
                self.before_edit()
            if self.refuse is not None:
                return types.ApplyWorkspaceEditResult(applied=False, failure_reason=self.refuse)
            if self.lie:
                return types.ApplyWorkspaceEditResult(applied=True)
            return types.ApplyWorkspaceEditResult(applied=self._make(params.edit))

        # Notifications are recorded as they arrive: a task each would let a later one, such as the end of the
        # progress, be seen before the record that was sent in front of it.
        @client.feature("orch/runChanged")
        def run_changed(params: Any) -> None:
            self.runs.append(plain(params))
            self._look_soon()

        @client.feature("orch/draftDelta")
        def draft_delta(params: Any) -> None:
            self.deltas.append(plain(params))
            self._look_soon()

        @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
        async def code_lens_refresh(params: Any) -> None:
            self.lens_refreshes += 1
            await self.look_again()

        @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
        async def inlay_hint_refresh(params: Any) -> None:
            self.hint_refreshes += 1
            await self.look_again()

        @client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register_capability(params: Any) -> None: ...

        @client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        async def show_message_request(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            self.questions.append(params)
            await self.look_again()
            if self.before_answer is not None:
                self.before_answer()
            return types.MessageActionItem(self.answer_question) if self.answer_question else None

        self._watch(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        self._watch(types.WINDOW_SHOW_MESSAGE)
        self._watch(types.PROGRESS)
        created = client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE]

        async def create_progress(params: types.WorkDoneProgressCreateParams) -> Any:
            if self.silent_progress:
                await asyncio.Event().wait()
            return created(params)

        client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = create_progress

    def _watch(self, method: str) -> None:
        """Look again at what is waited for whenever this notification has been recorded."""
        features = self.client.protocol.fm.features
        recorded = features[method]

        def record(params: Any) -> None:
            recorded(params)
            self._look_soon()

        features[method] = record

    def _look_soon(self) -> None:
        task = asyncio.ensure_future(self.look_again())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def look_again(self) -> None:
        """Have everybody who waits for something look whether it is there."""
        async with self._happened:
            self._happened.notify_all()

    async def until(self, condition: Any) -> Any:
        """Wait until `condition()` is true, looking again whenever anything came from the server."""
        async with asyncio.timeout(self.seconds), self._happened:
            return await self._happened.wait_for(condition)

    # -- the connection

    async def start(self, *arguments: str, env: dict[str, str], cwd: Path) -> None:
        """Start the real server in a process of its own."""
        await self.client.start_io(sys.executable, "-P", "-m", "orch_lsp", "serve", *arguments, env=env, cwd=cwd)

    async def initialize(
        self,
        *folders: Path,
        capabilities: str | types.ClientCapabilities = "visual-studio-code",
        orch: bool = True,
        options: Any = None,
        settings: Any = None,
    ) -> types.InitializeResult:
        caps = client_capabilities(capabilities) if isinstance(capabilities, str) else capabilities
        if orch:
            caps.experimental = {"orch": {}}
        if settings is not None:
            self.client.set_configuration(settings, section="orch")
        self.result = await self.client.initialize_session(
            types.InitializeParams(
                capabilities=caps,
                process_id=os.getpid(),
                root_uri=folders[0].as_uri() if folders else None,
                workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders] or None,
                initialization_options=options,
            )
        )
        return self.result

    @property
    def encoding(self) -> str:
        value = self.result.capabilities.position_encoding or "utf-16"
        return getattr(value, "value", value)

    async def stop(self) -> None:
        await self.client.shutdown_session()

    # -- documents

    def open(self, path: Path | str, text: str | None = None) -> str:
        uri = path if isinstance(path, str) else path.as_uri()
        if text is None:
            assert isinstance(path, Path)
            text = path.read_bytes().decode()
        elif isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        self.buffers[uri] = Buffer(text)
        item = types.TextDocumentItem(uri, "markdown", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def text(self, uri: str) -> str:
        return self.buffers[uri].text

    def type(self, uri: str, text: str) -> None:
        """The person changes the document's text."""
        buffer = self.buffers[uri]
        buffer.undo.append(buffer.text)
        change = self._change(buffer.text, text)
        buffer.text = text
        buffer.version += 1
        if uri not in self.untold:
            self.change(uri, change, version=buffer.version)

    def change(self, uri: str, *changes: types.TextDocumentContentChangeEvent, version: int) -> None:
        """Tell of changes as they are given, whatever the buffer holds."""
        document = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, list(changes)))

    def _change(self, old: str, new: str) -> types.TextDocumentContentChangeEvent:
        """What was typed, as the server wants to be told of it."""
        sync = self.result.capabilities.text_document_sync
        kind = getattr(sync, "change", sync)
        if self.whole_texts or kind != types.TextDocumentSyncKind.Incremental:
            return types.TextDocumentContentChangeWholeDocument(new)
        span, text = difference(old, new)
        start, end = span.start, span.end
        # No position stands inside a line end.
        if old[start - 1 : start + 1] == "\r\n":
            start, text = start - 1, "\r" + text
        if old[end - 1 : end + 1] == "\r\n":
            end, text = end + 1, text + "\n"
        index = LineIndex(old, self.encoding)  # type: ignore[arg-type]
        places = types.Range(types.Position(*index.position(start)), types.Position(*index.position(end)))
        return types.TextDocumentContentChangePartial(places, text)

    def undo(self, uri: str) -> None:
        buffer = self.buffers[uri]
        before = buffer.undo.pop()
        self.type(uri, before)
        buffer.undo.pop()

    def save(self, uri: str) -> None:
        Path(to_fs_path(uri) or "").write_bytes(self.buffers[uri].text.encode())
        if uri in self.untold:
            return
        saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri), self.buffers[uri].text)
        self.client.text_document_did_save(saved)

    def close(self, uri: str) -> None:
        del self.buffers[uri]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def _make(self, edit: types.WorkspaceEdit) -> bool:
        by_uri: dict[str, list[Any]] = {}
        for change in edit.document_changes or []:
            if isinstance(change, types.CreateFile):
                if (path := Path(to_fs_path(change.uri) or "")).exists():
                    return False
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
                continue
            assert isinstance(change, types.TextDocumentEdit)
            uri, version = change.text_document.uri, change.text_document.version
            self._in_background(uri)
            if uri not in self.buffers or (version is not None and version != self.buffers[uri].version):
                return False
            by_uri[uri] = list(change.edits)
        for uri, edits in (edit.changes or {}).items():
            self._in_background(uri)
            by_uri[uri] = list(edits)
        for uri, edits in by_uri.items():
            text = self.buffers[uri].text
            index = LineIndex(text, self.encoding)  # type: ignore[arg-type]
            spans = [
                (
                    index.offset(e.range.start.line, e.range.start.character),
                    index.offset(e.range.end.line, e.range.end.character),
                    e.new_text,
                )
                for e in edits
            ]
            pieces, position = [], 0
            for start, end, new in sorted(spans, key=lambda span: span[:2]):
                pieces += [text[position:start], new]
                position = end
            self.type(uri, "".join([*pieces, text[position:]]))
        return True

    def _in_background(self, uri: str) -> None:
        """Have a file at hand that is edited without being open; of files that are no Markdown no server is told."""
        path = Path(to_fs_path(uri) or "")
        if uri not in self.buffers and path.suffix != ".md" and path.is_file():
            self.buffers[uri] = Buffer(path.read_bytes().decode())
            self.untold.add(uri)

    # -- requests

    async def execute(self, command: str, argument: Any = ...) -> Any:
        """Execute a command; without an argument, `arguments` is null, as some editors send it."""
        arguments = None if argument is ... else [argument]
        async with asyncio.timeout(SECONDS):
            result = await self.client.workspace_execute_command_async(types.ExecuteCommandParams(command, arguments))
        return plain(result)

    async def draft(self, uri: str, **arguments: Any) -> Any:
        """Generate and wait until the run has ended and its draft was dealt with; the last record."""
        answer = await self.execute("orch.generateDraft", {"uri": uri, **arguments})
        return await self.ended(answer["runId"])

    def record(self, run_id: str) -> Any:
        return next((run for run in reversed(self.runs) if run["run_id"] == run_id), None)

    async def status(self, run_id: str, status: str) -> Any:
        await self.until(lambda: any(r["run_id"] == run_id and r["status"] == status for r in self.runs))
        return self.record(run_id)

    async def ended(self, run_id: str) -> Any:
        """The run's record once it is terminal and, if it completed, its draft was applied, refused or left waiting."""

        def settled() -> bool:
            record = self.record(run_id)
            if record is None or record["status"] in {"queued", "running"}:
                return False
            reports = self.client.progress_reports.get(run_id)
            if reports:
                return getattr(reports[-1], "kind", None) == "end"
            # No progress is begun for a run that ends before the editor has answered that it may be.
            return reports is None or record["status"] != "completed" or _dealt_with(record)

        await self.until(settled)
        return self.record(run_id)

    async def diagnostic(self, uri: str, code: str) -> types.Diagnostic:
        def find() -> types.Diagnostic | None:
            return next((d for d in self.client.diagnostics.get(uri, []) if d.code == code), None)

        await self.until(find)
        found = find()
        assert found is not None
        return found

    async def actions(self, uri: str, *diagnostics: types.Diagnostic) -> dict[str, Any]:
        place = diagnostics[0].range if diagnostics else types.Range(types.Position(0, 0), types.Position(0, 0))
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(uri), place, types.CodeActionContext(list(diagnostics)))
        )
        return {action.title: _code_action(action) for action in found or []}

    async def actions_at(self, uri: str, needle: str) -> dict[str, Any]:
        """What is offered on the first line with some words, where they begin."""
        lines = self.text(uri).split("\n")
        number = next(number for number, line in enumerate(lines) if needle in line)
        place = types.Position(number, lines[number].index(needle))
        asked = types.CodeActionParams(
            types.TextDocumentIdentifier(uri), types.Range(place, place), types.CodeActionContext([])
        )
        found = await self.client.text_document_code_action_async(asked)
        return {action.title: _code_action(action) for action in found or []}

    async def run_action(self, action: Any) -> Any:
        if getattr(action, "edit", None) is not None:
            assert self._make(action.edit)
        command = action.command if isinstance(action, types.CodeAction) else action
        if command is None:
            return None
        result = await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command.command, command.arguments)
        )
        return plain(result)

    async def offers(self, uri: str) -> list[str]:
        """What the code actions offer for the document, whether or not it counts as a spec."""
        return list(await self.actions(uri))

    async def lenses(self, uri: str) -> list[str]:
        found = await self.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
        return [lens.command.title for lens in found or [] if lens.command]

    async def hover(self, uri: str, needle: str) -> str | None:
        """The hover's text on the line that holds `needle`."""
        line = next(i for i, text in enumerate(re.split(r"\r\n|\n|\r", self.text(uri))) if needle in text)
        found = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, 0))
        )
        return None if found is None else found.contents.value  # type: ignore[union-attr]


def _dealt_with(record: Any) -> bool:
    """Whether a completed run's draft was applied, superseded or refused."""
    return record["draft"]["state"] != "ready" or record["error"] is not None


def _code_action(action: types.Command | types.CodeAction) -> types.Command | types.CodeAction:
    """lsprotocol reads a code action that has a command as a bare command, and makes a string of its inner one."""
    if isinstance(action, types.Command) and action.command.startswith("{"):
        command: Any = ast.literal_eval(action.command)
        inner = types.Command(command["title"], command["command"], arguments=command.get("arguments"))
        return types.CodeAction(action.title, command=inner)
    return action


def plain(value: Any) -> Any:
    """pygls's named tuples as JSON values."""
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def as_json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
