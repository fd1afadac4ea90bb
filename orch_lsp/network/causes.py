"""The reason for which a connection could not be made, by the system's errors and not by a library's words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason: its kind, and how the other side or OpenSSL put it, as it came."""

    kind: Literal["certificate", "tls", "host", "refused", "unknown"]
    words: str = ""
    may_pass: bool = False
    """Whether another try may end otherwise."""


def cause_of(error: BaseException) -> Cause:
    """The first reason that is known, of the error itself or of those that led to it."""
    for cause in causes_of(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return Cause("certificate", cause.verify_message)
            case ssl.SSLError():
                return Cause("tls", str(cause.reason or type(cause).__name__).replace("_", " ").lower())
            case socket.gaierror():
                return Cause("host", may_pass=cause.errno == socket.EAI_AGAIN)
            case ConnectionRefusedError():
                return Cause("refused", may_pass=True)
            case _:
                continue
    return Cause("unknown", may_pass=True)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, each once."""
    seen: set[int] = set()
    pending: list[BaseException] = [error]
    while pending:
        cause = pending.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            pending.extend(cause.exceptions)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] -- a group of any exceptions
        pending.extend(linked for linked in (cause.__cause__, cause.__context__) if linked is not None)
