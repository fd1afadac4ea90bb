"""Which documents are specs by their path: those that `include` names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orch_lsp.context.ignore import Rules


def is_included(path: str, include: tuple[str, ...]) -> bool:
    """Whether a path matches one of the globs of `include`.

    Args:
        path: With `/`, relative to the workspace's root.
        include: Patterns as in an ignore file. The project may set these: ours cannot be made to take long by one.
    """
    return _patterns(include).covers(path.strip("/").split("/"))


@lru_cache(maxsize=64)
def _patterns(globs: tuple[str, ...]) -> Rules:
    from orch_lsp.context.ignore import Rules

    return Rules(globs)
