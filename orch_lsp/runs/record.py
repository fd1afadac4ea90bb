"""The run record, `orch.run/1`: what happened in one run, whole, as frozen values.

Field names are those of the stored JSON. Times are RFC 3339 UTC with milliseconds and `Z`; what is not known is
None, never a guess. Token counts are the provider's own, `input_tokens` with cached ones, `output_tokens` with
reasoning. Hashes are SHA-256 in lower-case hex.
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orch_lsp.errors import ErrorDetail
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.runs.status import DraftState, RunStatus, SectionState, StepStatus

SCHEMA = "orch.run/1"

SECTION_MISSING = "section_missing"
"""The rule of a finding on a section that was asked for and did not come."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A transition and its time."""

    status: RunStatus
    at: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that runs a run.

    `started` is its start time in seconds since the epoch, as psutil tells it; `boot_id` and `start_ticks` say the same
    where the system knows them, in clock ticks since that boot. A pid means something only inside its namespace:
    containers may share a host name.
    """

    host: str
    pid: int
    started: float
    pid_namespace: str | None = None
    boot_id: str | None = None
    start_ticks: int | None = None


@dataclass(frozen=True, slots=True)
class SpecRef:
    """The document: its path below the root with `/`, else its file name or URI; `kind` is which of its format's."""

    path: str
    profile: str
    sha256_before: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class PromptRef:
    """Which prompt was used; `sha256` is the hash of its words before names in them are filled.

    `replaced` names the files of the user and the project whose words stood in place of the package's.
    """

    name: str
    version: str
    sha256: str
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderRef:
    """Where the model is served; `server_address` is host or host:port."""

    id: str
    kind: str
    server_address: str | None


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The id that was asked for, and the id that answered."""

    requested: str | None
    resolved: str | None = None


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """Generation parameters as they were sent; None was not sent."""

    max_output_tokens: int | None = None
    temperature: float | None = None
    reasoning: str | None = None
    instructions_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Money as a decimal string, its ISO 4217 currency, and who said so.

    `exact` is false if the price is that of a model with a like name, as the source has none of this very one, and null
    if that is not known.
    """

    amount: str
    currency: str
    source: str
    exact: bool | None = None
    price_factor: float | None = None
    """The part of the usual price that this is, as 0.5 of a batch; None if it is the usual one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP exchange. `status` is `ok`, `error` or `cancelled`; `wait_s` is what was waited before it."""

    number: int
    provider: str
    model: str | None
    server_address: str | None
    started_at: str
    ended_at: str | None = None
    status: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    wait_s: float = 0.0
    error: ErrorDetail | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """The most that a call can take: tokens, and US dollars as a decimal string, None if its price is not known."""

    tokens: int
    usd: str | None = None


@dataclass(frozen=True, slots=True)
class StepBatch:
    """The batch that a step's request was in, None until the provider has it, and the part of the usual price."""

    id: str | None
    price_factor: float


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a run, on the record from the run's creation.

    `id` tells it from the run's other steps and `name` says its kind; `needs` has the ids of the steps that end before
    it begins, and `wave` numbers those that may run side by side, from 0. The run can complete although an `optional`
    step failed. `provider` and `model` are whom the step asked last. `output_sha256` is the hash of its text, whole or
    as far as it came; `first_chunk_s` is seconds from the step's start to the first of it. `sections` are the keys that
    it asked for, `prompt` the words that it asked with, `findings` what it found; those of the run are what is left.
    `estimated_input_tokens` is the uncorrected estimate of the table of tokens for its last request. `reserved` is the
    most that a call can take whose usage is not known: it is being made, or nobody told.
    """

    id: str
    name: str
    wave: int
    status: StepStatus
    skip_reason: str | None = None
    reused_from: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    provider: str | None = None
    model: str | None = None
    usage: Usage | None = None
    finish_reason: FinishReason | None = None
    output_sha256: str | None = None
    attempts: tuple[Attempt, ...] = ()
    needs: tuple[str, ...] = ()
    optional: bool = False
    request_sha256: str | None = None
    cost: Cost | None = None
    finish_reasons: tuple[str, ...] = ()
    first_chunk_s: float | None = None
    error: ErrorDetail | None = None
    sections: tuple[str, ...] = ()
    estimated_input_tokens: int | None = None
    prompt: PromptRef | None = None
    findings: tuple[Finding, ...] = ()
    reserved: Reserved | None = None
    batch: StepBatch | None = None
    """Set if its request was sent in a batch."""


@dataclass(frozen=True, slots=True)
class ContextItemRef:
    """A piece of the workspace that was put before the model; `range` is 1-based, last line included.

    `role` is the part of its file in the project, `symbol` the definitions or headings in it; None if unknown.
    """

    path: str
    range: tuple[int, int] | None
    sha256: str
    bytes: int
    score: float | None
    source: str
    redactions: int = 0
    role: str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that was not sent, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContextRecord:
    """The ground of the draft. `error` set means that it was not grounded.

    `asked` are servers over HTTP, `mcp:NAME at HOST`, which words of the brief may have reached.
    """

    items: tuple[ContextItemRef, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    source: str | None = None
    fallback_from: str | None = None
    error: ErrorDetail | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """When the run began and ended; `queue_s` and `first_chunk_s` are seconds since its creation and its start."""

    started_at: str
    ended_at: str | None = None
    queue_s: float | None = None
    first_chunk_s: float | None = None


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A section of the draft. `sha256` is of its body's normalised text.

    `reason` says why it was rejected, or why an accepted one is not in the document.
    """

    key: str
    sha256: str
    state: SectionState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The product of a run. A partial draft is the raw text so far of a run that did not complete."""

    sha256: str
    bytes: int
    state: DraftState
    partial: bool
    sections: tuple[DraftSection, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the answer that a person should know: words that the draft does not have, or should not have.

    `rule` is a stable word such as `text_left_out`; `severity` is `error`, `warning`, `information` or `hint`; `key` is
    the section that it is about. `text` holds the words, cut at some thousands of characters: the whole answer is kept
    under the `output_sha256` of the step that asked for it. `step` is the id of the step that found it; None is none.
    """

    rule: str
    severity: str
    message: str
    key: str | None = None
    text: str = ""
    step: str | None = None


