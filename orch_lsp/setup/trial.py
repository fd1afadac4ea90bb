"""One tiny request by which a choice is tried: whether the address, the key and the model are taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from orch_lsp.errors import ErrorCode, OrchError, ProviderError
from orch_lsp.orchestration.running.session import Session
from orch_lsp.plugins import contained
from orch_lsp.providers.base import GenerationRequest, ModelResolved, StreamEvent, TextDelta, UsageReported
from orch_lsp.providers.editor import KIND as EDITOR
from orch_lsp.settings.model import ProviderSettings, Retry

MOST_OUTPUT = 64
"""Tokens that the answer may have."""
PATIENCE_S = 120.0
"""Seconds that the trial may take: a server of one's own may have to load the model first."""
WORDS = "Answer with one word: ready"
_TAKEN_ALL_THE_SAME = frozenset({ErrorCode.TRUNCATED, ErrorCode.EMPTY_OUTPUT})
"""Ends that say nothing against a choice: the model has thought through the few tokens that it was given."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer to a trial.

    Attributes:
        model: The id that answered; the one that was asked for where the answer names none.
        text: The beginning of the answer.
        seconds: How long it took.
        tokens: Input and output together; None if they are not reported.
    """

    model: str
    text: str
    seconds: float
    tokens: int | None


def in_words(provider: ProviderSettings, model: str, *, is_hosted: bool) -> str:
    """The trial as it is announced before it is made."""
    charged = " A few tokens; your account may be charged for them." if is_hosted else " It stays on this machine."
    if provider.base_url is not None and is_hosted and provider.base_url.startswith("http://"):
        charged += " The address is plain http: a key and texts can be read on the way."
    return f'One request goes to {provider.name} ({model}): "{WORDS}".{charged} Nothing of your files is sent.'


async def try_out(session: Session, provider: ProviderSettings, model: str, key: str | None = None) -> Trial:
    """Ask the model for one word.

    Args:
        session: Makes the connection.
        provider: As the user config would describe it.
        model: The id to ask for.
        key: A key that is not kept anywhere yet; without one it is found as for a draft.

    Raises:
        OrchError: The key is missing, or the provider did not take the request.
    """
    began = time.monotonic()
    asked = replace(provider, retry=Retry(attempts=1))
    api_key = key if key is not None else await session.api_key(asked)
    if key is not None:
        session.redactor.add(key)
    port = await session.provider(asked, api_key)
    request = GenerationRequest(model, "You are asked whether you are there.", WORDS, "", (), MOST_OUTPUT)
    answered, text, tokens = model, "", None
    try:
        async with session.in_use(port), asyncio.timeout(PATIENCE_S):
            with contained():
                stream = cast("AsyncGenerator[StreamEvent, None]", port.stream(request))
                async with aclosing(stream):
                    async for event in stream:
                        match event:
                            case ModelResolved(name):
                                answered = name
                            case TextDelta(piece):
                                text = (text + piece)[:200]
                            case UsageReported(usage):
                                tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0) or None
                            case _:
                                pass
    except TimeoutError:
        raise ProviderError(
            ErrorCode.TIMEOUT, f"{provider.name} did not answer within {PATIENCE_S:g} seconds."
        ) from None
    except OrchError as error:
        is_unproved = provider.kind == EDITOR and error.code is ErrorCode.INCOMPLETE_OUTPUT and bool(text)
        if error.code not in _TAKEN_ALL_THE_SAME and not is_unproved:
            raise
    return Trial(answered, session.redactor.redact(text.strip()), time.monotonic() - began, tokens)
