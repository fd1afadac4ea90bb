"""What a package that adds a provider needs to test it: a scripted server, answers in the known dialects, a suite.

This module is public and stable; the modules behind it are not.
"""

from __future__ import annotations

from orch_lsp.providers.conformance import ProviderConformance
from orch_lsp.providers.conformance_scenarios import Observed
from orch_lsp.providers.scripted_answers import (
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
from orch_lsp.providers.scripted_dialects import (
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
from orch_lsp.providers.scripted_server import (
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
