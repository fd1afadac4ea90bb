"""`orch-lsp setup --editor`: an editor's own configuration, printed or put into its files."""

from __future__ import annotations

from orch_lsp.cli.output import say, write_json, write_page
from orch_lsp.setup.clients import Client, here, install


def set_up_editor(editor: str, *, is_written: bool, as_json: bool) -> None:
    """Print the configuration, or write it.

    Raises:
        SettingsError: A file of the editor cannot be changed; it is what it was.
    """
    client = here(editor)
    changed = install(client) if is_written else ()
    if as_json:
        files = [{"path": str(one.path), "text": one.text, "changed": one.path in changed} for one in client.files]
        write_json({"schema": "orch.setup/1", "editor": editor, "files": files, "note": client.note or None})
        return
    if not is_written:
        _print(client)
        return
    for file in client.files:
        say(f"{file.path} {'is written' if file.path in changed else 'has it already'}.")
    if client.note:
        say(client.note)


def _print(client: Client) -> None:
    for file in client.files:
        say(f"Into {file.path}:")
        write_page(file.text)
    say(f"`orch-lsp setup --editor {client.editor} --write` puts it there. {client.note}".rstrip())
