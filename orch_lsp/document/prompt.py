"""The words that ask a model for one kind of document, as data: a format's package brings its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """The part of a request that depends on the kind of document.

    The version changes with any change to the words, so that a record's name, version and hash always say which ones a
    model was given.

    Attributes:
        name: `FORMAT.KIND`.
        document: The kind of document, with an article: `the plan of a feature`.
        rules: The rules of the format for this kind. `{{titles}}`, `{{language}}` and `{{title}}` stand for the places
            that are asked for, the language of the brief and the title of the document.
    """

    name: str
    version: str
    document: str
    rules: str
