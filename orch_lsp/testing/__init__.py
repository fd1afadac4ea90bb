"""The test kit for packages that add a provider: a scripted HTTP server, answers in the known dialects, a suite.

The names below are public and stable; the modules behind them are not. It ships with the package, and nothing else in
the package imports it.

In reading order: `server` (a real HTTP server on loopback that follows a script), `answers` (frames and whole answers
as services send them), `dialects` (how one API puts an answer, an end, a fault), `scenarios` (what a suite asks of a
provider and what it saw), `conformance` (the suite itself).
"""

from __future__ import annotations

from orch_lsp.testing.answers import (
    CHAT_DONE,
    chat_chunk,
    chat_error,
    chat_pieces,
    chat_usage,
    event,
    json_reply,
    messages_pieces,
    stream_reply,
)
from orch_lsp.testing.conformance import ProviderConformance
from orch_lsp.testing.dialects import (
    STATUSES,
    ChatDialect,
    Dialect,
    End,
    Fault,
    GeminiDialect,
    MessagesDialect,
    OllamaDialect,
    ResponsesDialect,
)
from orch_lsp.testing.scenarios import Observed
from orch_lsp.testing.server import (
    EVENT_STREAM,
    Close,
    RecordedRequest,
    Reply,
    Reset,
    ScriptedServer,
    Send,
    SendForever,
    Stall,
    Step,
    Until,
)

__all__ = [
    "CHAT_DONE",
    "EVENT_STREAM",
    "STATUSES",
    "ChatDialect",
    "Close",
    "Dialect",
    "End",
    "Fault",
    "GeminiDialect",
    "MessagesDialect",
    "Observed",
    "OllamaDialect",
    "ProviderConformance",
    "RecordedRequest",
    "Reply",
    "Reset",
    "ResponsesDialect",
    "ScriptedServer",
    "Send",
    "SendForever",
    "Stall",
    "Step",
    "Until",
    "chat_chunk",
    "chat_error",
    "chat_pieces",
    "chat_usage",
    "event",
    "json_reply",
    "messages_pieces",
    "stream_reply",
]
