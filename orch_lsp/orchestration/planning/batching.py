"""Requests of a run by batches: the provider that sends them, and which answers need not be kept for it any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.errors import ErrorCode, RunError, SettingsError
from orch_lsp.providers.base import Batched, CancelledBatch, Provider, TakesBatches
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import RunStatus, StepStatus
from orch_lsp.text import sha256

_BROKE_OFF = frozenset({StepStatus.CANCELLED, StepStatus.INTERRUPTED})
FOLDER = "batches"
"""The folder beside the store in which the state of batches lies."""


@dataclass(frozen=True, slots=True)
class SentBefore:
    """A request that a run sent in a batch: the hash of its body, and whom it asked."""

    run_id: str
    body_sha256: str
    provider: str | None
    model: str | None


def sent_by(record: RunRecord, text: str) -> dict[str, SentBefore]:
    """The requests of a run that broke off whose answers may still be had, by the id of the step.

    None for another text than the run was given: its answer would be one to something else. What was around the
    document may be other meanwhile, such as specs beside it that were drafted in the same batch.

    Args:
        record: The run.
        text: The document as it is now.
    """
    if not is_left_in_batch(record) or record.spec.sha256_before != sha256(text):
        return {}
    return {
        step.id: SentBefore(record.run_id, step.request_sha256, step.provider, step.model)
        for step in record.steps
        if step.batch is not None and step.status in _BROKE_OFF and step.request_sha256 is not None
    }


class Batching:
    """The batches of one run.

    Args:
        folder: Where the state of a workspace's batches lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: list[Batched] = []

    def of(self, provider: Provider) -> Batched:
        """A provider by batches.

        Raises:
            SettingsError: It has none (`invalid_request`).
        """
        found = batched_of(provider, self._folder)
        if found not in self._used:
            self._used.append(found)
        return found

    async def settle(self, record: RunRecord) -> None:
        """Give up what a run that has ended was answered: it is kept with the run, or of no use.

        A run that broke off keeps it, so that the next one need not pay for it again.

        Raises:
            StoreError: That cannot be noted.
        """
        unusable = record.error is not None and record.error.code == ErrorCode.UNUSABLE_DRAFT
        if record.status is RunStatus.COMPLETED or unusable:
            hashes = [step.request_sha256 for step in record.steps if step.request_sha256 is not None]
            for provider in self._used:
                await provider.settle(hashes)


def is_left_in_batch(record: RunRecord) -> bool:
    """Whether a run broke off that had asked in a batch: the answer may still be had, and is paid for."""
    if record.status is RunStatus.COMPLETED:
        return False
    return any(one.batch is not None and one.status in _BROKE_OFF for one in record.steps)


def waits_in_batch(record: RunRecord) -> Mapping[str, Sequence[str]]:
    """The hashes of a run's requests that are in a batch and not answered, by the provider's name."""
    found: dict[str, list[str]] = {}
    for step in record.steps:
        waits = step.status in _BROKE_OFF or step.status is StepStatus.RUNNING
        if step.batch is not None and waits and step.request_sha256 is not None:
            found.setdefault(step.provider or record.provider.id, []).append(step.request_sha256)
    return found


async def cancel_batches(
    record: RunRecord, folder: Path, provider_of: Callable[[str], Awaitable[Provider]]
) -> Sequence[CancelledBatch]:
    """Have the providers end the batches in which a run's requests wait.

    Args:
        record: The run, whether it lives or has broken off.
        folder: Where the state of its workspace's batches lies.
        provider_of: Gives a provider with its key by its name.

    Raises:
        RunError: Nothing of it waits in a batch (`invalid_request`).
        ProviderError: A provider did not take it.
        SettingsError: A provider is not set up any more, or takes no batches.
    """
    found: list[CancelledBatch] = []
    for name, hashes in waits_in_batch(record).items():
        found += await batched_of(await provider_of(name), folder).cancel(hashes)
    if not found:
        raise RunError(
            ErrorCode.INVALID_REQUEST,
            f"No request of run {record.run_id[:8]} waits in a batch.",
            remediation=f"`orch-lsp runs show {record.run_id[:8]}` says what became of it.",
        )
    return found


def batched_of(provider: Provider, folder: Path) -> Batched:
    """A provider by batches.

    Raises:
        SettingsError: It has none (`invalid_request`).
    """
    found = provider.batched(folder) if isinstance(provider, TakesBatches) else None
    if found is None:
        raise SettingsError(
            ErrorCode.INVALID_REQUEST,
            f"{provider.id} (kind `{provider.kind}`) takes no batches.",
            remediation="Leave out `--batch`, or choose a provider of kind anthropic, openai or openai-compatible.",
        )
    return found
