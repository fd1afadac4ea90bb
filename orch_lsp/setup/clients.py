"""The configuration by which an editor starts the server: as text, and put into the editor's own files.

Files are created, or changed only where all else of them is sure to stay; otherwise they are named with the text that
belongs into them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.storage.files import replace_file
from orch_lsp.workspace import resolved

Change = Callable[[str], str | None]
"""Makes the new text of a file from its own; None where that cannot be done safely."""

_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ClientFile:
    """A file of an editor, and the text that belongs into it.

    Attributes:
        path: Where the editor looks for it.
        text: The lines as a person would write them.
        change: Puts them into the file's text; a new file has an empty one.
    """

    path: Path
    text: str
    change: Change


@dataclass(frozen=True, slots=True)
class Client:
    """The configuration of an editor; `note` is what is left for the person to do, empty where nothing is."""

    editor: str
    files: tuple[ClientFile, ...]
    note: str = ""


def client_of(editor: str, home: Path, environment: Mapping[str, str]) -> Client:
    """The configuration of an editor that `EDITORS` names.

    Args:
        editor: Its name.
        home: The person's home folder.
        environment: Variables by which editors are told where their files are.
    """
    return EDITORS[editor](_Folders(home, environment), _program())


def install(client: Client) -> tuple[Path, ...]:
    """Put the configuration into the editor's files; those that have changed. Blocking.

    Raises:
        SettingsError: `invalid_settings`: a file cannot be changed safely, read or written; it is what it was. Files
            before it in the list are changed.
    """
    return tuple(file.path for file in client.files if _installed(file))


def _installed(file: ClientFile) -> bool:
    target = resolved(file.path)
    try:
        text = target.read_bytes()[:_MAX_BYTES].decode("utf-8") if target.exists() else ""
        changed = file.change(text)
        if changed is None:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS,
                f"{file.path} is there already, and is not changed: nothing can be put in safely.",
                remediation="Put in by hand what the command prints without `--write`.",
            )
        if changed == text:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        replace_file(target, changed.encode("utf-8"), mode=mode)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{file.path} cannot be changed: {reason}.",
            remediation="Put in by hand what the command prints without `--write`.",
        ) from error
    return True


def _program() -> str:
    """The server's program as an editor finds it: its name where the search path leads here, else its full path."""
    name = "orch-lsp"
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    found = shutil.which(name)
    if beside is None or (found is not None and resolved(Path(found)) == resolved(Path(beside))):
        return name
    return beside


@dataclass(frozen=True, slots=True)
class _Folders:
    home: Path
    environment: Mapping[str, str]

    def config(self) -> Path:
        """Where most editors of Linux and macOS keep their files."""
        given = self.environment.get("XDG_CONFIG_HOME", "")
        return Path(given) if Path(given).is_absolute() else self.home / ".config"

    def roaming(self) -> Path:
        """Where programs of Windows do."""
        return Path(self.environment.get("APPDATA") or self.home / "AppData" / "Roaming")

    def local(self) -> Path:
        """Where some others of Windows do."""
        return Path(self.environment.get("LOCALAPPDATA") or self.home / "AppData" / "Local")


def _own_file(text: str) -> Change:
    """A file that is ours alone: new, or as we would write it but for the program's path."""
    return lambda present: text if not present.strip() or _but_for_program(present) == _but_for_program(text) else None


def _but_for_program(text: str) -> str:
    return re.sub(r"(?m)([\"'])(?:(?!\1).)*orch-lsp(?:\.exe)?\1", "@", text).strip()


def _neovim(folders: _Folders, program: str) -> Client:
    name = folders.environment.get("NVIM_APPNAME") or "nvim"
    folder = folders.local() if sys.platform == "win32" else folders.config()
    text = (
        "vim.lsp.config('orch', {\n"
        f"  cmd = {{ {_lua(program)}, 'serve' }},\n"
        "  filetypes = { 'markdown' },\n"
        "  root_markers = { '.orch', '.git' },\n"
        "})\n"
        "vim.lsp.enable('orch')\n"
    )
    note = "For Neovim 0.11 and newer, without the plugin of orch-lsp; with the plugin nothing has to be configured."
    return Client("neovim", (ClientFile(folder / name / "plugin" / "orch.lua", text, _own_file(text)),), note)


