"""The words that ask a model for a draft, as data: a format's package brings its own."""

from __future__ import annotations

from dataclasses import dataclass

from orch_lsp.text import sha256


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A named, versioned pair of system instructions and prompt, in which `{names}` are filled.

    The version changes with any change to the words, so that a record's name, version and hash always say which ones a
    model was given.
    """

    name: str
    version: str
    system_instructions: str
    prompt: str

    @property
    def sha256(self) -> str:
        """Hash of the template's words."""
        return sha256(f"{self.system_instructions}\n\x00\n{self.prompt}")
