"""Two or more runs beside each other: what each was given, what it cost, and how their texts differ. Pure.

No provider is asked: everything is on the records and in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orch_lsp.runs.escape import code, fenced, plain, sentence
from orch_lsp.runs.labels import cost_label, model_label, status_label, tokens_label
from orch_lsp.runs.record import ContextItemRef, RunRecord
from orch_lsp.runs.schema import plain_value
from orch_lsp.runs.timeline import duration_of
from orch_lsp.text import counted, diff_lines, split_lines

SCHEMA = "orch.compare/1"
_MOST_LINES = 4_000
"""Lines of a section that are compared line by line; a longer one only differs or not."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run with the text of each section of its draft, by key, in the draft's order."""

    record: RunRecord
    sections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """A section in all of the runs. `texts` has None where a run has no such section."""

    key: str
    texts: tuple[str | None, ...]
    diffs: tuple[tuple[str, ...], ...]
    """For each run the lines of a unified diff from the first; none for the first, and for one that is the same."""

    @property
    def same(self) -> bool:
        """Whether all runs have the same text."""
        return len(set(self.texts)) == 1


@dataclass(frozen=True, slots=True)
class ContextDifference:
    """A piece of the workspace that not all runs were given, or that had another content: its hash, by run."""

    path: str
    range: tuple[int, int] | None
    sha256: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact in which the runs differ, with its value in each."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs beside each other; every list of values is in their order."""

    runs: tuple[ComparedRun, ...]
    differences: tuple[Difference, ...]
    sections: tuple[SectionDifference, ...]
    context: tuple[ContextDifference, ...]
    context_in_common: int


_INPUTS: tuple[tuple[str, Callable[[RunRecord], Any]], ...] = (
    ("document", lambda record: record.spec.path),
    ("document_sha256", lambda record: record.spec.sha256_before),
    ("profile", lambda record: record.spec.profile),
    ("brief_sha256", lambda record: record.brief_sha256),
    ("prompt", lambda record: f"{record.prompt.name} {record.prompt.version}"),
    ("prompt_sha256", lambda record: record.prompt.sha256),
    ("provider", lambda record: record.provider.id),
    ("server_address", lambda record: record.provider.server_address),
    ("model", lambda record: record.model.requested),
    ("model_resolved", lambda record: record.model.resolved),
    ("max_output_tokens", lambda record: record.request.max_output_tokens),
    ("temperature", lambda record: record.request.temperature),
    ("reasoning", lambda record: record.request.reasoning),
    ("instructions_sha256", lambda record: record.request.instructions_sha256),
    ("request_sha256", lambda record: record.request_sha256),
    ("revision", lambda record: record.vcs.revision if record.vcs else None),
)
_WORDS = {
    "document_sha256": "document's text", "brief_sha256": "brief", "prompt_sha256": "words of the prompt",
    "server_address": "server", "model": "model asked for", "model_resolved": "model that answered",
    "max_output_tokens": "most tokens of the answer", "instructions_sha256": "instructions",
    "request_sha256": "whole request",
}  # fmt: skip
_HASH = 64
_SHOWN_OF_HASH = 12


def compare(runs: Sequence[ComparedRun]) -> Comparison:
    """Compare runs, each with the first. Linear in their texts but for the sections that differ."""
    records = [run.record for run in runs]
    differences = tuple(
        Difference(name, values)
        for name, value_of in _INPUTS
        if len(set(values := tuple(value_of(record) for record in records))) > 1
    )
    keys = dict.fromkeys(key for run in runs for key in run.sections)
    sections = tuple(_section(key, tuple(run.sections.get(key) for run in runs)) for key in keys)
    pieces = [{(item.path, item.range): item.sha256 for item in record.context.items} for record in records]
    places = dict.fromkeys(place for each in pieces for place in each)
    context = [ContextDifference(*place, tuple(each.get(place) for each in pieces)) for place in places]
    differing = tuple(one for one in context if len(set(one.sha256)) > 1)
    return Comparison(tuple(runs), differences, sections, differing, len(context) - len(differing))


def changed_inputs(before: RunRecord, now: Mapping[str, Any], items: Sequence[ContextItemRef]) -> Iterator[str]:
    """Words for each input of a run that is another one now, by hash.

    Args:
        before: The run.
        now: Values by the names of `_INPUTS`; one that is missing is not compared.
        items: The pieces of the workspace that would be sent now.
    """
    for name, value_of in _INPUTS:
        if name in now and now[name] != value_of(before):
            yield _WORDS.get(name, name)
    were = {(item.path, item.range): item.sha256 for item in before.context.items}
    are = {(item.path, item.range): item.sha256 for item in items}
    for path in sorted({place[0] for place in were.keys() ^ are.keys()} | _changed(were, are)):
        old, new = _of_path(were, path), _of_path(are, path)
        yield f"{plain(path)} ({'changed' if old and new else 'not sent then' if new else 'not sent any more'})"


def _changed(were: Mapping[Any, str], are: Mapping[Any, str]) -> set[str]:
    return {place[0] for place in were.keys() & are.keys() if were[place] != are[place]}


def _of_path(pieces: Mapping[Any, str], path: str) -> bool:
    return any(place[0] == path for place in pieces)


def _section(key: str, texts: tuple[str | None, ...]) -> SectionDifference:
    first = texts[0]
    return SectionDifference(key, texts, tuple(_diff(first, text) for text in texts))


def _diff(first: str | None, other: str | None) -> tuple[str, ...]:
    if first == other:
        return ()
    old, new = split_lines(first or ""), split_lines(other or "")
    if len(old) + len(new) > _MOST_LINES:
        return (f"… {len(old)} and {len(new)} lines, too many to be compared line by line",)
    return tuple(diff_lines(old, new, around=2))


