"""Bytes for the fuzzer to begin with: good answers and bad ones, as each format sends them.

python fuzz/seeds.py FOLDER
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from orch_lsp.testing.dialects import (
    STATUSES,
    ChatDialect,
    GeminiDialect,
    MessagesDialect,
    OllamaDialect,
    ResponsesDialect,
)

DIALECTS = (ChatDialect(), ResponsesDialect(), MessagesDialect(), GeminiDialect(), OllamaDialect())
TEXTS = (
    "# T\n\nwords\n\n## Goal\n\n- a\n  - [x] b\n\n1. c\n\n## Tasks\n\n```py\n# x\n```\n\n---\n\nLet me know!\n",
    "Sure:\n\n````markdown\nGoal\n====\n\n~~~\n## no\n~~~\n\n## Tasks\n\n<!-- c -->\n> q\n````\nHope this helps.",
    "<think>\n## Goal\n</think>\n<h2>Goal</h2>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[a]: b\n---\n<pre>\n# x\n",
    "**Goal**: g\n\n1. **Tasks**:\n   - [^1] `x` \\# ü 😀\n\n[^1]: n\n\n    ## code\n***\n",
)
_CUTS = b"\x07\x01\x40\x03"


def seeds() -> Iterator[tuple[str, bytes]]:
    """Target and input."""
    texts = ["<think>why</think>", "zwölf ", "\u2028 €", "😀\n"]
    for number, dialect in enumerate(DIALECTS):
        head = bytes([number]) + _CUTS
        for end in sorted(dialect.ends):
            body = b"".join(dialect.answer(texts, end))
            yield "answer", head + body
            yield "answer", head + body[: len(body) // 2]
            yield "amplified", head + body
            yield ("ndjson" if dialect.content_type.endswith("ndjson") else "sse"), head + body
            yield "encoding", b"\x00" + _CUTS + gzip.compress(body)
            yield "encoding", b"\x80" + _CUTS + zlib.compress(body)
        for fault, status in STATUSES.items():
            said = dialect.error(fault, "No such luck: try again in 1.76s.")
            yield "error_body", bytes([status - 400]) + b"a:b " + said + b"\x0017"
            yield "answer", head + said
    for body in (
        b"event: ping\r\nid: 1\r\n\r\n: x\n\ndata\n\n",
        b"\xef\xbb\xbfdata: x\r\rerror: {}\n",
        b"<html><b>Sign in",
    ):
        yield "sse", b"\x00" + _CUTS + body
        yield "answer", b"\x00" + _CUTS + body

    for text in TEXTS:
        for target in ("headings", "edit", "draft"):
            yield target, b"\x00" + _CUTS + text.encode()


def main(folder: Path) -> None:
    for number, (target, data) in enumerate(seeds()):
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / f"seed-{number}").write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
