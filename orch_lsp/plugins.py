"""Packages of others: found by entry points, loaded so that none of them can do harm to the rest.

What ships is declared through the same groups; a table repeats it, so that it works from a source tree, is loaded
without a search, and keeps its names. A package of somebody else's may raise anything, `SystemExit` and
`KeyboardInterrupt` too, or never come back: it alone is lost, and that is said once.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from importlib import metadata

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")

LOAD_SECONDS = 5.0
"""How long a package may take to load, or to answer a call that is bounded (`Plugins.call`)."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A plug-in that is declared and cannot be used."""

    name: str
    target: str
    """The value that its entry point names: `package.module:attribute`."""
    reason: str
    """In a few words, such as the name of the exception."""


class PluginError(Exception):
    """A plug-in raised what would have ended the process."""


@contextlib.contextmanager
def contained() -> Generator[None]:
    """Run calls into a plug-in: what it raises is an `Exception`, so that no handler lets it end the process.

    Raises:
        PluginError: It raised `SystemExit`, `KeyboardInterrupt` or another of their kind. A task's cancellation and
            a generator's end pass.
    """
    try:
        yield
    except (Exception, asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException as error:
        msg = f"it raised {type(error).__name__}"
        raise PluginError(msg) from error


class _Call(Generic[_Result]):
    """A call into a package, on a thread of its own, which is left behind if it does not come back."""

    def __init__(self, call: Callable[[], _Result], name: str, seconds: float) -> None:
        self._call = call
        self._deadline = time.monotonic() + seconds
        self._value: list[_Result] = []
        self.error: BaseException | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def is_over(self) -> bool:
        """Wait until it came back or its time is over; whether it came back."""
        return self._done.wait(max(0.0, self._deadline - time.monotonic()))

    @property
    def value(self) -> _Result:
        """The result of the call, which has ended without an error."""
        return self._value[0]

    def _run(self) -> None:
        try:
            self._value.append(self._call())
        except BaseException as error:  # noqa: BLE001 -- whatever a package raises costs the package alone
            self.error = error
        finally:
            self._done.set()


class Plugins:
    """The plug-ins of one group. Safe to use from several threads; nothing is loaded before it is asked for.

    Args:
        group: The entry-point group.
        built_in: What ships, by name, as `module:attribute`. No package can take its names.
        seconds: How long a package may take to load, and to answer `call`.
    """

    def __init__(self, group: str, built_in: Mapping[str, str], *, seconds: float = LOAD_SECONDS) -> None:
        self.group = group
        self._built_in = built_in
        self._seconds = seconds
        self._lock = threading.Lock()
        self._loading: dict[str, _Call[Any]] = {}
        self._unusable: dict[str, Unusable] = {}
        self._declared: dict[str, metadata.EntryPoint] | None = None

    def names(self) -> tuple[str, ...]:
        """All names, sorted; nothing is imported for it."""
        return tuple(sorted({*self._built_in, *self._found()}))

    def load(self, name: str) -> Any:
        """The plug-in registered under a name: its value, `Unusable`, or None if there is none.

        Waits for a package as long as it may take, so it is no call for the event loop. What ships is not contained:
        an error in it is ours.
        """
        if (target := self._built_in.get(name)) is not None:
            module, _, attribute = target.partition(":")
            return getattr(importlib.import_module(module), attribute)
        entry = self._found().get(name)
        if entry is None:
            return None
        with self._lock:
            if (known := self._unusable.get(name)) is not None:
                return known
            loading = self._loading.get(name)
            if loading is None:
                loading = self._loading[name] = self._begin(entry)
        if not loading.is_over():
            return self.reject(name, f"it did not load within {self._seconds:g} seconds")
        if loading.error is not None:
            return self.reject(name, type(loading.error).__name__, loading.error)
        return loading.value

    def load_all(self) -> dict[str, Any]:
        """All of them by name, `Unusable` among them. Packages load beside each other, each as long as it may take."""
        with self._lock:
            for name, entry in self._found_locked().items():
                if name not in self._loading and name not in self._unusable:
                    self._loading[name] = self._begin(entry)
        return {name: self.load(name) for name in self.names()}

    def call(self, name: str, call: Callable[[], _Result]) -> _Result:
        """Call a function of a package that was loaded; one that does not come back is never used again.

        Raises:
            PluginError: It takes longer than it may, or has done so before, or raised what would end the process.
            Exception: Whatever else it raised.
        """
        if name in self._unusable:
            raise PluginError(self._unusable[name].reason)
        calling = _Call(call, f"call into {name}", self._seconds)
        if not calling.is_over():
            raise PluginError(self.reject(name, f"it did not answer within {self._seconds:g} seconds").reason)
        if calling.error is not None:
            with contained():
                raise calling.error
        return calling.value

    def reject(self, name: str, reason: str, error: BaseException | None = None) -> Unusable:
        """Never use a package again in this process; said once, whoever finds it out."""
        entry = self._found().get(name)
        with self._lock:
            if (known := self._unusable.get(name)) is not None:
                return known
            target = self._built_in.get(name, "") if entry is None else entry.value
            unusable = self._unusable[name] = Unusable(name, target, reason)
        logger.warning("%r of %s from %s cannot be used: %s", name, self.group, target, reason, exc_info=error)
        return unusable

    @property
    def unusable(self) -> tuple[Unusable, ...]:
        """Those that were tried and cannot be used, by name."""
        with self._lock:
            return tuple(self._unusable[name] for name in sorted(self._unusable))

    def _begin(self, entry: metadata.EntryPoint) -> _Call[Any]:
        return _Call(entry.load, f"load {entry.value}", self._seconds)

    def _found(self) -> dict[str, metadata.EntryPoint]:
        with self._lock:
            return self._found_locked()

    def _found_locked(self) -> dict[str, metadata.EntryPoint]:
        if self._declared is None:
            self._declared = {entry.name: entry for entry in _declared(self.group) if entry.name not in self._built_in}
        return self._declared


def _declared(group: str) -> Iterable[metadata.EntryPoint]:
    """The entry points of a group; a package whose list of them cannot be read has none."""
    # Here, because it loads the reader of mail headers, and what ships does without.
    from importlib import metadata

    try:
        return metadata.entry_points(group=group)
    except Exception:  # noqa: BLE001 -- it fails as a whole for one damaged file of any package that is installed
        return [entry for found in metadata.distributions() for entry in _declared_by(found, group)]


def _declared_by(distribution: metadata.Distribution, group: str) -> Iterable[metadata.EntryPoint]:
    try:
        return distribution.entry_points.select(group=group)
    except Exception as error:  # noqa: BLE001 -- see above
        place = getattr(distribution, "_path", "a package")
        logger.warning("the entry points in %s cannot be read: %s", place, type(error).__name__)
        return ()
