"""Run records for tests: plain ones, and hypothesis strategies for any."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from orch_lsp.document.model import Section
from orch_lsp.errors import ErrorDetail
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.record import (
    Applied,
    Attempt,
    ContextItemRef,
    ContextRecord,
    Cost,
    Draft,
    DraftSection,
    LeftOut,
    ModelRef,
    Owner,
    PromptRef,
    ProviderRef,
    RequestParameters,
    RunRecord,
    Software,
    SpecRef,
    StatusChange,
    Step,
    Timing,
    Vcs,
    new_run_id,
    timestamp,
)
from orch_lsp.runs.status import DraftState, RunStatus, SectionState, StepStatus
from orch_lsp.text import Span, normalised, sha256

NOBODY = Owner("elsewhere.invalid", 1, 0.0)


def queued(path: str = "docs/a.spec.md", *, owner: Owner = NOBODY, run_id: str | None = None) -> RunRecord:
    """A run as it is created."""
    now = timestamp()
    return RunRecord(
        run_id=run_id or new_run_id(),
        command="draft",
        status=RunStatus.QUEUED,
        status_timeline=(StatusChange(RunStatus.QUEUED, now),),
        owner=owner,
        spec=SpecRef(path, "plain", sha256("before")),
        brief_sha256=sha256("brief"),
        prompt=PromptRef("draft", "1", sha256("prompt")),
        provider=ProviderRef("work", "openai-compatible", "127.0.0.1:8111"),
        model=ModelRef("some-model"),
        request=RequestParameters(max_output_tokens=100),
        timing=Timing(now),
        server=Software("orch-lsp", "0.1.0"),
    )


def running(path: str = "docs/a.spec.md", *, owner: Owner = NOBODY) -> RunRecord:
    """A run with a draft step at work and one attempt open, and its check to come."""
    record = transition(queued(path, owner=owner), RunStatus.RUNNING)
    now = timestamp()
    attempt = Attempt(1, "work", "some-model", "127.0.0.1:8111", now)
    context = Step("context", "context", 0, StepStatus.COMPLETED, started_at=now, optional=True)
    draft = Step("draft", "draft", 1, StepStatus.RUNNING, started_at=now, attempts=(attempt,), needs=("context",))
    check = Step("check", "check", 2, StepStatus.PENDING, needs=("draft",))
    return replace(record, steps=(context, draft, check))


def with_steps_done(record: RunRecord) -> RunRecord:
    """The run with all of its steps completed."""
    now = timestamp()
    done = (
        replace(step, status=StepStatus.COMPLETED, started_at=step.started_at or now, ended_at=now)
        for step in record.steps
    )
    return replace(record, steps=tuple(done))


def draft_of(text: str, *bodies: tuple[str, str], state: DraftState = DraftState.READY, partial: bool = False) -> Draft:
    """A draft; `bodies` are pairs of section key and body."""
    sections = tuple(DraftSection(key, sha256(normalised(body)), SectionState(state)) for key, body in bodies)
    return Draft(sha256(text), len(text.encode("utf-8", "surrogatepass")), state, partial, sections)


def completed(
    text: str = "## Goal\nG\n", *bodies: tuple[str, str], path: str = "docs/a.spec.md", owner: Owner = NOBODY
) -> RunRecord:
    """A run that completed with a draft that waits."""
    record = replace(with_steps_done(running(path, owner=owner)), draft=draft_of(text, *bodies))
    record = replace(
        record,
        usage=Usage(812, 1204),
        model=ModelRef("some-model", "some-model-2"),
        finish_reason=FinishReason.STOP,
        finish_reasons=("stop",),
    )
    return transition(record, RunStatus.COMPLETED)


def applied(record: RunRecord) -> RunRecord:
    """The run with its draft in the document."""
    assert record.draft is not None
    sections = tuple(replace(section, state=SectionState.APPLIED) for section in record.draft.sections)
    draft = replace(record.draft, state=DraftState.APPLIED, sections=sections)
    return replace(record, draft=draft, applied=Applied(timestamp(), 1, sha256("before"), sha256("after"), True))


def failed(code: str = "rate_limited", path: str = "docs/a.spec.md") -> RunRecord:
    """A run that failed before text arrived."""
    error = ErrorDetail(code, "The provider refused.", "Wait a moment, then retry.", True, 429, 3.0)
    return transition(replace(running(path), error=error), RunStatus.FAILED)


def section(key: str, body: str, *, placeholder: bool = False) -> Section:
    """A section of a document, placed nowhere in particular."""
    nowhere = Span(0, 0)
    made = Section(key, key.title(), 2, nowhere, nowhere, key, nowhere, 2, body)
    assert made.placeholder == placeholder
    return made


texts = st.text(st.characters(), max_size=30)
"""Any characters at all, lone surrogates included."""
_counts = st.none() | st.integers(0, 2**53)
_seconds = st.floats(0, 1e9)
_times = st.datetimes().map(lambda at: at.isoformat())
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
_usages = st.builds(
    Usage, _counts, _counts, _counts, _counts, _counts, st.none() | st.dictionaries(texts, _json, max_size=3)
)
_errors = st.builds(
    ErrorDetail, texts, texts, texts, st.booleans(), st.none() | st.integers(100, 599), st.none() | _seconds
)
_maybe_text = st.none() | texts
_attempts = st.builds(
    Attempt,
    st.integers(1, 9),
    texts,
    _maybe_text,
    _maybe_text,
    texts,
    _maybe_text,
    _maybe_text,
    st.none() | st.integers(100, 599),
    _maybe_text,
    _seconds,
    st.none() | _errors,
)
_steps = st.builds(
    Step,
    texts,
    texts,
    st.integers(0, 5),
    st.sampled_from(StepStatus),
    _maybe_text,
    _maybe_text,
    _maybe_text,
    _maybe_text,
    _maybe_text,
    _maybe_text,
    st.none() | _usages,
    st.none() | st.sampled_from(FinishReason),
    _maybe_text,
    st.lists(_attempts, max_size=2).map(tuple),
)
_items = st.builds(
    ContextItemRef,
    texts,
    st.none() | st.tuples(st.integers(1, 9), st.integers(9, 99)),
    texts,
    st.integers(0, 99),
    st.none() | _seconds,
    texts,
    st.integers(0, 9),
    _maybe_text,
    _maybe_text,
)
_contexts = st.builds(
    ContextRecord,
    st.lists(_items, max_size=2).map(tuple),
    st.lists(st.builds(LeftOut, texts, texts), max_size=2).map(tuple),
    _maybe_text,
    _maybe_text,
    st.none() | _errors,
)
_drafts = st.builds(
    Draft,
    texts.map(sha256),
    st.integers(0, 10**9),
    st.sampled_from(DraftState),
    st.booleans(),
    st.lists(st.builds(DraftSection, texts, texts, st.sampled_from(SectionState), _maybe_text), max_size=2).map(tuple),
)

records = st.builds(
    RunRecord,
    run_id=st.uuids().map(str),
    command=texts,
    status=st.sampled_from(RunStatus),
    status_timeline=st.lists(st.builds(StatusChange, st.sampled_from(RunStatus), texts), min_size=1, max_size=3).map(
        tuple
    ),
    owner=st.builds(Owner, texts, st.integers(0, 2**31), _seconds, _maybe_text, _maybe_text, _counts),
    spec=st.builds(SpecRef, texts, texts, texts),
    brief_sha256=texts,
    prompt=st.builds(PromptRef, texts, texts, texts),
    provider=st.builds(ProviderRef, texts, texts, _maybe_text),
    model=st.builds(ModelRef, _maybe_text, _maybe_text),
    request=st.builds(RequestParameters, _counts, st.none() | st.floats(0, 2), _maybe_text, _maybe_text),
    timing=st.builds(Timing, texts, _maybe_text, st.none() | _seconds, st.none() | _seconds),
    server=st.builds(Software, texts, _maybe_text),
    parent_run_id=_maybe_text,
    request_sha256=_maybe_text,
    steps=st.lists(_steps, max_size=2).map(tuple),
    context=_contexts,
    usage=st.none() | _usages,
    cost=st.none() | st.builds(Cost, texts, texts, texts),
    finish_reasons=st.lists(texts, max_size=2).map(tuple),
    finish_reason=st.none() | st.sampled_from(FinishReason),
    error=st.none() | _errors,
    draft=st.none() | _drafts,
    applied=st.none() | st.builds(Applied, _times, st.none() | st.integers(0, 9), texts, texts, st.booleans()),
    client=st.none() | st.builds(Software, texts, _maybe_text),
    vcs=st.none() | st.builds(Vcs, texts, st.none() | st.booleans()),
)
"""Any record that has the right types, sensible or not."""