@dataclass(frozen=True, slots=True)
class BorneOn:
    """A section that spoke of a question when it was answered, stale while its text's hash is what it was then."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a person has to answer: the draft asks it, or its brief leaves it open or contradicts itself.

    `about` are lines of the brief, counted from 1, the last one included; `key` is the section of the draft that asks
    it; `default` holds until somebody answers. `kind` is `draft`, `brief` or `contradiction`.
    """

    id: str
    text: str
    options: tuple[str, ...] = ()
    default: str | None = None
    about: tuple[int, int] | None = None
    key: str | None = None
    kind: str = "draft"
    answer: str | None = None
    answered_at: str | None = None
    bears_on: tuple[BorneOn, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """An edit that was made: hashes of the whole document; `verified` if it was read back and matched."""

    at: str
    version_before: int | None
    sha256_before: str
    sha256_after: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Application:
    """One of the edits that brought a draft into its document: as `Applied`, with the keys of the sections in it."""

    at: str
    sections: tuple[str, ...]
    version_before: int | None
    sha256_before: str
    sha256_after: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Software:
    """A client or server by name and version; a client need not say who it is."""

    name: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Vcs:
    """The checkout: its revision, and whether it had uncommitted changes."""

    revision: str
    dirty: bool | None


@dataclass(frozen=True, slots=True)
class RewriteRef:
    """Nodes that a run was to write anew, by their keys, and the person's instruction.

    `whole` says that the answer was to hold only those of them that it changes.
    """

    keys: tuple[str, ...]
    instruction: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything known of a run. Change it only with `dataclasses.replace` and `lifecycle.transition`."""

    run_id: str
    command: str
    status: RunStatus
    status_timeline: tuple[StatusChange, ...]
    owner: Owner
    spec: SpecRef
    brief_sha256: str
    prompt: PromptRef
    provider: ProviderRef
    model: ModelRef
    request: RequestParameters
    timing: Timing
    server: Software
    schema: str = SCHEMA
    parent_run_id: str | None = None
    workflow: str | None = None
    """The name of the workflow whose steps it takes; None of a run from before there were such."""
    request_sha256: str | None = None
    steps: tuple[Step, ...] = ()
    context: ContextRecord = field(default_factory=ContextRecord)
    usage: Usage | None = None
    cost: Cost | None = None
    finish_reasons: tuple[str, ...] = ()
    finish_reason: FinishReason | None = None
    error: ErrorDetail | None = None
    draft: Draft | None = None
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    applied: Applied | None = None
    """The last edit that brought some of the draft into the document."""
    applications: tuple[Application, ...] = ()
    """All such edits, oldest first; records of earlier versions have none."""
    client: Software | None = None
    vcs: Vcs | None = None
    rewrite: RewriteRef | None = None
    unknown_keys: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Keys that a later version wrote beside the fields above (see `unknown_keys.py`): written back as they came."""


class _RunIds:
    """Gives ids that grow within the process, also within one millisecond and when the clock steps back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        value = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        value = value & ~(0xF << 76) | (0x7 << 76)
        value = value & ~(0x3 << 62) | (0x2 << 62)
        with self._lock:
            self._last = max(value, self._last + 1)
            return str(uuid.UUID(int=self._last))


_run_ids = _RunIds()


def new_run_id() -> str:
    """A UUID version 7 (RFC 9562, section 5.7), greater than all that this process was given before."""
    return _run_ids.next()


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one RFC 3339 time to another, never negative."""
    return max(0.0, (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())


def timestamp(at: datetime | None = None) -> str:
    """RFC 3339 in UTC with milliseconds and `Z`; now, if no time is given."""
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
