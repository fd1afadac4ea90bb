"""Nodes as editors list them: the name and the icon of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lsprotocol import types

from orch_lsp.document.node import Node, NodeKind, slug

SYMBOL_KINDS: Mapping[NodeKind, types.SymbolKind] = MappingProxyType(
    {
        "section": types.SymbolKind.String,
        "requirement": types.SymbolKind.Class,
        "success_criterion": types.SymbolKind.Constant,
        "story": types.SymbolKind.Interface,
        "criterion": types.SymbolKind.Method,
        "scenario": types.SymbolKind.Function,
        "task": types.SymbolKind.Boolean,
        "checklist_item": types.SymbolKind.Boolean,
        "question": types.SymbolKind.Variable,
        "property": types.SymbolKind.Property,
        "entity": types.SymbolKind.Field,
        "delta": types.SymbolKind.Package,
    }
)
"""Of those that every client knows: the first eighteen."""


def symbol_name(node: Node) -> str:
    """The id, if it has one that its title does not tell, and the title; never blank, which clients refuse."""
    title = node.title.strip()
    if not title:
        return node.key.strip() or node.kind
    own = node.key.rpartition("/")[2].partition("~")[0]
    told = node.kind == "section" or node.key.partition("~")[0].endswith(title) or own == slug(title)
    return title if told else f"{node.key} {title}"
