"""Rules that the nodes of every format keep, whatever the document."""

from __future__ import annotations

from orch_lsp.document.node import Nodes
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.document.readings import Readings


def assert_nodes_lie_in(text: str, found: Nodes) -> None:
    """Keys are unique, spans lie in the text, parents hold what names them, and citations name something."""
    assert len(found.by_key) == len(found.nodes)
    for node in found.nodes:
        assert 0 <= node.span.start <= node.span.end <= len(text)
        assert node.name is None or node.span.start <= node.name.start <= node.name.end <= node.span.end
        if node.parent is not None:
            parent = found.by_key[node.parent]
            assert parent.span.start <= node.span.start
            assert node.span.end <= parent.span.end
    for citation in found.citations:
        assert 0 <= citation.span.start < citation.span.end <= len(text)
        assert citation.key or (citation.scope or "").partition("/")[2]


def assert_an_edit_reads_as_the_whole(text: str, new: str, start: int, length: int, profile: Profile) -> None:
    """A document in which `new` replaced `length` characters from `start` on has the nodes of one that is read anew."""
    readings = Readings()
    readings.read("a", text, profile)
    edited = text[:start] + new + text[start + length :]
    assert readings.read("a", edited, profile).nodes == parse(edited, profile).nodes
