"""Briefs with labels, made by script from the sources of a Python project.

A page of documentation needs the modules that it documents, a test the modules that it imports. The brief is the words
of the page or of the test's names and docstrings, without the names of modules, and the file itself is no candidate.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MOST_LABELS = 5
MOST_PER_TREE = 12
LEAST_WORDS = 25
MOST_WORDS = 120

_DIRECTIVE = re.compile(
    r"^\s*(?:\.\. (?:auto\w+|module|currentmodule|py:(?:module|currentmodule|class|function))::|:::)\s*~?([\w.]+)"
    r"|:(?:py:)?(?:mod|class|func|meth):`~?\.?([\w.]+)`",
    re.MULTILINE,
)
_NOISE = re.compile(r"^\s*(?:\.\.|:::).*$|:\w+(?::\w+)*:|`+|\|[\w-]+\||<[^>]*>|\S*\w\.\w\S*", re.MULTILINE)
_UNDERLINE = re.compile(r"^[=\-~^\"'#*+`.]{3,}\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """A brief, the files that it needs, the lines of the definitions that it needs, and the file it was made from."""

    name: str
    root: Path
    brief: str
    needed: frozenset[str]
    lines: frozenset[tuple[str, int]]
    made_from: str

    @property
    def is_reported(self) -> bool:
        """Half of the cases are to tune by; the others are reported."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Sources:
    """The modules of a project: file by dotted name, and what each defines at its outermost level, with its lines."""

    modules: Mapping[str, str]
    definitions: Mapping[str, Mapping[str, tuple[int, int]]]

    def find(self, dotted: str) -> tuple[str, tuple[int, int] | None] | None:
        """File, and lines if the name is a definition's, of `package.module`, `package.module.Name`, `package.Name`."""
        if dotted in self.modules and not self.modules[dotted].endswith("__init__.py"):
            return self.modules[dotted], None
        module, _, name = dotted.rpartition(".")
        while module and module not in self.modules:
            module, _, name = module.rpartition(".")
        if not module:
            return None
        path = self.modules[module]
        if name in self.definitions[path]:
            return path, self.definitions[path][name]
        if not path.endswith("__init__.py"):
            return path, None
        package = path.removesuffix("__init__.py")
        found = [one for one, names in self.definitions.items() if one.startswith(package) and name in names]
        return (found[0], self.definitions[found[0]][name]) if len(found) == 1 else None


def cases_in(root: Path) -> list[Case]:
    """The cases of a tree, as many of each kind, in a fixed order."""
    sources = read_sources(root)
    found: list[Case] = []
    for kind in (_of_pages, _of_tests):
        made = sorted(kind(root, sources), key=lambda case: hashlib.sha256(case.name.encode()).hexdigest())
        found += made[: MOST_PER_TREE // 2]
    return found


def read_sources(root: Path) -> Sources:
    """Parse every module that is no test and no documentation."""
    modules: dict[str, str] = {}
    definitions: dict[str, dict[str, tuple[int, int]]] = {}
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root).as_posix()
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        if re.search(r"(^|/)(docs?|examples?|tests?|testing|tools|build|requirements|scripts|t)/", path):
            continue
        if parts[0] in {"src", "lib"}:
            parts = parts[1:]
        tree = _parsed(file)
        if tree is None:
            continue
        modules[".".join(parts)] = path
        definitions[path] = {
            node.name: (node.lineno, node.end_lineno or node.lineno)
            for node in tree.body
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        }
    return Sources(modules, definitions)


def _of_pages(root: Path, sources: Sources) -> Iterator[Case]:
    for file in sorted((*root.rglob("*.rst"), *root.rglob("*.md"))):
        path = file.relative_to(root).as_posix()
        if re.search(r"(?i)change|history|news|release|readme|api\.rst|reference/", path):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        names = [match[1] or match[2] for match in _DIRECTIVE.finditer(text)]
        words = _UNDERLINE.sub("", _NOISE.sub(" ", text)).split()
        yield from _case(root, path, names, words, sources)


def _of_tests(root: Path, sources: Sources) -> Iterator[Case]:
    for file in sorted((*root.rglob("test_*.py"), *root.rglob("*_test.py"))):
        path = file.relative_to(root).as_posix()
        tree = _parsed(file)
        if tree is None:
            continue
        words: list[str] = []
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
                words += node.name.removeprefix("test").split("_")
                words += (ast.get_docstring(node) or "").split()
        yield from _case(root, path, list(_imported(tree)), [word for word in words if word], sources)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _case(root: Path, path: str, names: list[str], words: list[str], sources: Sources) -> Iterator[Case]:
    found = [place for name in dict.fromkeys(names) if (place := sources.find(name)) is not None]
    needed = frozenset(file for file, _ in found)
    lines = frozenset((file, line) for file, span in found if span for line in range(span[0], span[1] + 1))
    if 1 <= len(needed) <= MOST_LABELS and len(words) >= LEAST_WORDS:
        body = " ".join(words[:MOST_WORDS])
        yield Case(f"{root.name}:{path}", root, f"# {' '.join(words[:6])}\n\n{body}\n", needed, lines, path)


def _parsed(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return None