def comparison_value(made: Comparison) -> dict[str, Any]:
    """As `orch.compare/1`."""
    return {
        "schema": SCHEMA,
        "runs": [_run_value(run) for run in made.runs],
        "differences": [{"name": one.name, "values": list(one.values)} for one in made.differences],
        "sections": [_section_value(one, made) for one in made.sections],
        "context": {
            "in_common": made.context_in_common,
            "differences": [
                {"path": one.path, "range": None if one.range is None else list(one.range), "sha256": list(one.sha256)}
                for one in made.context
            ],
        },
    }


def _run_value(run: ComparedRun) -> dict[str, Any]:
    record = run.record
    names = (
        "run_id", "parent_run_id", "command", "status", "spec", "provider", "model", "prompt", "request",
        "request_sha256", "usage", "cost", "finish_reason", "error", "findings",
    )  # fmt: skip
    return {
        **{name: plain_value(getattr(record, name)) for name in names},
        "duration_s": duration_of(record),
        "attempts": sum(len(step.attempts) for step in record.steps),
        "draft": None if record.draft is None else {"state": str(record.draft.state), "bytes": record.draft.bytes},
    }


def _section_value(one: SectionDifference, made: Comparison) -> dict[str, Any]:
    states = [
        next((str(s.state) for s in run.record.draft.sections if s.key == one.key), None) if run.record.draft else None
        for run in made.runs
    ]
    return {
        "key": one.key,
        "same": one.same,
        "present": [text is not None for text in one.texts],
        "states": states,
        "diffs": [list(lines) or None for lines in one.diffs],
    }


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a comparison in words: plain lines, some followed by the lines of a diff."""

    heading: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]


def parts_of(made: Comparison) -> tuple[Part, ...]:
    """The comparison in words; the runs are called A, B, …, in their order."""
    names = [_LETTERS[number % len(_LETTERS)] for number in range(len(made.runs))]
    parts = (
        Part(
            "Runs", tuple((f"{name}  {_run_line(run.record)}", ()) for name, run in zip(names, made.runs, strict=True))
        ),
        Part("Given differently", tuple((line, ()) for line in _difference_lines(made, names))),
        Part("Context", tuple((line, ()) for line in _context_lines(made, names))),
        Part("Sections", tuple(_section_lines(made, names))),
        Part("Findings", tuple((line, ()) for line in _finding_lines(made, names))),
    )
    return tuple(part for part in parts if part.lines)


def _run_line(record: RunRecord) -> str:
    seconds = duration_of(record)
    shown = record.model.resolved or record.model.requested
    return "  ".join((
        record.run_id, status_label(record), model_label(record.provider.id, shown, kind=record.provider.kind),
        tokens_label(record.usage), cost_label(record.cost), "" if seconds is None else f"{seconds:.1f} s",
    )).rstrip()  # fmt: skip


def _difference_lines(made: Comparison, names: Sequence[str]) -> Iterator[str]:
    for one in made.differences:
        values = ", ".join(f"{name} {_shown(value)}" for name, value in zip(names, one.values, strict=True))
        yield f"{_WORDS.get(one.name, one.name.replace('_', ' '))}: {values}"


def _shown(value: object) -> str:
    text = "none" if value is None else plain(value)
    return text[:_SHOWN_OF_HASH] if len(text) == _HASH and " " not in text else text


def _context_lines(made: Comparison, names: Sequence[str]) -> Iterator[str]:
    for one in made.context:
        lines = f":{one.range[0]}-{one.range[1]}" if one.range else ""
        having = [name for name, digest in zip(names, one.sha256, strict=True) if digest is not None]
        told = "with another content" if len(having) == len(names) else f"only in {', '.join(having)}"
        yield f"{plain(one.path)}{lines}: {told}"
    if made.context_in_common and made.context:
        same = counted(made.context_in_common, "more piece")
        yield f"{same} {'is' if made.context_in_common == 1 else 'are'} the same"


def _section_lines(made: Comparison, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in made.sections:
        key = plain(one.key)
        if one.same:
            yield f"{key}: the same", ()
            continue
        missing = [name for name, text in zip(names, one.texts, strict=True) if text is None]
        if missing:
            yield f"{key}: not in {', '.join(missing)}", ()
        for name, text, lines in zip(names, one.texts, one.diffs, strict=True):
            if lines and text is not None and one.texts[0] is not None:
                added = sum(line.startswith("+") for line in lines)
                removed = sum(line.startswith("-") for line in lines)
                yield f"{key}: {names[0]} → {name}, +{added} −{removed} lines", lines


def _finding_lines(made: Comparison, names: Sequence[str]) -> Iterator[str]:
    for name, run in zip(names, made.runs, strict=True):
        for finding in run.record.findings:
            yield plain(f"{name}  {finding.severity} {finding.rule}: {finding.message}", limit=600)


def comparison_markdown(made: Comparison) -> str:
    """The comparison as a page."""
    blocks = [f"# {len(made.runs)} runs compared"]
    for part in parts_of(made):
        blocks.append(f"## {part.heading}")
        listed: list[str] = []
        for line, diff in part.lines:
            listed.append(f"- {code(line) if part.heading == 'Runs' else sentence(line)}")
            if diff:
                blocks += ["\n".join(listed), fenced("\n".join(diff), "diff")]
                listed = []
        if listed:
            blocks.append("\n".join(listed))
    return "\n\n".join(blocks) + "\n"
