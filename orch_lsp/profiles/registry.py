"""Which formats there are, and which of them a document follows. Packages may bring more.

A format is found through the entry-point group `orch_lsp.profiles`: each entry point names a `Format`, and its name is
the format's. What ships is declared like any other, and its names cannot be taken by another package. A format that
raises is passed over where it does, and that is said once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeVar, cast

from orch_lsp.document.drafting import Drafting, OpenPlace
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Nodes
from orch_lsp.document.profile import Profile
from orch_lsp.document.section_nodes import sections_alone
from orch_lsp.plugins import Plugins, Unusable
from orch_lsp.profiles.protocol import Clues, Format, Listing, Recognition, Started

GROUP = "orch_lsp.profiles"

BUILT_IN: Mapping[str, str] = {
    "gsd": "orch_lsp.profiles.gsd.format:FORMAT",
    "kiro": "orch_lsp.profiles.kiro.format:FORMAT",
    "openspec": "orch_lsp.profiles.openspec.format:FORMAT",
    "plain": "orch_lsp.profiles.plain.format:FORMAT",
    "spec-kit": "orch_lsp.profiles.spec_kit.format:FORMAT",
}

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A document as one format recognises it."""

    profile: Profile
    recognition: Recognition


class Formats:
    """The formats that can be used here. Safe to use from several threads; loading may wait for a package."""

    def __init__(self, plugins: Plugins | None = None) -> None:
        self._plugins = plugins or Plugins(GROUP, BUILT_IN)
        self._contained: dict[str, Format] = {}
        self._reported: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """All names of formats, sorted; nothing is imported for it."""
        return self._plugins.names()

    def named(self, name: str) -> Format | None:
        """The format of this name; None if there is none, or if its package cannot be used."""
        return self._usable(name, self._plugins.load(name))

    def profile(self, name: str) -> Profile | None:
        """The profile of this name: a format's first, or `FORMAT/KIND`."""
        format_name, slash, kind = name.partition("/")
        found = self.named(format_name)
        return None if found is None else found.profile(kind if slash else None)

    def why_unusable(self, name: str) -> str | None:
        """Why the format of this name, which is declared, cannot be used; None if it can, or is not declared."""
        self.named(name)
        return next((broken.reason for broken in self._plugins.unusable if broken.name == name), None)

    def recognised(self, clues: Clues) -> tuple[Recognised, ...]:
        """Recognise a document: one result, or several if formats know it equally well; none if no format knows it."""
        found: list[Recognised] = []
        for one in self._all:
            recognition = one.recognise(clues)
            profile = None if recognition is None else one.profile(recognition.kind)
            if recognition is not None and profile is not None:
                found.append(Recognised(profile, recognition))
        by_path = [one for one in found if one.recognition.certainty == "path"]
        nearest = max((one.recognition.anchor for one in by_path), default=0)
        return tuple(one for one in by_path if one.recognition.anchor == nearest) or tuple(found)

    def by_path(self, path: str) -> tuple[Recognition, ...] | None:
        """How a document at a path can be recognised as one of a spec; None if any text may make it one.

        Of those that are known by their content alone, only the scope says something.
        """
        found = [one.recognition for one in self.recognised(Clues(path, ""))]
        if any(one.certainty != "path" for one in found) or (not found and not BUILT_IN.keys() >= set(self.names())):
            return None
        scopes = (one.scope_by_content(path) for one in self._all)
        return (*found, *(Recognition("", "content", scope) for scope in dict.fromkeys(scopes) if scope is not None))

    def taken_for(self, name: str, clues: Clues) -> Recognised | None:
        """A document as one of a format that somebody says it follows; None if there is no profile of this name.

        Its kind is the one that is said (`FORMAT/KIND`), else that of its place, of its file's name, of its content.
        Its folder is its spec.
        """
        format_name, slash, said = name.partition("/")
        found = self.named(format_name)
        if found is None or found.profile(said if slash else None) is None:
            return None
        known = found.recognise(clues)
        if known is not None and known.certainty == "path" and (not slash or said == known.kind):
            profile = found.profile(known.kind)
            return None if profile is None else Recognised(profile, known)
        path = PurePosixPath(clues.path)
        by_name = found.profile(path.stem.casefold())
        by_content = None if known is None else found.profile(known.kind)
        profile = found.profile(said) if slash else by_name or by_content or found.profiles[0]
        if profile is None:
            return None
        folder = str(path.parent)
        return Recognised(profile, Recognition(profile.kind, "path", folder if folder != "." else None))

    @cached_property
    def _all(self) -> tuple[Format, ...]:
        loaded = self._plugins.load_all()
        usable = (self._usable(name, value) for name, value in loaded.items())
        return tuple(one for one in usable if one is not None)

    def _usable(self, name: str, loaded: object) -> Format | None:
        if loaded is None or isinstance(loaded, Unusable):
            return None
        if name in BUILT_IN:
            return cast("Format", loaded)
        if (reason := _fault(name, loaded)) is not None:
            self._plugins.reject(name, reason)
            return None
        with self._lock:
            if name not in self._contained:
                self._contained[name] = self._contain(cast("Format", loaded))
            return self._contained[name]

    def _contain(self, found: Format) -> Format:
        """The format with functions that never raise, the same each time: profiles are compared and kept by it."""

        def recognise(clues: Clues) -> Recognition | None:
            answer = self._call(found.name, "recognise", lambda: found.recognise(clues), None)
            makes_sense = isinstance(answer, Recognition) and isinstance(cast("object", answer.anchor), int)
            return answer if makes_sense else None

        def contained_profile(profile: Profile) -> Profile:
            def nodes(document: SpecDocument) -> Nodes:
                answer = self._call(found.name, "nodes", lambda: profile.nodes(document), None)
                return answer if isinstance(answer, Nodes) else sections_alone(document)

            return replace(profile, nodes=nodes, drafting=self._contained_drafting(found.name, profile))

        def started(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
            nothing: Sequence[Started] = ()
            return self._call(found.name, "started", lambda: found.started(kind, name, listing), nothing)

        def follows(kind: str, path: str, named: Sequence[str]) -> Sequence[Started]:
            nothing: Sequence[Started] = ()
            return self._call(found.name, "follows", lambda: found.follows(kind, path, named), nothing)

        profiles = tuple(map(contained_profile, found.profiles))
        return Format(found.name, profiles, recognise, started, found.ascii_names, follows)

    def _contained_drafting(self, name: str, profile: Profile) -> Callable[[], Drafting | None] | None:
        made = profile.drafting
        if made is None:
            return None

        def drafting() -> Drafting | None:
            answer = self._call(name, "drafting", made, None)
            if not isinstance(answer, Drafting):
                return None

            def places(document: SpecDocument) -> tuple[OpenPlace, ...]:
                return self._call(name, "places", lambda: tuple(answer.places(document)), ())

            return Drafting(answer.prompt, places)

        return drafting

    def _call(self, name: str, what: str, call: Callable[[], _Result], otherwise: _Result) -> _Result:
        if any(broken.name == name for broken in self._plugins.unusable):
            return otherwise
        try:
            return self._plugins.call(name, call)
        except Exception:  # noqa: BLE001 -- of somebody else's package; said below, once
            with self._lock:
                known = (name, what) in self._reported
                self._reported.add((name, what))
            if not known:
                _log.exception("the format %r failed in %s; it is passed over there", name, what)
            return otherwise


def _fault(name: str, loaded: object) -> str | None:
    """The fault of a value that a package gives for a format."""
    if not isinstance(loaded, Format):
        return f"{type(loaded).__name__} is no Format"
    if loaded.name != name:
        return f"it calls itself {loaded.name!r}"
    profiles = cast("tuple[object, ...]", loaded.profiles)
    if not profiles or not all(isinstance(profile, Profile) for profile in profiles):
        return "its profiles are not profiles"
    return None


FORMATS = Formats()
"""Those of this process."""


def profile_names() -> tuple[str, ...]:
    """All names of formats, sorted; nothing is imported for it."""
    return FORMATS.names()


def profile_named(name: str) -> Profile | None:
    """The profile of this name; None if there is none, or if what is registered under it is no format."""
    return FORMATS.profile(name)
