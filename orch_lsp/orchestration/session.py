"""What the runs of one process share: stores, settings files, keys, providers, consent.

Everything here is opened when it is first needed and kept until `aclose`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orch_lsp import __version__
from orch_lsp.context.item import ContextSource
from orch_lsp.document.readings import Readings
from orch_lsp.errors import ErrorCode, SettingsError, StoreError
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.model_lists.lists import ModelLists
from orch_lsp.orchestration.plan import Reading
from orch_lsp.orchestration.source import Source
from orch_lsp.orchestration.supervisor import Supervisor
from orch_lsp.plugins import contained
from orch_lsp.providers.base import Provider
from orch_lsp.redaction import Redactor
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.record import Owner, RunRecord, Software
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.endpoint import server_address
from orch_lsp.settings.keys import ApiKey, HandedOverKey, describe_key_source, resolve_key
from orch_lsp.settings.load import ProjectLayer, UserLayer
from orch_lsp.settings.model import Choice, ProviderSettings, RunSettings, Settings
from orch_lsp.settings.reader import SettingsReader
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.trust import TrustStore, needs_consent
from orch_lsp.workspace import find_root, in_unicode, relative_path, state_home

_KeptProvider = tuple[ProviderSettings, str | None, Provider]
ProviderFactory = Callable[[ProviderSettings, str | None], Provider]


logger = logging.getLogger(__name__)

STORES_KEPT = 16
"""Stores of roots in which nothing is open any more that are kept open all the same."""
_NO_EDITOR, _NO_COMMAND = ProjectLayer(), CommandChoice()
PROVIDERS_KEPT = 16
"""Providers, each with its connections, that are kept for the next run."""
_TENDING_AT_END_S = 1.0
"""Seconds that the end waits for old runs to be dropped or brought up to date."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is, which needs none of its text."""

    source: Source
    root: Path | None
    spec_path: str
    """How records name it."""

    @property
    def document(self) -> str | None:
        """What tells a document without a root from others; None if there is a root."""
        return document_id(self.source, self.root)


