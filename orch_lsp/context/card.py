"""The card of a project: its name and manifest, its languages, the top of its tree, and its conventions.

It depends on nothing but the workspace, so that it is the same in all its requests.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import cast

from orch_lsp.context.choke import Admitted, secret_in_name
from orch_lsp.context.corpus import Corpus
from orch_lsp.context.excerpts import LABEL, LEAST_USEFUL, beginning
from orch_lsp.context.item import ContextItem, estimate_tokens
from orch_lsp.context.roles import role_by_text
from orch_lsp.hidden import quoted, strip_hidden
from orch_lsp.text import counted, split_lines

MOST_TOKENS = 1_500
"""Of the card, its conventions included."""

_SHARE = 5
"""The card takes at most this part of a budget."""

_MOST_NAMES = 40
_MOST_LANGUAGES = 6
_LONGEST_VALUE = 200
_LONGEST_NAME = 60
_OF_ONE = 3
"""One file of conventions takes at most this part of what there is for all."""

_LANGUAGES = {
    ".c": "C", ".cc": "C++", ".cpp": "C++", ".cs": "C#", ".css": "CSS", ".dart": "Dart", ".ex": "Elixir",
    ".exs": "Elixir", ".go": "Go", ".h": "C", ".hpp": "C++", ".hs": "Haskell", ".html": "HTML", ".java": "Java",
    ".js": "JavaScript", ".jsx": "JavaScript", ".kt": "Kotlin", ".lua": "Lua", ".mjs": "JavaScript", ".ml": "OCaml",
    ".php": "PHP", ".pl": "Perl", ".py": "Python", ".r": "R", ".rb": "Ruby", ".rs": "Rust", ".scala": "Scala",
    ".sh": "shell", ".sql": "SQL", ".svelte": "Svelte", ".swift": "Swift", ".ts": "TypeScript",
    ".tsx": "TypeScript", ".vue": "Vue", ".zig": "Zig",
}  # fmt: skip

_CONVENTIONS = (
    ".specify/memory/constitution.md",
    "openspec/config.yaml",
    "openspec/project.md",
    ".kiro/steering/product.md",
    ".kiro/steering/tech.md",
    ".kiro/steering/structure.md",
    "AGENTS.md",
    "CLAUDE.md",
    ".github/copilot-instructions.md",
    "CONTRIBUTING.md",
)
"""Files in which a project says how it is worked on, the most telling first."""


def project_card(corpus: Corpus, budget: int) -> tuple[str, tuple[ContextItem, ...]]:
    """The card's own words, and the files of conventions that stand on it.

    Args:
        corpus: The files of the workspace.
        budget: Tokens that there are for the whole context.

    Returns:
        An empty text for a workspace that holds nothing but documents.
    """
    room = min(MOST_TOKENS, budget // _SHARE)
    words = _words(corpus)
    left = room - estimate_tokens(words)
    if left < 0:
        return "", ()
    return words, tuple(_conventions(corpus, left))


def _words(corpus: Corpus) -> str:
    facts = [*_manifest(corpus), *_languages(corpus), *_tree(corpus)]
    return "\n".join(facts)


def _languages(corpus: Corpus) -> Iterator[str]:
    found = Counter(_LANGUAGES.get(PurePosixPath(path).suffix.lower(), "") for path in corpus.files)
    del found[""]
    if found:
        yield "Languages: " + ", ".join(
            f"{name} ({counted(count, 'file')})"
            for name, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))[:_MOST_LANGUAGES]
        )


def _tree(corpus: Corpus) -> Iterator[str]:
    below: Counter[str] = Counter()
    for path in corpus.files:
        name, slash, _ = path.partition("/")
        below[name + slash] += 1
    names = [_shown(name) for name in sorted(below) if secret_in_name(name) is None]
    if names:
        more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield "Top of the tree: " + ", ".join(names[:_MOST_NAMES]) + more


def _shown(name: str) -> str:
    """A name on one line, quoted: a file's name is as untrusted as its text."""
    return quoted(strip_hidden(name)[0].replace("`", "'")[:_LONGEST_NAME])


def _manifest(corpus: Corpus) -> Iterator[str]:
    for path, read in _MANIFESTS.items():
        if path not in corpus.files:
            continue
        admitted = corpus.text(path)
        if not isinstance(admitted, Admitted):
            continue
        values = dict(_values(read, admitted.text))
        if values:
            yield f"Manifest {path}: " + "; ".join(f"{name} {value}" for name, value in values.items())


def _values(read: Callable[[str], Mapping[str, object]], text: str) -> Iterator[tuple[str, str]]:
    try:
        table = read(text)
    except (ValueError, RecursionError):
        return
    for name in ("name", "module", "version", "description", "requires-python", "engines"):
        value = table.get(name)
        if isinstance(value, str) and value.strip():
            yield name, _shown_value(value)


def _shown_value(value: str) -> str:
    line = " ".join(strip_hidden(value)[0].replace("`", "'").split())
    return quoted(line[:_LONGEST_VALUE])


def _of_python(text: str) -> Mapping[str, object]:
    table = tomllib.loads(text)
    project, tool = _table(table.get("project")), _table(table.get("tool"))
    return project or _table(tool.get("poetry"))


def _of_rust(text: str) -> Mapping[str, object]:
    return _table(tomllib.loads(text).get("package"))


def _of_javascript(text: str) -> Mapping[str, object]:
    return _table(json.loads(text))


def _of_go(text: str) -> Mapping[str, object]:
    first = next((line for line in split_lines(text) if line.startswith("module ")), "")
    return {"module": first.removeprefix("module ").strip()}


def _table(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


_MANIFESTS: Mapping[str, Callable[[str], Mapping[str, object]]] = {
    "pyproject.toml": _of_python,
    "package.json": _of_javascript,
    "Cargo.toml": _of_rust,
    "go.mod": _of_go,
    "composer.json": _of_javascript,
}


def _conventions(corpus: Corpus, room: int) -> Iterator[ContextItem]:
    share = max(room // _OF_ONE, 8 * LEAST_USEFUL)
    for path in _CONVENTIONS:
        if path not in corpus.files or room < LEAST_USEFUL + LABEL:
            continue
        admitted = corpus.text(path)
        if not isinstance(admitted, Admitted) or not admitted.text.strip():
            continue
        cut = beginning(admitted, "card", min(share, room))
        if cut is not None:
            room -= estimate_tokens(cut.text) + LABEL
            yield replace(cut, role=role_by_text(path, admitted.text))
