"""The resources of one process, put together from their parts; each user takes the part that it needs.

`stores` keep runs, `connections` are the providers with their keys, `consent` is what the user allows, `supervisor`
owns the live runs, `models` lists what can be asked for. Beside them, a document is read (`readings`) and its settings
are merged. Everything is opened when it is first needed and kept until `aclose`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp import __version__
from orch_lsp.context.item import Background, ContextSource, Watcher
from orch_lsp.document.readings import Readings
from orch_lsp.late import late
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.model_lists.lists import ModelLists
from orch_lsp.orchestration.index.spec_indexes import SpecIndexes
from orch_lsp.orchestration.running.connections import Connections, ProviderFactory
from orch_lsp.orchestration.running.consent import Consent
from orch_lsp.orchestration.running.run_stores import RunStores
from orch_lsp.orchestration.running.supervisor import Supervisor
from orch_lsp.orchestration.specs.told_by_history import Histories
from orch_lsp.orchestration.specs.whereabouts import Place, locate
from orch_lsp.redaction import Redactor
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.record import Owner, Software
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import ProviderSettings, Settings
from orch_lsp.settings.reader import SettingsReader
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.trust import TrustStore
from orch_lsp.workspace import state_home

if TYPE_CHECKING:
    from orch_lsp.orchestration.planning.plan import DraftPlan
    from orch_lsp.orchestration.specs.reading import Reading

    Planner = Callable[["Session", Reading], Awaitable[DraftPlan]]
    """Decides what a run is to do with a document. Raises an `OrchError` where it is refused: nothing was sent then."""

    from orch_lsp.orchestration.index import code_index
    from orch_lsp.orchestration.index.code_index import CodeIndex, CodeIndexes
else:
    code_index = late("orch_lsp.orchestration.index.code_index")

_NO_EDITOR, _NO_COMMAND = ProjectLayer(), CommandChoice()


class Session:
    """The parts of one process, with its ports given by the composition root."""

    def __init__(
        self,
        *,
        presets: Mapping[str, ProviderSettings],
        create_provider: ProviderFactory,
        is_hosted: Callable[[ProviderSettings], bool],
        kinds: Collection[str],
        create_context_source: Callable[[], ContextSource],
        environment: Mapping[str, str] = os.environ,
        redactor: Redactor | None = None,
    ) -> None:
        self.presets, self.kinds = presets, kinds
        self._create_context_source = create_context_source
        self._context_source: ContextSource | None = None
        self.watcher: Watcher | None = None
        """Is told of what the source of context does beside its queries, from any thread."""
        self.redactor = redactor or Redactor()
        self.server = Software("orch-lsp", __version__)
        self.owner: Owner = this_process()
        self.readings = Readings()
        self.settings_reader = SettingsReader(presets, kinds, self.redactor.add)
        self.stores = RunStores(self.owner)
        self.connections = Connections(create_provider, is_hosted, environment, self.redactor)
        self.consent = Consent(TrustStore(state_home()), is_hosted)
        self.models = ModelLists(self.connections)
        # The ports of `plan` and `supervisor`: for reading documents, and for runs.
        self.locate = locate
        self.indexes = SpecIndexes(self)
        self.known_index = self.indexes.known
        self._code: CodeIndexes | None = None
        self.on_code_change: Callable[[], None] = lambda: None
        """Called on the event loop when code names other nodes than before."""
        self.api_key, self.provider = self.connections.api_key, self.connections.provider
        self.in_use = self.connections.in_use
        self.store, self.open_stores = self.stores.store, self.stores.open_stores
        self.tell_interrupted = self.stores.tell_interrupted
        self.histories = Histories(self.store)
        self.supervisor = Supervisor(self)

    @property
    def context_source(self) -> ContextSource:
        """The source of context of all runs. Blocking when it is first asked for: that loads it."""
        if self._context_source is None:
            source = self._create_context_source()
            if self.watcher is not None and isinstance(source, Background):
                source.watcher = self.watcher
            self._context_source = source
        return self._context_source

    @context_source.setter
    def context_source(self, source: ContextSource) -> None:
        self._context_source = source

    async def settings(
        self, root: Path | None, front_matter: FrontMatter | None, *, editor: ProjectLayer, command: CommandChoice
    ) -> Settings:
        """As `read_settings`, on a worker."""
        return await asyncio.to_thread(self.read_settings, root, front_matter, editor=editor, command=command)

    def read_settings(
        self, root: Path | None, front_matter: FrontMatter | None, *, editor: ProjectLayer, command: CommandChoice
    ) -> Settings:
        """Read the settings files and merge all layers. Never raises on a value: see `Settings.problems`. Blocking."""
        settings = self.settings_reader.read(
            root, front_matter, editor=editor, command=command, handed_over=self.connections.handed_over
        )
        return self._without_keys(settings)

    def _without_keys(self, settings: Settings) -> Settings:
        """The same, where messages quote a value that is a key, pasted into a wrong place."""
        redact = self.redactor.redact
        code_and_message = settings.choice_problem
        if not (settings.problems or settings.unusable or code_and_message):
            return settings
        return dataclasses.replace(
            settings,
            problems=tuple(
                dataclasses.replace(problem, message=redact(problem.message)) for problem in settings.problems
            ),
            choice_problem=code_and_message and (code_and_message[0], redact(code_and_message[1])),
            unusable={name: redact(reason) for name, reason in settings.unusable.items()},
        )

    async def settings_of(self, root: Path | None) -> Settings:
        """The settings of a root, without any document's or editor's."""
        return await self.settings(root, None, editor=_NO_EDITOR, command=_NO_COMMAND)

    async def store_in(self, place: Place) -> RunStore:
        """The store that holds the runs of a document that is there, whatever stands in it.

        Raises:
            StoreError: No place to keep records can be written.
        """
        settings = await self.settings_of(place.root)
        return await self.stores.store_at(place.root, place.document, settings.runs)

    async def code_of(self, root: Path | None) -> CodeIndex | None:
        """The code below a root, which is read when that is asked of it; None without a root."""
        if root is None:
            return None
        if self._code is None:
            # Loading takes a while: only for those who ask.
            made = await asyncio.to_thread(lambda: code_index.CodeIndexes())  # noqa: PLW0108 -- loads there
            self._code = self._code or made
            self._code.on_change = self.on_code_change
        return self._code.of(root)

    async def aclose(self) -> None:
        """Close providers and stores, and end what reads files."""
        await self.indexes.aclose()
        if self._code is not None:
            await self._code.aclose()
        if isinstance(self._context_source, Background):
            await self._context_source.aclose()
        await asyncio.gather(self.connections.aclose(), self.stores.aclose(), return_exceptions=True)
