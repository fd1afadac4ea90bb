"""Requests of a run by batches: the provider that sends them, and which answers need not be kept for it any more."""

from __future__ import annotations

from pathlib import Path

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.providers.base import Batched, Provider, TakesBatches
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import RunStatus

FOLDER = "batches"
"""The folder beside the store in which the state of batches lies."""


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