class Session:
    """The shared state of one process, with its ports given by the composition root."""

    def __init__(
        self,
        *,
        presets: Mapping[str, ProviderSettings],
        create_provider: ProviderFactory,
        is_hosted: Callable[[ProviderSettings], bool],
        kinds: Collection[str],
        context_source: ContextSource,
        environment: Mapping[str, str] = os.environ,
        redactor: Redactor | None = None,
    ) -> None:
        self.presets = presets
        self.kinds = kinds
        self.context_source = context_source
        self.environment = environment
        self.redactor = redactor or Redactor()
        self.server = Software("orch-lsp", __version__)
        self.owner: Owner = this_process()
        self.trust = TrustStore(state_home())
        self.handed_over: UserLayer | None = None
        """What the editor's user level gave by `orch/userSettings`."""
        self.on_interrupted: Callable[[RunRecord], None] | None = None
        """Called with each run that this process found without its owner, and ended."""
        self.readings = Readings()
        self.settings_reader = SettingsReader(presets, kinds, self.redactor.add)
        self._create_provider = create_provider
        self._is_hosted = is_hosted
        self._stores: dict[tuple[Path | None, str | None], asyncio.Task[RunStore]] = {}
        self.supervisor = Supervisor(self)
        self.models = ModelLists(self)
        self._providers: list[_KeptProvider] = []
        """The one used last is at the end."""
        self._in_use: list[Provider] = []
        self._tending: set[asyncio.Task[None]] = set()

    def root_of(self, source: Source) -> Path | None:
        """The root of a document's workspace; None for an untitled one and for a file outside any."""
        if source.path is None:
            return None
        return find_root(source.path, explicit=source.workspace, folders=source.folders)

    def root_of_folder(self, folder: Path) -> Path | None:
        """The root of files directly in a folder."""
        return find_root(folder / "any.md", folders=(folder,))

    def spec_path(self, source: Source, root: Path | None) -> str:
        """How records name the document: the path below its root, else its file name, else its URI."""
        if source.path is None:
            return in_unicode(source.uri)
        return relative_path(source.path, root) if root else in_unicode(source.path.name)

    def locate(self, source: Source) -> Place:
        """Where a document is. Blocking; the document is not read."""
        root = self.root_of(source)
        return Place(source, root, self.spec_path(source, root))

    async def settings(
        self, root: Path | None, front_matter: FrontMatter | None, *, editor: ProjectLayer, command: CommandChoice
    ) -> Settings:
        """Read the settings files and merge all layers. Never raises on a value: see `Settings.problems`."""
        settings = await asyncio.to_thread(
            self.settings_reader.read, root, front_matter, editor=editor, command=command, handed_over=self.handed_over
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

    async def store(self, reading: Reading) -> RunStore:
        """The store that holds the document's runs.

        Raises:
            StoreError: No place to keep records can be written.
        """
        return await self.store_at(reading.root, document_id(reading.source, reading.root), reading.settings.runs)

    async def store_in(self, place: Place) -> RunStore:
        """The store that holds the runs of a document that is there, whatever stands in it.

        Raises:
            StoreError: No place to keep records can be written.
        """
        settings = await self.settings_of(place.root)
        return await self.store_at(place.root, place.document, settings.runs)

    async def store_at(self, root: Path | None, document: str | None, settings: RunSettings) -> RunStore:
        """The store of a root or of a document without one; opened once, its orphaned runs marked interrupted."""
        key = (root, document)
        task = self._stores.get(key)
        if task is None:
            task = asyncio.create_task(self._open_store(root, document, settings), name=f"open store {key}")
            self._stores[key] = task
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done() and self._stores.get(key) is task:
                del self._stores[key]
            raise

    async def release_stores(self, sources: Iterable[Source], folders: Iterable[Path]) -> None:
        """Give back the stores that none of these documents and folders uses, nor any live run.

        Those of the roots opened last are kept: a person may ask for a run there. The runs of documents without a root
        are all found in one place.
        """
        keep = await asyncio.to_thread(self._store_keys, list(sources), list(folders))
        roots = [key for key in self._stores if key[0] is not None and key not in keep]
        keep |= set(roots[-STORES_KEPT:])
        busy = {live.store for live in self.supervisor.live}
        for key, task in list(self._stores.items()):
            if key in keep or not task.done() or task.cancelled() or task.exception() is not None:
                continue
            store = task.result()
            if store not in busy and not store.holds and self._stores.get(key) is task:
                del self._stores[key]
                await store.rest()

    def _store_keys(self, sources: Iterable[Source], folders: Iterable[Path]) -> set[tuple[Path | None, str | None]]:
        keys: set[tuple[Path | None, str | None]] = {(None, None)}
        keys |= {(root, document_id(source, root)) for source in sources for root in (self.root_of(source),)}
        return keys | {(self.root_of_folder(folder), None) for folder in folders}

    async def _open_store(self, root: Path | None, document: str | None, settings: RunSettings) -> RunStore:
        store = await RunStore.open(root, document=document, owner=self.owner, settings=settings)
        try:
            # First what earlier processes could not write: their runs would be taken for interrupted ones.
            await store.write_held()
            self.tell_interrupted(await store.reconcile())
        except StoreError as error:
            if error.code is ErrorCode.STORE_NEWER:
                raise
            # A disk that is full, or a lock that another program holds, is no reason to show nothing.
            logger.warning("runs without an owner stay as they are: %s", error.message)
        task = asyncio.create_task(self._tend(store, settings), name=f"tend {store.location}")
        self._tending.add(task)
        task.add_done_callback(self._tending.discard)
        return store

    async def _tend(self, store: RunStore, settings: RunSettings) -> None:
        """Bring runs of earlier versions up to date and drop old ones while others go on; no failure is a concern."""
        try:
            await store.catch_up()
            if settings.keep_runs is not None or settings.keep_days is not None:
                await store.prune(settings.keep_runs, settings.keep_days)
        except StoreError as error:
            logger.warning("old runs stay as they are for now: %s", error.message)

    def tell_interrupted(self, records: Iterable[RunRecord]) -> None:
        """Pass on runs that were found without their owner and are `interrupted` now."""
        if self.on_interrupted is not None:
            for record in records:
                self.on_interrupted(record)

    def take_notices(self) -> list[str]:
        """What the stores have to say to the user; each is given once."""
        stores = [task.result() for task in self._stores.values() if task.done() and not task.exception()]
        return [notice for store in stores for notice in store.take_notices()]

    async def open_stores(self) -> list[RunStore]:
        """The stores that are open now."""
        return [task.result() for task in self._stores.values() if task.done() and not task.exception()]

    async def api_key(self, provider: ProviderSettings) -> str | None:
        """The provider's key, as `find_key` finds it."""
        key = await self.find_key(provider)
        return None if key is None else key.value

    async def find_key(self, provider: ProviderSettings) -> ApiKey | None:
        """The provider's key with its source; every sink redacts it from now on. None if there is none.

        Raises:
            SettingsError: A key is needed and there is none, or one was found that cannot be one.
        """
        if provider.is_local:
            return None
        key = await resolve_key(provider, environment=self.environment, handed_over=self._handed_over_keys())
        if key is not None:
            self.redactor.add(key.value)
        return key

    def key_source(self, provider: ProviderSettings) -> str:
        """Where the provider's key would come from, in words; `none: …` if there is none. Opens and runs nothing."""
        return describe_key_source(provider, environment=self.environment, handed_over=self._handed_over_keys())

    def _handed_over_keys(self) -> Mapping[str, HandedOverKey]:
        return self.handed_over.keys if self.handed_over else {}

    async def provider(self, settings: ProviderSettings, api_key: str | None) -> Provider:
        """The provider for these settings; its connections are kept for the next run."""
        for kept in self._providers:
            if kept[0] == settings and kept[1] == api_key:
                self._providers.remove(kept)
                self._providers.append(kept)
                return kept[2]
        provider = await asyncio.to_thread(self._create_provider, settings, api_key)
        for stale in self._superseded(settings, api_key):
            self._providers.remove(stale)
            if stale[2] not in self._in_use:
                await _close(stale[2])
        self._providers.append((settings, api_key, provider))
        return provider

    def _superseded(self, settings: ProviderSettings, api_key: str | None) -> list[_KeptProvider]:
        """Those whose settings have a new key now, and the oldest beyond a number."""
        kept = self._providers
        replaced = [one for one in kept if one[0] == settings and None not in {one[1], api_key}]
        others = [one for one in kept if one not in replaced]
        return replaced + others[: max(0, len(others) - PROVIDERS_KEPT + 1)]

    @contextlib.asynccontextmanager
    async def in_use(self, provider: Provider) -> AsyncGenerator[None]:
        """Keep a provider's connections while it is asked, whatever becomes of its key meanwhile."""
        self._in_use.append(provider)
        try:
            yield
        finally:
            self._in_use.remove(provider)
            if provider not in self._in_use and all(kept is not provider for _, _, kept in self._providers):
                await _close(provider)

    def is_hosted(self, provider: ProviderSettings) -> bool:
        """Whether requests to the provider leave this machine."""
        return self._is_hosted(provider)

    def place_of(self, reading: Reading) -> str:
        """What consent is given for: the workspace's root, or the document if it has none."""
        return str(reading.root or reading.source.path or reading.source.uri)

    async def allow(self, reading: Reading, provider: str) -> None:
        """Remember that a provider, at the address that it has now, may be used where the document is."""
        settings = reading.settings.providers.get(provider)
        if settings is None:
            raise SettingsError(ErrorCode.UNKNOWN_PROVIDER, f"There is no provider named {provider}.")
        address = server_address(settings.base_url) if settings.base_url else None
        await asyncio.to_thread(self.trust.allow, self.place_of(reading), provider, address)

    async def require_consent(self, reading: Reading, choice: Choice) -> None:
        """Let only such a choice pass that the user made, or has allowed for this workspace.

        Raises:
            SettingsError: The project chose a hosted provider that the user has not allowed here yet.
        """
        if not needs_consent(reading.settings, self.is_hosted(choice.provider)):
            return
        place, provider = self.place_of(reading), choice.provider
        address = server_address(provider.base_url) if provider.base_url else None
        if await asyncio.to_thread(self.trust.is_allowed, place, provider.name, address):
            return
        raise SettingsError(
            ErrorCode.NOT_ALLOWED,
            f"This project chose the hosted provider {choice.provider.name} ({choice.layer}); "
            "you have not allowed it for this workspace yet.",
            remediation=f"Allow it with `orch-lsp trust {provider.name}`, or pass `--provider {provider.name}`.",
        )

    async def aclose(self) -> None:
        """Close providers and stores."""
        if self._tending:
            # A short command gets on with it, too; what is left over is for the next one.
            _, late = await asyncio.wait(self._tending, timeout=_TENDING_AT_END_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        providers = [provider for _, _, provider in self._providers]
        self._providers.clear()
        stores = await self.open_stores()
        self._stores.clear()
        closing = [*(provider.aclose() for provider in providers), *(store.aclose() for store in stores)]
        await asyncio.gather(*closing, return_exceptions=True)


async def _close(provider: Provider) -> None:
    """Close a provider that is not needed; it may be of somebody else's making."""
    try:
        with contained():
            await provider.aclose()
    except Exception:
        logger.exception("provider %s could not be closed", provider.id)


def document_id(source: Source, root: Path | None) -> str | None:
    """What tells a document without a root from others: its absolute path or its URI; None if there is a root."""
    if root is not None:
        return None
    return str(source.path.absolute()) if source.path else source.identity or source.uri