def _lua(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _helix(folders: _Folders, program: str) -> Client:
    folder = folders.roaming() / "helix" if sys.platform == "win32" else folders.config() / "helix"
    text = (
        "[language-server.orch]\n"
        f"command = {json.dumps(program, ensure_ascii=False)}\n"
        'args = ["serve"]\n'
        "\n"
        "[[language]]\n"
        'name = "markdown"\n'
        'language-servers = ["marksman", "orch"]\n'
    )
    return Client("helix", (ClientFile(folder / "languages.toml", text, lambda present: _in_helix(present, program)),))


def _in_helix(present: str, program: str) -> str | None:
    """The file of languages with the server, and with it in the list of Markdown's."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        wanted = tomllib.loads(present)
        _with_server(wanted, program)
        document = tomlkit.parse(present)
        _with_server(document, program)
        changed = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] -- untyped in tomlkit
        return changed if tomllib.loads(changed) == wanted else None
    except (TOMLKitError, ValueError, TypeError, AttributeError):
        return None


def _with_server(document: Any, program: str) -> None:
    servers: Any = document.setdefault("language-server", {})
    servers["orch"] = {"command": program, "args": ["serve"]}
    languages: Any = document.setdefault("language", [])
    markdown: Any = next((one for one in languages if one.get("name") == "markdown"), None)
    if markdown is None:
        languages.append({"name": "markdown", "language-servers": ["marksman", "orch"]})
    elif "language-servers" not in markdown:
        markdown["language-servers"] = ["marksman", "orch"]
    elif "orch" not in markdown["language-servers"]:
        markdown["language-servers"].append("orch")


_ZED_EXTENSION = """\
id = "orch"
name = "orch"
version = "0.0.1"
schema_version = 1
authors = []

[language_servers.orch]
name = "orch"
languages = ["Markdown"]
"""
_ZED_CARGO = """\
[package]
name = "orch"
version = "0.0.1"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
zed_extension_api = "0.7"
"""
_ZED_RUST = """\
use zed_extension_api as zed;

struct Orch;

impl zed::Extension for Orch {
    fn new() -> Self {
        Orch
    }

    fn language_server_command(
        &mut self,
        _: &zed::LanguageServerId,
        worktree: &zed::Worktree,
    ) -> zed::Result<zed::Command> {
        let command = PROGRAM;
        Ok(zed::Command {
            command: worktree.which(command).unwrap_or_else(|| command.to_string()),
            args: vec!["serve".to_string()],
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Orch);
"""


def _zed(folders: _Folders, program: str) -> Client:
    folder = (folders.roaming() / "Zed" if sys.platform == "win32" else folders.config() / "zed") / "orch-extension"
    texts = {
        "extension.toml": _ZED_EXTENSION,
        "Cargo.toml": _ZED_CARGO,
        "src/lib.rs": _ZED_RUST.replace("PROGRAM", json.dumps(program, ensure_ascii=False)),
    }
    note = (
        "Zed starts only servers that an extension declares: install that folder with “zed: install dev extension”. "
        "It needs Rust by rustup, with which Zed builds it."
    )
    return Client("zed", tuple(ClientFile(folder / name, text, _own_file(text)) for name, text in texts.items()), note)


_EGLOT = """\
(require 'eglot)
(require 'url-util)

(add-to-list 'eglot-server-programs '(markdown-mode . (PROGRAM "serve")))
(add-hook 'markdown-mode-hook #'eglot-ensure)

;; A draft is an edit that the server starts. Eglot asks for each one unless told otherwise.
(setq eglot-confirm-server-initiated-edits nil)

(defun orch-execute (command &rest argument)
  "Let the orch server run COMMAND with ARGUMENT, a property list; do not wait."
  (jsonrpc-async-request (eglot-current-server) :workspace/executeCommand
                         (list :command command
                               :arguments (if argument (vector argument) []))
                         :success-fn #'ignore
                         :error-fn (lambda (problem)
                                     (message "Orch: %s" (plist-get problem :message)))))

(defun orch-generate ()
  "Draft the missing sections of this document."
  (interactive)
  (orch-execute "orch.generateDraft"
                :uri (concat "file://" (url-hexify-string buffer-file-name url-path-allowed-chars))))

(defun orch-cancel ()
  "Cancel the newest run; the text so far is kept."
  (interactive)
  (orch-execute "orch.cancelRun"))

(defun orch-apply ()
  "Apply the draft that waits."
  (interactive)
  (orch-execute "orch.applyDraft"))
"""
_EGLOT_LOAD = '(load (locate-user-emacs-file "orch-lsp.el"))\n'


def _emacs(folders: _Folders, program: str) -> Client:
    places = (folders.home / ".emacs.d", folders.config() / "emacs")
    folder = next((place for place in places if place.is_dir()), places[0])
    old = folders.home / ".emacs"
    init = old if old.is_file() else folder / "init.el"
    text = _EGLOT.replace("PROGRAM", json.dumps(program, ensure_ascii=False))

    def loading(present: str) -> str:
        gap = "" if present == "" or present.endswith("\n") else "\n"
        return present if _EGLOT_LOAD.strip() in present else f"{present}{gap}{_EGLOT_LOAD}"

    files = (ClientFile(folder / "orch-lsp.el", text, _own_file(text)), ClientFile(init, _EGLOT_LOAD, loading))
    return Client("emacs", files, "It needs markdown-mode, and Emacs 29 or the package eglot.")


def _sublime(folders: _Folders, program: str) -> Client:
    base = {
        "win32": folders.roaming() / "Sublime Text",
        "darwin": folders.home / "Library" / "Application Support" / "Sublime Text",
    }.get(sys.platform, folders.config() / "sublime-text")
    server = {"enabled": True, "command": [program, "serve"], "selector": "text.html.markdown"}
    settings = _json({"clients": {"orch": server}}, 2)
    commands = _json(
        [
            {
                "caption": f"Orch: {caption}",
                "command": "lsp_execute",
                "args": {"session_name": "orch", "command_name": command},
            }
            for caption, command in (
                ("Generate Draft", "orch.generateDraft"),
                ("Cancel Run", "orch.cancelRun"),
                ("Set Up a Provider and Model", "orch.setup"),
            )
        ],
        2,
    )
    user = base / "Packages" / "User"

    def with_server(present: str) -> str | None:
        return _in_json(present, ("clients", "orch"), server, 2)

    def with_commands(present: str) -> str | None:
        # A person's own commands stay.
        return present if "lsp_execute" in present else None if present.strip() else commands

    files = (
        ClientFile(user / "LSP.sublime-settings", settings, with_server),
        ClientFile(user / "Orch.sublime-commands", commands, with_commands),
    )
    return Client("sublime", files, "It needs the package LSP.")


def _kate(folders: _Folders, program: str) -> Client:
    folder = {
        "win32": folders.local(),
        "darwin": folders.home / "Library" / "Application Support",
    }.get(sys.platform, folders.config())
    server = {
        "command": [program, "serve"],
        "rootIndicationFileNames": [".orch", ".git"],
        "highlightingModeRegex": "^Markdown$",
    }
    text = _json({"servers": {"markdown": server}}, 4)
    file = ClientFile(
        folder / "kate" / "lspclient" / "settings.json",
        text,
        lambda present: _in_json(present, ("servers", "markdown"), server, 4),
    )
    return Client("kate", (file,), "It replaces the server that Kate would start for Markdown.")


def _json(value: object, indent: int) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"


def _in_json(present: str, path: tuple[str, str], server: dict[str, Any], indent: int) -> str | None:
    """A JSON text with the server; None for one with comments, or with another server in its place."""
    if not present.strip():
        return _json({path[0]: {path[1]: server}}, indent)
    try:
        values: Any = json.loads(present)
    except ValueError:
        return None
    if not isinstance(values, dict) or not isinstance(values.get(path[0], {}), dict):  # pyright: ignore[reportUnknownMemberType] -- JSON or TOML of any shape
        return None
    members = cast("dict[str, Any]", values)
    servers: dict[str, Any] = members.setdefault(path[0], {})
    known = servers.get(path[1])
    if known == server:
        return present
    if known is not None and not re.search("orch-lsp", json.dumps(known)):
        return None
    servers[path[1]] = server
    return _json(members, indent)


EDITORS: Mapping[str, Callable[[_Folders, str], Client]] = {
    "emacs": _emacs,
    "helix": _helix,
    "kate": _kate,
    "neovim": _neovim,
    "sublime": _sublime,
    "zed": _zed,
}
"""The editors that are known, by the names of the command line."""


def here(editor: str) -> Client:
    """The configuration of an editor of this process's user."""
    return client_of(editor, Path.home(), os.environ)
