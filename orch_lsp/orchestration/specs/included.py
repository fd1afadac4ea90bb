"""Which documents are specs by their path: those that `include` names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp.context import ignore
else:
    ignore = late("orch_lsp.context.ignore")


def is_included(path: str, include: tuple[str, ...]) -> bool:
    """Whether a path matches one of the globs of `include`.

    Args:
        path: With `/`, relative to the workspace's root.
        include: Patterns as in an ignore file. The project may set these: ours cannot be made to take long by one.
    """
    return _patterns(include).covers(path.strip("/").split("/"))


@lru_cache(maxsize=64)
def _patterns(globs: tuple[str, ...]) -> ignore.Rules:
    return ignore.Rules(globs)
