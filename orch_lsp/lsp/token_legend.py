"""The types and modifiers of semantic tokens, as they are told at `initialize`. Light: it is loaded with the table."""

from __future__ import annotations

from lsprotocol import types

LEGEND = types.SemanticTokensLegend(token_types=["class", "enumMember", "keyword"], token_modifiers=["declaration"])
"""Standard ones, of which every theme knows a colour."""
