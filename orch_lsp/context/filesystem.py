"""The filesystem source: files that the spec mentions, then files that are about the same things."""

from __future__ import annotations

import asyncio
import heapq
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

from orch_lsp.context import assembly
from orch_lsp.context.card import project_card
from orch_lsp.context.choke import Admitted, admit
from orch_lsp.context.choosing import choose, title_terms
from orch_lsp.context.corpus import Limits, OnceRead
from orch_lsp.context.index.indexes import Indexes
from orch_lsp.context.index.reading import hints_in
from orch_lsp.context.item import ContextQuery, ContextResult, Exclusion, Watcher, estimate_tokens
from orch_lsp.context.kept_back import EXCLUDED, OWN_IGNORES, KeptBack
from orch_lsp.context.mentions import Mention, find_mentions
from orch_lsp.context.names import KnownNames
from orch_lsp.context.neighbour import example_spec
from orch_lsp.context.packing import Wanted, around, new_pack
from orch_lsp.context.resolution import Place, Resolver
from orch_lsp.context.sight import Sight, parts_of, seen
from orch_lsp.context.tokens import terms
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.settings.pins import parse_pin
from orch_lsp.text import counted

MAX_LEFT_OUT = 200
_SAY_WHAT_STAYS = frozenset((OWN_IGNORES, ".gitignore", ".ignore", ".dockerignore"))
"""Names of files that say what is nobody's business."""
MOST_PINNED = 100
_MOST_BY_HAND = 100
Seen = TypeVar("Seen")
_MOST_BESIDE = 12
"""Of one folder that belongs to the spec."""


