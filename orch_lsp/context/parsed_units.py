"""Units of languages for which a parser is installed (the extra `parsers`): JavaScript, TypeScript, Go, Rust, Java.

The parser says where definitions begin and end, whatever the indentation. What does not parse as a whole still gives
the definitions that do.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from orch_lsp.context.unit import MOST_NESTED, Unit, with_comments

_DEFINITIONS = frozenset(
    """
    abstract_class_declaration annotation_type_declaration class_declaration constructor_declaration enum_declaration
    enum_item function_declaration function_item generator_function_declaration impl_item interface_declaration
    internal_module macro_definition method_declaration method_definition mod_item record_declaration struct_item
    trait_item type_alias_declaration type_declaration union_item
    """.split()  # noqa: SIM905 -- a list of quoted words is harder to read
)
_FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function"))
_GRAMMARS = {
    ".cjs": ("tree_sitter_javascript", "language"), ".cts": ("tree_sitter_typescript", "language_typescript"),
    ".go": ("tree_sitter_go", "language"), ".java": ("tree_sitter_java", "language"),
    ".js": ("tree_sitter_javascript", "language"), ".jsx": ("tree_sitter_javascript", "language"),
    ".mjs": ("tree_sitter_javascript", "language"), ".mts": ("tree_sitter_typescript", "language_typescript"),
    ".rs": ("tree_sitter_rust", "language"), ".ts": ("tree_sitter_typescript", "language_typescript"),
    ".tsx": ("tree_sitter_typescript", "language_tsx"),
}  # fmt: skip
_MOST_NODES = 400_000
"""Nodes of one file that are looked at."""
_DEEPEST = 60
"""Levels of the syntax tree below a definition that are looked into for others."""
_LONGEST_NAME = 80


class _Node(Protocol):
    """A node of a syntax tree, as the library has it; lines from zero."""

    type: str
    start_point: tuple[int, int]
    end_point: tuple[int, int]
    named_children: list[_Node]
    text: bytes

    def child_by_field_name(self, name: str, /) -> _Node | None:
        """The child of a role."""
        ...


def parsed_units(path: str, text: str, lines: Sequence[str]) -> list[Unit] | None:
    """The definitions of a file in order; None if there is no parser for it, or it cannot make sense of the text."""
    suffix = path[path.rfind(".") :].casefold() if "." in path else ""
    parse = _parser(suffix)
    if parse is None:
        return None
    root = parse(text)
    if root is None or root.type == "ERROR":
        return None
    left = iter(range(_MOST_NODES))
    return _below(root, lines, "", 0, 0, left)


def _below(node: _Node, lines: Sequence[str], prefix: str, depth: int, deep: int, left: Iterator[int]) -> list[Unit]:
    """Definitions below a node, those in them within."""
    found: list[Unit] = []
    for child in node.named_children:
        if next(left, None) is None:
            break
        if child.start_point[0] == child.end_point[0] and child.type not in _DEFINITIONS:
            continue
        name = _name(child)
        inner: list[Unit]
        if name is None:
            inner = _below(child, lines, prefix, depth, deep + 1, left) if deep < _DEEPEST else []
            found += [unit for unit in inner if not found or unit.first > found[-1].last]
            continue
        after = found[-1].last if found else node.start_point[0]
        start, last = child.start_point[0] + 1, child.end_point[0] + 1
        if start <= after and found:
            continue
        full = f"{prefix}{name}"
        inner = _below(child, lines, f"{full}.", depth + 1, 0, left) if depth < MOST_NESTED else []
        found.append(Unit(full, with_comments(lines, start, after), last, tuple(inner)))
    return found


def _name(node: _Node) -> str | None:
    """The name of a definition; None of any other node."""
    if node.type == "export_statement":
        declaration = node.child_by_field_name("declaration")
        return None if declaration is None else _name(declaration)
    if node.type in _DEFINITIONS:
        return _of_definition(node)
    if node.type in {"lexical_declaration", "variable_declaration"}:
        return next((_text(one, "name") for one in node.named_children if _is_function(one, "value")), None)
    if node.type == "expression_statement" and node.named_children:
        return _of_expression(node.named_children[0])
    return None


def _of_definition(node: _Node) -> str:
    if node.type == "impl_item":
        return _text(node, "type").partition("<")[0]
    if node.type == "type_declaration":
        return next((_text(one, "name") for one in node.named_children), "")
    receiver = node.child_by_field_name("receiver")
    name = _text(node, "name")
    if receiver is None:
        return name
    of = _shown(receiver.text).strip("()").split(" ")[-1].lstrip("*").partition("[")[0]
    return f"{of}.{name}"


def _of_expression(node: _Node) -> str | None:
    """The name of a function that is assigned, or given to a call with a text, as tests are."""
    if node.type == "assignment_expression":
        return _text(node, "left") if _is_function(node, "right") else None
    if node.type != "call_expression":
        return None
    arguments = node.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    if len(given) < 2 or given[0].type not in {"string", "template_string"} or given[-1].type not in _FUNCTIONS:
        return None
    return _shown(given[0].text).strip("\"'`")


def _is_function(node: _Node, name: str) -> bool:
    value = node.child_by_field_name(name)
    return value is not None and value.type in _FUNCTIONS


def _text(node: _Node, name: str) -> str:
    found = node.child_by_field_name(name)
    return "" if found is None else _shown(found.text)


def _shown(data: bytes) -> str:
    return " ".join(data[: 4 * _LONGEST_NAME].decode("utf-8", "replace").split())[:_LONGEST_NAME]


@functools.cache
def _parser(suffix: str) -> Callable[[str], _Node | None] | None:
    """A function from a text to the root of its syntax tree; None without a grammar for the suffix."""
    if suffix not in _GRAMMARS:
        return None
    module, name = _GRAMMARS[suffix]
    try:
        library = importlib.import_module("tree_sitter")
        language = library.Language(getattr(importlib.import_module(module), name)())
    except (ImportError, AttributeError, TypeError, ValueError):
        return None

    def parse(text: str) -> _Node | None:
        # A parser is of one thread.
        tree = library.Parser(language).parse(text.encode("utf-8", "surrogatepass"))
        return None if tree is None else tree.root_node

    return parse
