"""Text that a model wrote and that no person has looked at. Whose text it is does not stand in a document."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.rules.rule import Found, Rule, Subject


def unreviewed_ai_section(subject: Subject) -> Iterator[Found]:
    """The outermost parts that a run wrote and that are what it wrote."""
    keys = subject.evidence.unreviewed
    if not keys:
        return
    end = -1
    for node in subject.document.nodes.nodes:
        if node.key in keys and node.span.start >= end:
            end = node.span.end
            yield Found("A run wrote this, and nobody has reviewed it yet.", node.head, node.key)


RULES = (
    Rule(
        "unreviewed_ai_section", "traceability", "off", "A run wrote a section, and nobody has reviewed it.",
        unreviewed_ai_section,
    ),
)  # fmt: skip
