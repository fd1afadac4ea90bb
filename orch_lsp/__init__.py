"""LLM orchestration on the spec document open in the editor, over LSP."""

__version__ = "0.1.0"
