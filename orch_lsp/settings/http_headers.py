"""Headers of HTTP that a person may set, and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_TRANSPORT = frozenset(
    {"connection", "content-encoding", "content-length", "content-type", "host", "te", "trailer", "transfer-encoding"}
)
_OF_THE_PROTOCOL = frozenset({"accept", "accept-encoding", "last-event-id"})
_CREDENTIAL = re.compile(r"(?i)auth|key|token|cookie|secret")


def check_header_names(names: Iterable[str]) -> None:
    """Let only names pass that a client may set.

    Raises:
        ValueError: One is none; the message says what is expected.
    """
    for name in names:
        if not _NAME.fullmatch(name) or name.lower() in _TRANSPORT:
            raise _not_to_be_set(name)


def check_server_header_names(names: Iterable[str]) -> None:
    """The same for a server of the Model Context Protocol, which has headers of its own.

    Raises:
        ValueError: One is none; the message says what is expected.
    """
    names = tuple(names)
    check_header_names(names)
    for name in names:
        if name.lower() in _OF_THE_PROTOCOL or name.lower().startswith("mcp-"):
            raise _not_to_be_set(name)


def check_header_values(headers: Mapping[str, str]) -> None:
    """Let only values pass that can be sent.

    Raises:
        ValueError: One cannot; the message says what is expected.
    """
    for name, value in headers.items():
        if not is_header_value(value):
            msg = f"values of printable ASCII characters; that of {name!r} is not"
            raise ValueError(msg)


def is_header_value(value: str) -> bool:
    """Whether a text can be a header's value."""
    return value.isascii() and value.isprintable()


def holds_credentials(name: str) -> bool:
    """Whether a header's name says that its value is secret."""
    return _CREDENTIAL.search(name) is not None


def _not_to_be_set(name: str) -> ValueError:
    return ValueError(f"names of HTTP headers that a client may set; {name[:40]!r} is not one")
