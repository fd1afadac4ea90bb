"""URIs of documents: which ones name the same document, and which file one names (RFC 3986, RFC 8089).

Each editor escapes in its own way: VS Code writes `file:///c%3A/My%20Pr%C3%BCf%20%281%29`, Neovim keeps the
parentheses, others send blanks and umlauts as they are. URIs are compared by `normal_form` and never as they came; the
client is answered in the spelling that it used.

Whether a file is Windows' is a parameter, so that both kinds can be tested anywhere.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

WINDOWS = os.name == "nt"
_MOST_KEPT = 1_024

# RFC 3986, appendix B; urllib.parse raises on brackets in a host and drops line ends and tabs.
_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_DRIVE = re.compile(rb"/*([A-Za-z])[:|](?=/|$)")
_DRIVE_AS_HOST = re.compile(rb"[A-Za-z][:|]")
_REPEATED = re.compile(rb"/(?:\.?/)+")


class _Parts(NamedTuple):
    """The parts of a URI, decoded; absent ones are empty."""

    scheme: str
    authority: bytes
    path: bytes
    query: bytes
    fragment: bytes


# At each key it is asked a dozen times for the same few.
@lru_cache(maxsize=_MOST_KEPT)
def normal_form(uri: str, *, windows: bool = WINDOWS) -> str:
    """The one form of all spellings of a URI: equal for two URIs exactly if they name the same document.

    It is for comparing only. The case of letters counts, but for schemes, hosts and drive letters. Never raises.
    """
    parts = _file_parts(_split(uri), windows=windows)
    form = f"{parts.scheme}:"
    if parts.authority:
        form += f"//{quote_from_bytes(parts.authority)}"
    form += quote_from_bytes(parts.path)
    if parts.query:
        form += f"?{quote_from_bytes(parts.query)}"
    return f"{form}#{quote_from_bytes(parts.fragment)}" if parts.fragment else form


def file_name(uri: str, *, windows: bool = WINDOWS) -> str | None:
    """The file's name as its file system writes it, a network path with two backslashes; None if there is no file."""
    parts = _file_parts(_split(uri), windows=windows)
    if parts.scheme != "file" or not parts.path or b"\0" in parts.path:
        return None
    if not windows:
        # A host is no part of a path here; some clients forget the third slash.
        return os.fsdecode(b"/" + parts.authority + parts.path if parts.authority else parts.path)
    path = parts.path.decode("utf-8", "surrogateescape").replace("/", "\\")
    if parts.authority:
        return "\\\\" + parts.authority.decode("utf-8", "surrogateescape") + path
    if _DRIVE.match(parts.path):
        return path[1:] if len(path) > len("\\c:") else path[1:] + "\\"
    return path


@lru_cache(maxsize=_MOST_KEPT)
def path_of(uri: str) -> Path | None:
    """The file that a URI names; None for `untitled:` and other schemes."""
    name = file_name(uri)
    return Path(name) if name else None


def shown_path(uri: str) -> str:
    """The path of a URI of any scheme, decoded, `/` between its parts; for matching and for reading."""
    return _split(uri).path.decode("utf-8", "replace")


def _split(uri: str) -> _Parts:
    found = _PARTS.fullmatch(uri)
    scheme, *rest = found.groups() if found is not None else ("", "", uri, "", "")
    decoded = [unquote_to_bytes((part or "").encode("utf-8", "surrogatepass")) for part in rest]
    return _Parts((scheme or "").lower(), *decoded)


def _file_parts(parts: _Parts, *, windows: bool) -> _Parts:
    """The parts of a `file:` URI with what differs without meaning taken out of host and path."""
    if parts.scheme != "file":
        return parts
    authority, path = parts.authority.lower(), parts.path
    if authority == b"localhost":
        authority = b""
    if windows:
        authority, path = _windows_parts(authority, path.replace(b"\\", b"/"))
    path = _REPEATED.sub(b"/", path)
    return parts._replace(authority=authority, path=path.rstrip(b"/") or path[:1])


def _windows_parts(authority: bytes, path: bytes) -> tuple[bytes, bytes]:
    if _DRIVE_AS_HOST.fullmatch(authority):
        # `file://c:/…`: the third slash was forgotten.
        authority, path = b"", b"/" + authority + path
    if (drive := _DRIVE.match(path)) is not None and not authority:
        return b"", b"/" + drive[1].lower() + b":" + (path[drive.end() :] or b"/")
    if not authority and path.startswith(b"//"):
        # `file:////host/share/…`: the host is in the path.
        host, slash, rest = path.lstrip(b"/").partition(b"/")
        return host.lower(), slash + rest
    return authority, path
