"""The consent to a server of a workspace is bound to a hash: of all that decides what would run, or who would be asked.

Command, arguments, names and values of variables, the folder, and the content of each file of the workspace that the
command line names. Files that those load in turn are not followed; a folder counts by the files with which programs
begin, and a program that reads a manifest by that manifest. Of a server over HTTP the URL and the headers.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from orch_lsp.context.mcp.declared import Declared, declared_servers
from orch_lsp.errors import ContextError, ErrorCode, SettingsError
from orch_lsp.hidden import strip_hidden
from orch_lsp.workspace import resolved

_MAX_BYTES = 64 * 1024 * 1024
_MOST_NAMED = 500
_PIECE = re.compile(r"[^\s;&|()<>`'\"=,]+")
_BEGINNINGS = (
    *("__main__.py", "__init__.py", "package.json", "index.js", "index.mjs", "index.cjs", "index.ts", "main.py"),
    *("main.go", "main.ts", "main.js", "pyproject.toml", "Cargo.toml", "deno.json", "deno.jsonc"),
)
_MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "bun": ("package.json", "bunfig.toml"),
    "cargo": ("Cargo.toml", "Cargo.lock", "build.rs", "src/main.rs", ".cargo/config.toml"),
    "deno": ("deno.json", "deno.jsonc", "package.json"),
    "go": ("go.mod", "main.go"),
    "gradle": ("build.gradle", "build.gradle.kts", "settings.gradle"),
    "hatch": ("pyproject.toml", "hatch.toml"),
    "just": ("justfile", "Justfile", ".justfile"),
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "mise": ("mise.toml", ".mise.toml", ".tool-versions"),
    "npm": ("package.json", ".npmrc"),
    "npx": ("package.json", ".npmrc"),
    "pnpm": ("package.json", ".npmrc", "pnpm-workspace.yaml"),
    "poetry": ("pyproject.toml", "poetry.toml"),
    "rake": ("Rakefile",),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "uv": ("pyproject.toml", "uv.toml", "uv.lock"),
    "yarn": ("package.json", ".yarnrc", ".yarnrc.yml"),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A hash, and the files of the workspace whose content went into it, below the root with `/`."""

    fingerprint: str
    files: tuple[str, ...]


def usable(root: Path, name: str) -> Declared:
    """The server that a workspace declares by a name. Blocking.

    Raises:
        SettingsError: There is none.
        ContextError: It is never used.
    """
    declared, problems = declared_servers(root)
    found = next((one for one in declared if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in declared) or "no server"
        unread = "".join(f" {one.path}: {one.reason}." for one in problems)
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"This workspace declares no server named {strip_hidden(name)[0]}; it declares {known}.{unread}",
            remediation="Name a server of `.mcp.json` or `.vscode/mcp.json`.",
        )
    if found.refused:
        raise ContextError(
            ErrorCode.NOT_ALLOWED,
            f"The server {name} of {found.file} cannot be allowed: {found.refused}.",
            remediation="Describe the server in your own config, below `[mcp.NAME]`.",
        )
    return found


def described(server: Declared, files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """All that a consent is bound to, by label; as JSON in ASCII: nothing is hidden, and no two names look alike."""
    if server.url:
        yield "url", json.dumps(server.url)
        yield "headers", json.dumps(dict(server.headers))
        return
    yield "command", json.dumps(list(server.command))
    yield "variables", json.dumps(dict(server.env))
    yield "folder", json.dumps(server.folder)
    for file in files:
        yield "file", json.dumps(file)


def bound(server: Declared, root: Path) -> Bound:
    """The hash of a declared server as it is now. Blocking.

    Raises:
        ContextError: A file that it names cannot be read, or is larger than 64 MB.
    """
    if server.url:
        whole = json.dumps([server.url, sorted(server.headers.items())], ensure_ascii=True)
        return Bound(sha256(whole.encode()).hexdigest(), ())
    try:
        return _bound(server, root)
    except (OSError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else "not a valid file name"
        raise ContextError(
            ErrorCode.INVALID_REQUEST, f"A file that the server {server.name} names cannot be read: {reason}."
        ) from error


def _bound(server: Declared, root: Path) -> Bound:
    folder = root / server.folder
    whole = sha256()
    whole.update(json.dumps([server.command, sorted(server.env.items()), server.folder], ensure_ascii=True).encode())
    files: list[str] = []
    for path in _files(server, root, folder):
        name = os.path.relpath(path, root).replace(os.sep, "/")
        files.append(name)
        whole.update(json.dumps([name, str(resolved(path)), _hash(path)]).encode())
    return Bound(whole.hexdigest(), tuple(files))


def _files(server: Declared, root: Path, folder: Path) -> Iterator[Path]:
    seen: set[Path] = set()
    for candidate in _candidates(server, folder):
        # Below the root as it is written or as it really is: either way the repository can change it.
        inside = Path(os.path.normpath(candidate)).is_relative_to(root) or resolved(candidate).is_relative_to(root)
        if not inside or candidate in seen:
            continue
        seen.add(candidate)
        if len(seen) > _MOST_NAMED:
            msg = "names too many files"
            raise OSError(msg)
        if candidate.is_file():
            yield candidate
        elif candidate.is_dir():
            yield from (candidate / name for name in _BEGINNINGS if (candidate / name).is_file())


def _candidates(server: Declared, folder: Path) -> Iterator[Path]:
    for value in (*server.command, *server.env.values()):
        # As it is, and by its words: `--config=x.json`, `sh -c "./x.sh --now"`, `-rx.js`, `a:b`.
        pieces = [value, *_PIECE.findall(value)]
        for piece in (*pieces, *(part for one in pieces for part in one.split(":"))):
            for text in filter(None, (piece, piece[2:] if piece.startswith("-") else "")):
                if len(text) < 4096 and "\0" not in text:
                    yield from _named(text, folder)
    for word in (word for value in server.command for word in _PIECE.findall(value)):
        program = re.sub(r"\.(?:cmd|exe|ps1|bat)$", "", re.split(r"[/\\]", word)[-1].casefold())
        yield from (folder / name for name in _MANIFESTS.get(program, ()))


def _named(text: str, folder: Path) -> Iterator[Path]:
    yield folder / text
    if re.fullmatch(r"[A-Za-z_][\w.]*", text):
        # `python -m package.module`
        module = text.replace(".", "/")
        yield from (folder / f"{module}.py", folder / module)
    yield from (folder / f"{text}{end}" for end in (".js", ".mjs", ".cjs", ".ts", ".py"))


def _hash(path: Path) -> str:
    found = sha256()
    size = 0
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            size += len(piece)
            if size > _MAX_BYTES:
                msg = f"{path.name} is larger than {_MAX_BYTES // 1024 // 1024} MB"
                raise OSError(msg)
            found.update(piece)
    return found.hexdigest()
