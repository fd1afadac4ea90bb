"""The one attempt of a provider that asks once: each request takes of a person's allowance, whatever it ends with."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from orch_lsp.errors import ProviderError
from orch_lsp.providers.base import AttemptEnded, AttemptStarted, StreamEvent
from orch_lsp.providers.failure import ExchangeFailedError


async def single_attempt(
    provider: str, model: str | None, exchange: AsyncGenerator[StreamEvent, None]
) -> AsyncGenerator[StreamEvent, None]:
    """The events of an exchange as those of a first and last attempt; see `base` for their order.

    Args:
        provider: The provider's name.
        model: The model that is asked for.
        exchange: Yields what comes, `Finished` included, and raises after it if that is no whole answer.

    Raises:
        ProviderError: The request failed, or its answer is not whole.
    """
    yield AttemptStarted(1, provider, model, None, 0.0)
    try:
        async with aclosing(exchange) as events:
            async for event in events:
                yield event
    except ExchangeFailedError as failed:
        error = failed.failure.error()
    except ProviderError as raised:
        error = raised
    else:
        yield AttemptEnded(1, "ok", None, None, None)
        return
    yield AttemptEnded(1, "error", None, None, error.detail)
    raise error
