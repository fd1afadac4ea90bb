"""False alarms of the checks of a draft, counted over finished specs that people wrote and keep.

    python benchmarks/drafting/false_alarms.py FOLDER… [--show CODE] [--most N]

Each FOLDER is a checkout with specs. Each of their documents is held for a draft: its lead is the brief, its sections
are the draft, its neighbours in the folder are the sources, and the checkout is the tree. Whatever is found there is
an alarm about a text that somebody accepted; most are false, some are true and were let pass. Printed are findings
for each 1,000 lines, by code and severity.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from orch_lsp.document.written_style import language_of
from orch_lsp.draft_checks.facts import facts_of
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.table import check_draft
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import normalised

_NAMES = re.compile(
    r"(?:spec|requirements|design|proposal|plan|tasks)\.md|.*\.spec\.md|(?:prd|rfc|adr).*\.md", re.IGNORECASE
)
_PLACES = ("specs", "spec", ".kiro", "openspec", "docs", "rfcs", "specifications")
_SKIPPED = frozenset((".git", "node_modules", ".venv", "templates", "template", "archive", "dist", "vendor"))
_NO_CODE = frozenset((".md", ".png", ".jpg", ".lock", ".svg"))
_MOST_BYTES = 200_000
_LEAST_LINES = 20
_WORD = re.compile(r"[A-Za-z_]\w{2,}")


def documents(root: Path) -> Iterator[Path]:
    """The specs of a checkout."""
    for path in sorted(root.rglob("*.md")):
        parts = path.relative_to(root).parts
        if _SKIPPED.isdisjoint(parts) and any(part in _PLACES for part in parts[:-1]) and _NAMES.fullmatch(path.name):
            yield path


@cache
def words_of_tree(root: Path) -> frozenset[str]:
    """The words of all files of a checkout."""
    found: set[str] = set()
    for path in root.rglob("*"):
        is_read = _SKIPPED.isdisjoint(path.relative_to(root).parts) and path.suffix.lower() not in _NO_CODE
        if is_read and path.is_file() and path.stat().st_size < _MOST_BYTES:
            found.update(_WORD.findall(path.read_text("utf-8", errors="ignore")))
    return frozenset(found)


def material_of(root: Path, path: Path, *, first: bool) -> Material | None:
    """A document as if it were a draft; None for one that is too short, or no text."""
    try:
        text = normalised(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    if len(text) > _MOST_BYTES or text.count("\n") < _LEAST_LINES:
        return None
    headings = [heading for heading in read(text).headings if heading.level <= 2]
    main = [heading for heading in headings if heading.level == 2]
    if not main:
        return None
    ends = [*(heading.span.start for heading in main[1:]), len(text)]
    sections = tuple(
        Part(PLAIN.key_of_alias(one.text) or one.text.casefold(), one.text, text[one.span.end : end].strip("\n"))
        for one, end in zip(main, ends, strict=True)
    )
    beside = tuple(
        other.read_text("utf-8", errors="ignore")[:_MOST_BYTES] for other in path.parent.glob("*.md") if other != path
    )
    brief = text[: main[0].span.start]
    if len(sections) > 1 and first:
        brief, sections = f"{brief}\n\n{sections[0].body}", sections[1:]
    folder = path.parent

    def exists(name: str) -> bool:
        return (root / name).exists() or (folder / name).exists()

    return Material(
        sections, facts_of(brief), (), brief, beside, exists, words_of_tree(root).__contains__, language_of(text)
    )


def main() -> None:
    """Count, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", help="Print the findings of this code.")
    parser.add_argument("--most", type=int, default=200, help="Documents of each folder (default: 200).")
    parser.add_argument("--first", action="store_true", help="Take the first section for a part of the brief.")
    given = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    lines = number = 0
    for folder in given.folders:
        for path in list(documents(folder))[: given.most]:
            material = material_of(folder.resolve(), path.resolve(), first=given.first)
            if material is None:
                continue
            number += 1
            lines += sum(part.body.count("\n") + 1 for part in material.sections)
            for finding in check_draft(material):
                counts[finding.code, finding.severity] += 1
                if finding.code == given.show:
                    _show(path, finding)
    print(f"{number} documents, {lines} lines\n\n| code | severity | findings | for 1,000 lines |\n|---|---|---|---|")
    for (code, severity), count in sorted(counts.items()):
        print(f"| {code} | {severity} | {count} | {1000 * count / max(lines, 1):.2f} |")


def _show(path: Path, finding: DraftFinding) -> None:
    print(f"{path}: {finding.severity}: {finding.message[:160]} | {finding.text[:160]}", file=sys.stderr)


if __name__ == "__main__":
    main()
