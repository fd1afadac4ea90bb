"""Token counts: what cannot be true is unknown."""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.generation import Usage
from orch_lsp.providers.json_reading import bounded_members


def sane_usage(
    raw: Mapping[str, object],
    *,
    input_tokens: int | None,
    output_tokens: int | None,
    cache_read: int | None = None,
    cache_write: int | None = None,
    reasoning: int | None = None,
) -> Usage | None:
    """Counts as they are recorded, or None where the provider gave none.

    `input_tokens` includes cached ones and `output_tokens` includes reasoning; a part that is larger than its whole is
    dropped, because nothing says which of the two is wrong but the whole is what providers bill by. A part of `raw` is
    kept; a server may put anything there.
    """
    if input_tokens is None and output_tokens is None:
        return None
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_input_tokens=_part(cache_read, input_tokens),
        cache_write_input_tokens=_part(cache_write, input_tokens),
        reasoning_output_tokens=_part(reasoning, output_tokens),
        raw=bounded_members(raw),
    )


def _part(part: int | None, whole: int | None) -> int | None:
    return None if part is None or (whole is not None and part > whole) else part
