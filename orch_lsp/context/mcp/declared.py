"""The servers that a workspace declares in `.mcp.json` or `.vscode/mcp.json`. Reading them starts nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, cast

from orch_lsp.context.choke import NOT_FOUND, read_bytes
from orch_lsp.context.item import Exclusion
from orch_lsp.settings.endpoint import check_server_url
from orch_lsp.settings.http_headers import check_header_values, check_server_header_names
from orch_lsp.text import counted

FILES: Mapping[str, str] = {".mcp.json": "mcpServers", ".vscode/mcp.json": "servers"}
"""The files, and the key below which servers stand. What stands in the first holds."""

_MAX_BYTES = 256 * 1024
_MOST_SERVERS = 50
_MOST_ARGUMENTS = 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_FOLDER = "${workspaceFolder}"

INSTALL = "install the package yourself, and name its program in your own config below `[mcp.NAME]`"
_UNKNOWN_VARIABLES = "it wants variables filled in that only its own editor knows"
_DESCRIBE = "describe it in your own config below `[mcp.NAME]`, with `api_key_env` or `headers_env`"
_STREAMABLE = frozenset(("http", "streamable-http", "streamableHttp", "streamable_http"))
_MOST_HEADERS = 50

_ALWAYS_FETCH = frozenset(("bunx", "pipx", "pnpx", "uvx"))
_FETCH_WITH: Mapping[str, frozenset[str]] = {
    "bun": frozenset(("add", "create", "install", "x")),
    "cargo": frozenset(("install",)),
    "corepack": frozenset(("use", "prepare")),
    "deno": frozenset(("install",)),
    "docker": frozenset(("pull", "run", "compose")),
    "gem": frozenset(("exec", "install")),
    "go": frozenset(("get", "install")),
    "npm": frozenset(("add", "ci", "create", "exec", "i", "init", "install", "x")),
    "pip": frozenset(("install",)),
    "pip3": frozenset(("install",)),
    "pnpm": frozenset(("add", "create", "dlx", "install")),
    "podman": frozenset(("pull", "run", "compose")),
    "uv": frozenset(("add", "pip", "sync", "tool")),
    "yarn": frozenset(("add", "create", "dlx", "install")),
}
_ADDRESS = re.compile(r"(?:https?|git\+\w+|jsr|npm):", re.IGNORECASE)
_STRING = r'("(?:[^"\\]|\\.)*+"?)'
_COMMENT = re.compile(rf"{_STRING}|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?", re.DOTALL)
_LAST_COMMA = re.compile(rf"{_STRING}|,(?=\s*+[}}\]])", re.DOTALL)
_WORD = re.compile(r"[^\s;&|()<>`'\"=,$]+")


@dataclass(frozen=True, slots=True)
class Declared:
    """A server of a workspace; `refused` says why it can never be used, empty if consent is all that it needs."""

    name: str
    file: str
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    folder: str = "."
    """Below the root, with `/`."""
    url: str = ""
    """Where it is, if it is reached over HTTP; such a server has no command."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    refused: str = ""


def declared_servers(root: Path) -> tuple[tuple[Declared, ...], tuple[Exclusion, ...]]:
    """The servers that a workspace declares, and its files that cannot be read. Blocking.

    Args:
        root: The workspace; its own symlinks must be resolved.
    """
    found: dict[str, Declared] = {}
    problems: list[Exclusion] = []
    for file, key in FILES.items():
        opened = read_bytes(root, file, _MAX_BYTES)
        if isinstance(opened, Exclusion):
            if opened.reason != NOT_FOUND:
                problems.append(Exclusion(file, opened.reason))
            continue
        try:
            content: Any = json.loads(_without_comments(opened.data.decode("utf-8-sig")))
        except (ValueError, RecursionError):
            problems.append(Exclusion(file, "declares servers, and is not JSON"))
            continue
        for server in _servers(content, key, file, root):
            found.setdefault(server.name, server)
    if len(found) > _MOST_SERVERS:
        problems.append(Exclusion("…", f"declares {counted(len(found) - _MOST_SERVERS, 'more server')}"))
    return tuple(found.values())[:_MOST_SERVERS], tuple(problems)


def _without_comments(text: str) -> str:
    """JSON without what VS Code lets people write besides: comments, and a comma behind the last item. Linear."""
    return _LAST_COMMA.sub(r"\1", _COMMENT.sub(lambda found: found[1] or " ", text))