class FilesystemSource:
    """Context from the files below the root."""

    def __init__(self, limits: Limits | None = None, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits or Limits()
        self._now = now
        self._indexes = Indexes(self._limits.max_files)
        self._names: dict[Path, KnownNames] = {}

    @property
    def name(self) -> str:
        """The name that records use."""
        return "filesystem"

    @property
    def watcher(self) -> Watcher:
        """Is told of indexes that are built."""
        return self._indexes.watcher

    @watcher.setter
    def watcher(self, watcher: Watcher) -> None:
        self._indexes.watcher = watcher

    def cancel(self, root: Path) -> None:
        """See `Background`."""
        self._indexes.of(root).cancel()

    async def aclose(self) -> None:
        """See `Background`."""
        await self._indexes.aclose()

    async def retrieve(self, query: ContextQuery) -> ContextResult:
        """Find mentioned files and the best-ranked others, within the budget.

        Everything that reads files runs in a worker thread; when the caller is cancelled it ends at the next file.

        Raises:
            ContextError: The root is no folder that can be read (`invalid_request`, `permission_denied`).
        """
        stop = threading.Event()
        try:
            return await asyncio.to_thread(self._retrieve, query, stop.is_set)
        except PermissionError as error:
            raise ContextError(
                ErrorCode.PERMISSION_DENIED,
                "The workspace folder may not be read.",
                remediation="Check the folder's permissions; the draft was made without context.",
            ) from error
        except OSError as error:
            raise ContextError(
                ErrorCode.INVALID_REQUEST,
                "The workspace folder does not exist, or cannot be read as a folder.",
                remediation="Check `--workspace` or the editor's folder; the draft was made without context.",
            ) from error
        finally:
            stop.set()

    async def look_up(self, query: ContextQuery, mention: Mention) -> tuple[Sight, ...]:
        """See `LooksUp`. What cannot be read is not there."""
        return await _glance(lambda stopped: self._look_up(query, mention, stopped))

    async def paths(self, query: ContextQuery, begun: str, most: int) -> tuple[str, ...]:
        """See `LooksUp`."""
        return await _glance(lambda stopped: self._paths(query, begun, most, stopped))

    async def names(self, query: ContextQuery, begun: str, most: int) -> tuple[Sight, ...]:
        """See `LooksUp`."""
        return await _glance(lambda stopped: self._names_beginning(query, begun, most, stopped))

    async def parts(self, query: ContextQuery, file: Mention) -> tuple[Sight, ...]:
        """See `LooksUp`."""
        return await _glance(lambda stopped: self._parts(query, file, stopped))

    def _look_up(self, query: ContextQuery, mention: Mention, stopped: Callable[[], bool]) -> tuple[Sight, ...]:
        root = Path(os.path.realpath(query.root))
        kept = KeptBack(root, query)
        spec = _below(root, query.spec_path)
        index = self._indexes.of(root)
        listing, tree = index.list_files(self._limits.max_files, stopped)
        files = list(_chosen(listing.files, spec, kept, stopped))
        with ExitStack() as opened:

            def defining(symbol: str) -> Sequence[str]:
                # Only a symbol alone needs more than the names of the files.
                corpus = index.corpus(files, hints_in(mention.written), self._limits, stopped)
                return opened.enter_context(closing(corpus)).defining(symbol)

            places = Resolver(root, _folder(spec), tree, files, defining).resolve(mention)
        if isinstance(places, Exclusion):
            return (Sight(places.path, reason=places.reason),)
        found: list[Sight] = []
        for place in places or ():
            if (reason := kept.reason(place.path)) is not None:
                found.append(Sight(place.path, place.lines, place.symbol, reason=reason))
            elif place.path != spec:
                found.append(seen(place, admit(root, place.path)))
        return tuple(found)

    def _paths(self, query: ContextQuery, begun: str, most: int, stopped: Callable[[], bool]) -> tuple[str, ...]:
        root = Path(os.path.realpath(query.root))
        kept = KeptBack(root, query)
        spec = _below(root, query.spec_path)
        listing, _ = self._indexes.of(root).list_files(self._limits.max_files, stopped)
        wanted = begun.casefold()
        found = [
            path
            for path in _chosen(listing.files, spec, kept, stopped)
            if path.casefold().startswith(wanted) or path.rpartition("/")[2].casefold().startswith(wanted)
        ]
        return tuple(heapq.nsmallest(most, found, key=lambda path: (path.count("/"), path)))

    def _names_beginning(
        self, query: ContextQuery, begun: str, most: int, stopped: Callable[[], bool]
    ) -> tuple[Sight, ...]:
        root = Path(os.path.realpath(query.root))
        kept = KeptBack(root, query)
        index = self._indexes.of(root)
        listing, _ = index.list_files(self._limits.max_files, stopped)
        files = list(_chosen(listing.files, _below(root, query.spec_path), kept, stopped))
        known = self._names.setdefault(root, KnownNames(root))
        known.look(index.stamps(files, stopped), stopped)
        return tuple(Sight(path, symbol=name) for name, path in known.beginning(begun, most))

    def _parts(self, query: ContextQuery, file: Mention, stopped: Callable[[], bool]) -> tuple[Sight, ...]:
        root = Path(os.path.realpath(query.root))
        found = [sight for sight in self._look_up(query, file, stopped) if not sight.reason]
        read = admit(root, found[0].path) if len(found) == 1 else None
        return tuple(parts_of(read.relative_path, read.text)) if isinstance(read, Admitted) else ()

    def _retrieve(self, query: ContextQuery, stopped: Callable[[], bool]) -> ContextResult:
        root = Path(os.path.realpath(query.root))
        kept = KeptBack(root, query)
        spec = _below(root, query.spec_path)
        until = self._now() + self._limits.max_seconds

        late = False

        def ended() -> bool:
            nonlocal late
            late = late or self._now() > until
            return late or stopped()

        index = self._indexes.of(root)
        hints = hints_in(query.text)
        looked = index.look(hints, lambda path: _is_chosen(path, spec, kept), self._limits, ended)
        listing, files = looked.listing, looked.files
        left_out: list[Exclusion] = []
        met = [Exclusion(path, EXCLUDED) for path in _there(kept.by_hand, listing.files)] + list(listing.left_out)
        with closing(index.corpus(files, hints, self._limits, ended, looked.found)) as opened:
            corpus = OnceRead(opened)
            mentions = {path: Wanted(whole=True) for path in _beside(files, query.folders)}
            resolver = Resolver(root, _folder(spec), looked.tree, files, corpus.defining)
            named: dict[str, set[str]] = {}
            for path, wanted in _resolve(
                query, spec, kept, resolver, left_out, named, stopped, self._deadline()
            ).items():
                mentions.setdefault(path, wanted)
            _pin(query.pinned, spec, kept, resolver, mentions, left_out)
            card, conventions = project_card(corpus, query.budget_tokens)
            example = example_spec(corpus, spec, query.budget_tokens)
            beside = tuple(item for item in (*conventions, example) if item is not None and item.path not in mentions)
            shown = ContextResult(beside, (), card)
            taken = estimate_tokens(assembly.card(shown)) + estimate_tokens(assembly.example(shown))
            candidates = frozenset(files).difference(item.path for item in beside)
            wanted, title = frozenset(terms(query.brief)), title_terms(query.brief)
            choice = choose(corpus, wanted, candidates.__contains__, stopped, mentions, named, title)
            pack = new_pack(corpus, choice.weights, query.budget_tokens - taken, stopped)
            pack.add_mentions(mentions)
            pack.add_ranked(choice, named)
            met += corpus.left_out
        if late:
            seconds = f"{self._limits.max_seconds:g} seconds"
            met.insert(0, Exclusion("…", f"it took longer than {seconds} to read: the rest was not searched"))
        elif not listing.complete:
            met.insert(0, Exclusion("…", f"more than {self._limits.max_files} files: the rest was not searched"))
        return ContextResult((*beside, *pack.items), _bounded((*left_out, *pack.left_out, *met)), card)

    def _deadline(self) -> Callable[[], bool]:
        """Whether mentioned files have had their time, which is theirs alone: they come first."""
        until = self._now() + self._limits.max_seconds
        return lambda: self._now() > until


async def _glance(look: Callable[[Callable[[], bool]], tuple[Seen, ...]]) -> tuple[Seen, ...]:
    """Look in a worker thread, which ends at the next file when the caller is cancelled; nothing if that fails."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(look, stop.is_set)
    except (OSError, ContextError):
        return ()
    finally:
        stop.set()


def _chosen(files: Sequence[str], spec: str | None, kept: KeptBack, ended: Callable[[], bool]) -> Iterator[str]:
    """Candidates but for the spec itself, by the globs of the settings, which may be many."""
    for path in files:
        if ended():
            return
        if _is_chosen(path, spec, kept):
            yield path


def _is_chosen(path: str, spec: str | None, kept: KeptBack) -> bool:
    return path != spec and path.rpartition("/")[2] not in _SAY_WHAT_STAYS and kept.reason(path) is None


def _resolve(
    query: ContextQuery,
    spec: str | None,
    kept: KeptBack,
    resolver: Resolver,
    left_out: list[Exclusion],
    named: dict[str, set[str]],
    stopped: Callable[[], bool],
    is_late: Callable[[], bool],
) -> dict[str, Wanted]:
    """Mentioned files in the order of the spec, each with what is wanted of it; symbols alone go to `named`."""
    found: dict[str, Wanted] = {}
    for mention in find_mentions(query.text):
        if stopped():
            break
        if is_late():
            left_out.append(Exclusion(mention.written, "not looked at: looking for mentioned files took too long"))
            continue
        places = resolver.resolve(mention)
        if isinstance(places, Exclusion):
            left_out.append(places)
            continue
        for place in places or ():
            if place.path == spec:
                continue
            if (reason := kept.reason(place.path)) is not None:
                left_out.append(Exclusion(place.path, reason))
            elif not place.is_certain:
                named.setdefault(place.path, set()).add(place.symbol)
            else:
                _note(found.setdefault(place.path, Wanted()), place, mention)
    return found


def _there(excluded: Sequence[str], files: Sequence[str]) -> Iterator[str]:
    """The files among those excluded by hand, in the order of these."""
    known = frozenset(files) if excluded else frozenset[str]()
    return (path for path in excluded[:_MOST_BY_HAND] if path in known)


def _pin(
    pinned: Sequence[str],
    spec: str | None,
    kept: KeptBack,
    resolver: Resolver,
    mentions: dict[str, Wanted],
    left_out: list[Exclusion],
) -> None:
    """Add what the settings name to what the spec does."""
    for written in pinned[:MOST_PINNED]:
        path, lines = parse_pin(written)
        file = resolver.pinned(path)
        if isinstance(file, str) and (reason := kept.reason(file)) is not None:
            file = Exclusion(file, reason)
        if isinstance(file, Exclusion):
            left_out.append(file)
        elif file != spec:
            wanted = mentions.setdefault(file, Wanted())
            wanted.source = "pin"
            wanted.whole = wanted.whole or lines is None
            wanted.ranges += [lines] if lines else []
    if len(pinned) > MOST_PINNED:
        left_out.append(Exclusion("…", f"pinned: {counted(len(pinned) - MOST_PINNED, 'more file')}"))


def _note(wanted: Wanted, place: Place, mention: Mention) -> None:
    if mention.form == "frame" and place.lines is not None:
        if place.symbol:
            wanted.calls.append((place.symbol, place.lines[0]))
        else:
            wanted.ranges.append(around(place.lines[0]))
        return
    if place.symbol:
        wanted.names.append(place.symbol)
    if place.lines is None:
        wanted.whole = wanted.whole or not place.symbol
    else:
        wanted.ranges.append(place.lines)


def _below(root: Path, path: Path | None) -> str | None:
    if path is None:
        return None
    real = Path(os.path.realpath(path))
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else None


def _beside(files: Iterable[str], folders: Sequence[str]) -> Iterator[str]:
    """The Markdown in folders that belong to the spec, those of the first folder first."""
    for folder in dict.fromkeys(folders):
        found = [path for path in files if path.startswith(f"{folder}/") and path.casefold().endswith(".md")]
        yield from found[:_MOST_BESIDE]


def _folder(spec: str | None) -> str | None:
    return None if spec is None else spec.rpartition("/")[0]


def _bounded(left_out: Sequence[Exclusion]) -> tuple[Exclusion, ...]:
    # Names on a disk and links in a spec may hold halves of characters, which no record can.
    printable = (Exclusion(one.path.encode("utf-8", "replace").decode(), one.reason) for one in left_out)
    unique = tuple(dict.fromkeys(printable))
    if len(unique) <= MAX_LEFT_OUT:
        return unique
    return (*unique[:MAX_LEFT_OUT], Exclusion("…", f"{len(unique) - MAX_LEFT_OUT} more"))
