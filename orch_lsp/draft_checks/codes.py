"""The codes of findings about a draft, apart from the checks, which take long to load."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "fact_uncovered": "A fact of the brief is lost, changed or turned round in the draft.",
        "number_not_in_sources": "A quantity stands in neither the brief nor the files that were sent.",
        "path_not_in_tree": "A path is named that the workspace does not have.",
        "symbol_not_in_tree": "A symbol is named that nothing in the workspace knows.",
        "criterion_vague": "A criterion hangs on a word that nobody can check.",
        "criterion_without_check": "No check names a criterion.",
        "task_without_criterion": "A task names no criterion, where others do.",
        "criterion_without_task": "No task names a criterion.",
        "undecided_written_as_decided": "A point that the brief leaves open is written as decided.",
        "placeholder_phrase": "A statement stands where something should be.",
        "reader_addressed": "Words to whoever asked the model.",
        "duplicate_statement": "A statement is there twice, or twice with two quantities.",
        "language_mismatch": "A section is in another language than the document.",
        "text_left_out": "Words of the answer are not in the draft.",
        "section_refused": "A section of the answer is a refusal.",
    }
)
"""Every code that the check of a draft may give beside those of a format's rules, with the fault in a line."""
