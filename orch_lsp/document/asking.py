"""How the parts that formats bring to a prompt are made: the rules of a format, and how it deals with what is open."""

from __future__ import annotations

from orch_lsp.document.prompt import PromptTemplate

_UNKNOWN = (
    "The places of this document have no room for questions and proposals marked as such. Where neither the brief nor "
    "an excerpt says what a place needs, take the plainest behaviour that they allow; invent no numbers."
)


def asking(name: str, version: str, document: str, rules: str, *, unknown: str = _UNKNOWN) -> PromptTemplate:
    """The part for one kind of document.

    Args:
        name: `FORMAT.KIND`.
        version: Changes with any change to the words.
        document: The kind of document, with an article.
        rules: The rules of the format for this kind, one line each.
        unknown: A sentence on how to deal with a fact that is not known.
    """
    return PromptTemplate(name, version, document, f"{unknown}\n\n{rules}")
