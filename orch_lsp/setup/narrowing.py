"""A few of many models, by the words that a person types."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHOWN = 15
"""Models that are shown at once."""
_NO_WRITER = re.compile(
    r"embed|whisper|\btts\b|dall-?e|moderation|rerank|transcri|speech|\bimage\b|-image\b|realtime|guard|\bocr\b",
    re.IGNORECASE,
)


def likeliest_first(models: Sequence[str]) -> tuple[str, ...]:
    """The ids in their order, those behind that by their name write no text."""
    writers = [model for model in models if not _NO_WRITER.search(model)]
    others = [model for model in models if _NO_WRITER.search(model)]
    return (*writers, *others)


def matching(models: Sequence[str], words: str) -> tuple[str, ...]:
    """The ids that hold all words, whatever their case; an id that is exactly the words comes first."""
    wanted = words.casefold().split()
    found = [model for model in models if all(word in model.casefold() for word in wanted)]
    return tuple(sorted(found, key=lambda model: model.casefold() != words.strip().casefold()))
