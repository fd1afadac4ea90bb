"""The ports through which runs reach what their process shares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orch_lsp.context.item import ContextSource
from orch_lsp.model_lists.lists import ModelLists
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.runs.record import Owner, RunRecord, Software
from orch_lsp.runs.store import RunStore


class RunResources(ProviderAccess, Protocol):
    """The resources that a run takes from its process."""

    models: ModelLists

    @property
    def context_source(self) -> ContextSource:
        """The source of context. Blocking when it is first asked for: that loads it."""
        ...


class ProcessResources(RunResources, Protocol):
    """The resources that the runs of one process share."""

    owner: Owner
    server: Software

    async def store(self, reading: Reading, /) -> RunStore:
        """The store that holds the document's runs.

        Raises:
            StoreError: No place to keep records can be written.
        """
        ...

    async def open_stores(self) -> list[RunStore]:
        """The stores that are open now."""
        ...

    def tell_interrupted(self, records: Iterable[RunRecord], /) -> None:
        """Pass on runs that were found without their owner and are `interrupted` now."""
        ...