def _servers(content: object, key: str, file: str, root: Path) -> Iterator[Declared]:
    if not isinstance(content, dict):
        return
    servers: object = cast("dict[str, object]", content).get(key)
    for name, entry in (cast("dict[str, object]", servers) if isinstance(servers, dict) else {}).items():
        if _NAME.fullmatch(name):
            yield _server(name, cast("dict[str, object]", entry) if isinstance(entry, dict) else {}, file, root)


def _server(name: str, entry: Mapping[str, object], file: str, root: Path) -> Declared:
    if "url" in entry:
        return _over_http(name, entry, file)
    command, arguments, env = entry.get("command"), entry.get("args", []), entry.get("env", {})
    folder = entry.get("cwd", ".")
    if (
        not _is_text(command)
        or not command
        or not isinstance(arguments, list)
        or not all(map(_is_text, cast("list[object]", arguments)))
        or not isinstance(env, dict)
        or not all(map(_is_text, cast("dict[str, object]", env).values()))
        or not isinstance(folder, str)
        or len(cast("list[object]", arguments)) > _MOST_ARGUMENTS
    ):
        return Declared(name, file, refused="its command, arguments or variables are not texts")
    line = (cast("str", command), *cast("list[str]", arguments))
    return _whole(Declared(name, file, line, cast("dict[str, str]", env), folder), root)


def _over_http(name: str, entry: Mapping[str, object], file: str) -> Declared:
    url, headers = entry["url"], entry.get("headers", {})
    if "command" in entry:
        return Declared(name, file, refused="it names both a program and a URL")
    if str(entry.get("type", "http")) not in _STREAMABLE:
        return Declared(name, file, refused="it is not reached over streamable HTTP")
    if (
        not isinstance(url, str)
        or not isinstance(headers, dict)
        or not all(map(_is_text, cast("dict[str, object]", headers).values()))
        or len(cast("dict[str, object]", headers)) > _MOST_HEADERS
    ):
        return Declared(name, file, refused="its URL or headers are not texts")
    texts = cast("dict[str, str]", headers)
    if any("${" in text for text in (url, *texts, *texts.values())):
        return Declared(name, file, refused=f"{_UNKNOWN_VARIABLES}: {_DESCRIBE}")
    try:
        url = check_server_url(url)
    except ValueError as error:
        return Declared(name, file, refused=f"expected {error}")
    try:
        check_server_header_names(texts)
        check_header_values(texts)
    except ValueError:
        return Declared(name, file, refused="its headers are none that a client may set")
    return Declared(name, file, url=url, headers=texts)


def _whole(server: Declared, root: Path) -> Declared:
    """The same with the root in place of its variable, or refused."""

    def filled(text: str) -> str:
        return text.replace(_FOLDER, str(root))

    command = tuple(map(filled, server.command))
    env = {key: filled(value) for key, value in server.env.items()}
    folder = PurePosixPath(server.folder.replace(_FOLDER, ".").replace("\\", "/"))
    refused = ""
    if folder.is_absolute() or ".." in folder.parts:
        refused = "its folder is outside of the workspace"
    elif any("${" in text for text in (*command, *env.values(), str(folder))):
        refused = _UNKNOWN_VARIABLES
    elif reason := fetches(command):
        refused = f"{reason}: {INSTALL}"
    return Declared(server.name, server.file, command, env, folder.as_posix(), refused=refused)


def fetches(command: tuple[str, ...]) -> str:
    """The reason to think that a command line fetches a program that nobody here has seen; empty if none does.

    `npx` asks nobody where there is no terminal, so that it counts without `-y` too.
    """
    words = [word for argument in command for word in _WORD.findall(argument)]
    for at, word in enumerate(words):
        program = re.split(r"[/\\]", word)[-1].casefold()
        program = re.sub(r"\.(?:cmd|exe|ps1|bat)$", "", program)
        rest = {one.casefold() for one in words[at + 1 :]}
        if program == "npx" and not rest & {"--no", "--no-install"}:
            return "`npx` fetches and runs a package"
        if program in _ALWAYS_FETCH:
            return f"`{program}` fetches and runs a package"
        if found := sorted(_FETCH_WITH.get(program, frozenset()) & rest):
            return f"`{program} {found[0]}` fetches what it runs"
        if program in {"uv", "deno", "go", "bun", "node"} and (
            rest & {"--with", "--with-requirements"} or any(map(_ADDRESS.match, rest)) or _has_version(program, rest)
        ):
            return f"`{program}` fetches what it runs"
    return ""


def _has_version(program: str, rest: set[str]) -> bool:
    return program == "go" and any("@" in word for word in rest)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value
