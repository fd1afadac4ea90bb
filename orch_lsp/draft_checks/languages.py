"""Sections in another language than the document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.document.written_style import language_of
from orch_lsp.draft_checks.material import DraftFinding, Material

_NO_PROSE = re.compile(r"`[^`\n]*`|https?://\S+|\[[^\]\n]*\]\([^)\n]*\)")
_LEAST_WORDS = 20
_WORD = re.compile(r"[^\W\d_]{2,}")


def mismatched(material: Material) -> Iterator[DraftFinding]:
    """Findings on sections whose language is known and another one; one finding if all are in the same other one."""
    expected = material.language
    if expected is None:
        return
    told: list[tuple[str, str, str, str]] = []
    known = 0
    for part in material.sections:
        prose = _NO_PROSE.sub(" ", part.body)
        language = language_of(prose)
        if language is None or (language not in _OF_SCRIPT and len(_WORD.findall(prose)) < _LEAST_WORDS):
            continue
        known += 1
        if language != expected:
            told.append((part.key, part.title, language, part.body.partition("\n")[0]))
    if len(told) == known > 1 and len({language for _, _, language, _ in told}) == 1:
        yield DraftFinding(
            "language_mismatch",
            "warning",
            f"the draft is in {told[0][2]}, and the document in {expected}",
            None,
            told[0][3],
        )
        return
    for key, title, language, line in told:
        yield DraftFinding(
            "language_mismatch", "warning", f"“{title}” is in {language}, and the document in {expected}", key, line
        )


_OF_SCRIPT = frozenset(("Japanese", "Korean", "Chinese", "Russian"))
