"""Where each section of a document came from: pure matching of texts, by hash, with runs and committed entries.

An entry is one line of a provenance file. The files come with the repository and are not trusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from orch_lsp.document.written import Written
from orch_lsp.runs.record import DraftSection, Question, RunRecord
from orch_lsp.runs.status import WRITTEN

_HASH = re.compile(r"[0-9a-f]{64}")
_RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
LONGEST_VALUE = 512
"""Characters of a name in a provenance file."""


@dataclass(frozen=True, slots=True)
class ProvenanceEntry:
    """Which run wrote a node: `time` is when the run ended, `text_sha256` is of the node's normalised text."""

    key: str
    run_id: str
    provider: str
    model: str | None
    time: str
    text_sha256: str
    prompt_name: str
    prompt_version: str


@dataclass(frozen=True, slots=True)
class SectionOrigin:
    """The origin of a section: from the local history (`run`), else from the repository alone (`entry`)."""

    key: str
    unchanged: bool
    run: RunRecord | None = None
    entry: ProvenanceEntry | None = None
    answered: Question | None = None
    """The question that it speaks of and that was answered since: while its text is what it was then, it is stale."""


def to_line(entry: ProvenanceEntry) -> str:
    """The entry as it is committed, without a line end."""
    values = {
        "key": entry.key,
        "run_id": entry.run_id,
        "provider": entry.provider,
        "model": entry.model,
        "time": entry.time,
        "text_sha256": entry.text_sha256,
        "prompt": {"name": entry.prompt_name, "version": entry.prompt_version},
    }
    return json.dumps(values, ensure_ascii=True)


def from_line(line: str) -> ProvenanceEntry:
    """Read one line.

    Raises:
        ValueError: It is not an entry; the message says why and repeats nothing of it.
    """
    try:
        loaded: Any = json.loads(line)
    except RecursionError:
        msg = "it is nested too deeply"
        raise ValueError(msg) from None
    except ValueError:
        msg = "it is not JSON"
        raise ValueError(msg) from None
    if not isinstance(loaded, dict):
        msg = "it is not an object"
        raise ValueError(msg)  # noqa: TRY004 -- the callers handle bad content, not a programmer's mistake
    values = cast("Mapping[str, object]", loaded)
    prompt = values.get("prompt")
    named: Mapping[str, object] = cast("Mapping[str, object]", prompt) if isinstance(prompt, dict) else {"name": None}
    return ProvenanceEntry(
        key=_string(values, "key"),
        run_id=_string(values, "run_id", _RUN_ID),
        provider=_string(values, "provider"),
        model=None if values.get("model") is None else _string(values, "model"),
        time=_string(values, "time", _TIME),
        text_sha256=_string(values, "text_sha256", _HASH),
        prompt_name=_string(named, "name"),
        prompt_version=_string(named, "version"),
    )


def _string(values: Mapping[str, object], name: str, pattern: re.Pattern[str] | None = None) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value or len(value) > LONGEST_VALUE:
        msg = f"`{name}` is missing or not a short string"
        raise ValueError(msg)
    if pattern is not None and not pattern.fullmatch(value):
        msg = f"`{name}` does not have its form"
        raise ValueError(msg)
    return value


def newest_by_key(entries: Iterable[ProvenanceEntry]) -> dict[str, ProvenanceEntry]:
    """One entry a key: a merge of two branches keeps the lines of both."""
    newest: dict[str, ProvenanceEntry] = {}
    for entry in entries:
        kept = newest.get(entry.key)
        if kept is None or (entry.time, entry.run_id) > (kept.time, kept.run_id):
            newest[entry.key] = entry
    return newest


def entry_of(run: RunRecord, section: Written) -> ProvenanceEntry:
    """The committed line of a section that holds a run's draft."""
    return ProvenanceEntry(
        key=section.key,
        run_id=run.run_id,
        provider=run.provider.id,
        model=run.model.resolved or run.model.requested,
        time=time_of(run),
        text_sha256=section.sha256,
        prompt_name=run.prompt.name,
        prompt_version=run.prompt.version,
    )


def time_of(run: RunRecord) -> str:
    """When a run's text was complete: its end; for one that lives, its beginning."""
    return run.timing.ended_at or run.timing.started_at


