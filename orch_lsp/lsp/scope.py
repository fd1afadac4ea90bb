"""Which documents are specs: those get lenses and diagnostics; a command works on any Markdown document."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import PathSpec

    from orch_lsp.orchestration.plan import Reading


def is_spec(reading: Reading) -> bool:
    """Whether the path matches `include`, or the front matter names a profile."""
    front_matter = reading.document.front_matter
    if front_matter is not None and "profile" in front_matter.values:
        return True
    path = reading.spec_path if reading.source.path is not None else reading.source.uri.rpartition(":")[2]
    return _patterns(reading.settings.include).match_file(path)


@lru_cache(maxsize=64)
def _patterns(globs: tuple[str, ...]) -> PathSpec[Any]:
    from pathspec import PathSpec

    return PathSpec.from_lines("gitignore", globs)
