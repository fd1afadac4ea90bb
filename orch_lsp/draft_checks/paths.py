"""Paths that a draft names and that are not there: files that a model made up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.draft_checks.claims import Named, named_in
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.tokens import folded
from orch_lsp.draft_checks.words import TASKS

_PATH = re.compile(r"(?:\.{0,2}/)?(?:[\w.@+-]+/)+[\w.@+-]+\.[A-Za-z][A-Za-z0-9]{0,7}(?::\d+(?:-\d+)?)?")
_SUFFIXES = frozenset((
    "py", "pyi", "js", "jsx", "ts", "tsx", "mjs", "cjs", "go", "rs", "rb", "java", "kt", "kts", "scala", "swift", "c",
    "h", "cc", "cpp", "cxx", "hpp", "m", "mm", "cs", "fs", "php", "pl", "pm", "lua", "ex", "exs", "erl", "hs", "ml",
    "clj", "dart", "vue", "svelte", "sql", "sh", "bash", "ps1", "proto", "graphql", "tf", "rst", "md", "toml", "yaml",
    "yml", "json", "cfg", "ini",
))  # fmt: skip
_FOREIGN = re.compile(
    r"(?:https?:|node_modules/|site-packages/|~/|/(?:etc|usr|var|tmp|dev|proc|home|api|v\d)/|path/to/|example|foo/|bar/"
    r"|your[-_])",
    re.IGNORECASE,
)
_LONGEST = 200
_MOST = 60


def not_in_tree(material: Material) -> Iterator[DraftFinding]:
    """Findings on paths below a folder of the workspace that are missing there, and are not said to be new."""
    new = {path for named in named_in(material) if named.is_new for path in _paths(named.code)}
    seen: set[str] = set()
    for named in named_in(material):
        for path in _paths(named.code):
            if path in seen or (path in new and not named.is_there) or folded(path) in material.given.text:
                # A path of the brief, or of a file that was sent, is no invention of the model.
                continue
            if named.is_new and not named.is_there:
                continue
            seen.add(path)
            if len(seen) > _MOST:
                return
            if not material.exists(path.split("/")[0]) or material.exists(path):
                continue
            yield _finding(named, path)


def _finding(named: Named, path: str) -> DraftFinding:
    told = f"there is no `{path}` in the workspace"
    # A task or a check may be about a file that the work makes, and not say so.
    severity = "warning" if _is_work(named.part) and not named.is_there else "error"
    return DraftFinding("path_not_in_tree", severity, told, named.part.key, named.sentence.text)


def _is_work(part: Part) -> bool:
    return part.key in {"tasks", "verification-plan"} or TASKS.search(f"{part.key} {part.title}") is not None


def _paths(code: str) -> Iterator[str]:
    """The paths in inline code, which may hold a command."""
    if len(code) > _LONGEST or _FOREIGN.search(code):
        return
    for word in code.split():
        bare = word.strip("\"'(),;")
        if _PATH.fullmatch(bare) is None or ".." in bare or "*" in bare:
            continue
        path = bare.partition(":")[0].removeprefix("./")
        suffix = path.rpartition(".")[2].casefold() if "." in path.rpartition("/")[2] else ""
        if not path.startswith("/") and suffix in _SUFFIXES:
            yield path