def merged(
    entries: Iterable[ProvenanceEntry], sections: Sequence[Written], applied: Sequence[RunRecord]
) -> tuple[ProvenanceEntry, ...]:
    """The lines to be committed for a document as it stands, sorted by key.

    A section that holds what an applied run drafted names that run; one that was edited since keeps the entry it had;
    one that is gone, blank or was never drafted has none.

    Args:
        entries: What is committed now.
        sections: The document's sections.
        applied: Runs whose draft was applied to it, newest first.
    """
    known = newest_by_key(entries)
    by_text = {entry.text_sha256: entry for entry in known.values()}
    result: dict[str, ProvenanceEntry] = {}
    for section in sections:
        if section.placeholder or len(section.key) > LONGEST_VALUE:
            continue
        run = _writer(section, applied)
        kept = known.get(section.key) or by_text.get(section.sha256)
        if run is not None:
            result[section.key] = entry_of(run, section)
        elif kept is not None:
            result[section.key] = replace(kept, key=section.key)
    return tuple(result[key] for key in sorted(result))


def section_origins(
    entries: Iterable[ProvenanceEntry], sections: Sequence[Written], applied: Sequence[RunRecord]
) -> dict[str, SectionOrigin]:
    """Where the sections of a document came from, by key; sections that no run wrote are missing.

    The text decides first: a section that holds exactly what was drafted is unchanged, wherever it was moved. One
    whose key a run drafted and whose text differs was edited since.
    """
    known = newest_by_key(entries)
    local = {run.run_id: run for run in applied}
    origins: dict[str, SectionOrigin] = {}
    for section in sections:
        if section.placeholder:
            continue
        entry = known.get(section.key)
        run = _writer(section, applied)
        unchanged = run is not None
        if run is None and entry is not None and entry.text_sha256 == section.sha256:
            run, unchanged = local.get(entry.run_id), True
        elif run is None:
            run = _drafter(section.key, applied)
            if entry is not None and (run is None or entry.time > time_of(run)):
                run = local.get(entry.run_id)
        if run is not None:
            origins[section.key] = SectionOrigin(
                section.key, unchanged, run=run, answered=answered_since(section, applied)
            )
        elif entry is not None:
            origins[section.key] = SectionOrigin(section.key, unchanged, entry=entry)
    return origins


def answered_since(section: Written, runs: Iterable[RunRecord]) -> Question | None:
    """The question that a section speaks of and that was answered while its text was what it is; None without one."""
    for run in runs:
        for question in run.questions:
            if any((one.key, one.sha256) == (section.key, section.sha256) for one in question.bears_on):
                return question
    return None


def taken_back(sections: Sequence[Written], applied: Sequence[RunRecord]) -> set[str]:
    """Ids of the runs of whose draft nothing is left in the document, as after an undo.

    A section that is missing or a placeholder again holds nothing. One that holds what a newer run drafted was empty
    when that one wrote it. Text that a person changed is still there.

    Args:
        sections: The document's sections.
        applied: Runs whose draft was applied to it, newest first.
    """
    left = {section.key: section.sha256 for section in sections if not section.placeholder}
    gone: set[str] = set()
    for run in applied:
        written = {drafted.key: drafted.sha256 for drafted in _drafted(run) if drafted.state in WRITTEN}
        if written and not written.keys() & left.keys():
            gone.add(run.run_id)
        left = {key: text for key, text in left.items() if written.get(key) != text}
    return gone


def _writer(section: Written, applied: Sequence[RunRecord]) -> RunRecord | None:
    """The newest applied run that drafted exactly this text, one that drafted it for this key first."""
    writers = [run for run in applied if any(drafted.sha256 == section.sha256 for drafted in _drafted(run))]
    same_key = (
        run for run in writers if any((d.key, d.sha256) == (section.key, section.sha256) for d in _drafted(run))
    )
    return next(same_key, writers[0] if writers else None)


def _drafter(key: str, applied: Sequence[RunRecord]) -> RunRecord | None:
    """The newest run whose text was put into the section with this key, whatever stands there now."""
    return next((run for run in applied if any(d.key == key and d.state in WRITTEN for d in _drafted(run))), None)


def _drafted(run: RunRecord) -> tuple[DraftSection, ...]:
    return run.draft.sections if run.draft and run.applied else ()
