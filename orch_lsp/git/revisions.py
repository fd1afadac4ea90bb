"""A revision as people write it, and where the history of two began to differ (gitrevisions(7)).

Read are hashes, also short ones, `HEAD`, `@`, branches, tags, refs, and what follows from them by `~`, `^` and `^{…}`.
Logs of refs, upstreams, dates and searches are not.
"""

from __future__ import annotations

import heapq
import re
from pathlib import Path

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.git.files import read_file
from orch_lsp.git.head import head_revision, ref_revision
from orch_lsp.git.objects import MissingObjectError, ObjectStore

_BASE = re.compile(r"(?P<name>.*?)(?P<steps>(?:~\d*|\^\d*|\^\{[a-z]*\})*)", re.DOTALL)
_STEP = re.compile(r"~(\d*)|\^\{([a-z]*)\}|\^(\d*)")
_HASH = re.compile(r"[0-9a-fA-F]{4,64}")
_HASH_BYTES = (20, 32)
_PLACES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_BESIDE_REFS = re.compile(r"[A-Z][A-Z_]*HEAD|HEAD")
_LONGEST = 1000
_MOST_STEPS = 100_000
_MOST_TAGS = 20
_MAX_SHALLOW_BYTES = 16 * 1024 * 1024
MOST_COMMITS = 50_000
"""Of a history, looked at for where two revisions began to differ."""


class Revisions:
    """Revisions of one repository.

    Args:
        folder: Git's own folder of the checkout.
        common: The folder that holds the refs.
        store: Its objects.
    """

    def __init__(self, folder: Path, common: Path, store: ObjectStore) -> None:
        self._folder = folder
        self._common = common
        self._store = store

    def commit(self, written: str) -> str:
        """The hash of the commit that is meant.

        Raises:
            SpecError: There is none, several are meant, or it is written in a form that is not read.
        """
        parts = _BASE.fullmatch(written) if 0 < len(written) <= _LONGEST else None
        if parts is None or not parts["name"]:
            raise _unknown(written)
        try:
            oid = self._peeled(self._named(parts["name"], written), written)
            for step in _STEP.finditer(parts["steps"]):
                oid = self._stepped(oid, step, written)
        except MissingObjectError as error:
            raise _unknown(written, self._why_missing()) from error
        return oid

    def fork_point(self, one: str, other: str) -> str | None:
        """The newest commit that two have in their history; None if none is found in what there is of it."""
        try:
            return self._fork_point(one, other)
        except MissingObjectError:
            return None

    def _named(self, name: str, written: str) -> str:
        name = "HEAD" if name == "@" else name
        for place in _PLACES:
            ref = place.format(name)
            if ref.startswith("refs/") or _BESIDE_REFS.fullmatch(ref):
                oid = ref_revision(self._folder, self._common, ref)
                if oid is not None:
                    return oid
        if name == "HEAD":
            raise _unknown(written, "There is no commit yet, or refs are kept in another form than files.")
        if _HASH.fullmatch(name):
            return self._by_hash(name.lower(), written)
        raise _unknown(written, self._why_missing())

    def _by_hash(self, start: str, written: str) -> str:
        head = head_revision(self._folder, self._common)
        lengths = _HASH_BYTES if head is None else (len(head) // 2,)
        if len(start) // 2 in lengths and len(start) % 2 == 0:
            return start
        found = {oid for length in lengths if len(start) < 2 * length for oid in self._store.named(start, length)}
        commits = [oid for oid in sorted(found) if self._is_commit(oid)]
        if len(commits) > 1:
            raise _unknown(written, f"{len(commits)} commits begin with it; give more of the hash.")
        if not commits:
            raise _unknown(written, self._why_missing())
        return commits[0]

    def _is_commit(self, oid: str) -> bool:
        try:
            return self._store.read(oid)[0] in {"commit", "tag"}
        except MissingObjectError:
            return False

    def _peeled(self, oid: str, written: str) -> str:
        """The commit to which a tag leads, over others."""
        for _ in range(_MOST_TAGS):
            if self._store.read(oid)[0] != "tag":
                self._store.commit(oid)
                return oid
            oid, _ = self._store.target(oid)
        raise _unknown(written)

    def _stepped(self, oid: str, step: re.Match[str], written: str) -> str:
        generations, kind, number = step.groups()
        if kind is not None:
            if kind not in {"", "commit"}:
                raise _unknown(written)
            return oid
        if number is not None:
            wanted = int(number or 1)
            if wanted == 0:
                return oid
            return self._parent(oid, wanted, written)
        count = int(generations or 1)
        if count > _MOST_STEPS:
            raise _unknown(written)
        for _ in range(count):
            oid = self._parent(oid, 1, written)
        return oid

    def _parent(self, oid: str, number: int, written: str) -> str:
        parents = self._store.commit(oid).parents
        if number > len(parents):
            raise _unknown(written, "Its history does not reach that far.")
        return parents[number - 1]

    def _fork_point(self, one: str, other: str) -> str | None:
        """From the newest on, each commit passes on whose history it is in; the first of both's is the one."""
        if one == other:
            return one
        cut = self._cut()
        seen_from = {one: 1, other: 2}
        commits = {oid: self._store.commit(oid) for oid in seen_from}
        waiting = [(-commit.time, oid) for oid, commit in commits.items()]
        heapq.heapify(waiting)
        while waiting and len(commits) < MOST_COMMITS:
            _, oid = heapq.heappop(waiting)
            if seen_from[oid] == 3:
                return oid
            for parent in () if oid in cut else commits[oid].parents:
                known = seen_from.get(parent, 0)
                if known | seen_from[oid] != known:
                    seen_from[parent] = known | seen_from[oid]
                    if parent not in commits:
                        commits[parent] = self._store.commit(parent)
                    heapq.heappush(waiting, (-commits[parent].time, parent))
        return None

    def _cut(self) -> frozenset[str]:
        """The commits whose parents a shallow clone does not have."""
        data = read_file(self._common / "shallow", _MAX_SHALLOW_BYTES) or b""
        return frozenset(data.decode("ascii", "replace").split())

    def _why_missing(self) -> str:
        if self._cut():
            return "This clone is shallow: fetch the commit first, for instance with `git fetch --unshallow`."
        return ""


def _unknown(written: str, why: str = "") -> SpecError:
    shown = written if len(written) <= 80 else f"{written[:80]}…"
    return SpecError(
        ErrorCode.INVALID_REQUEST, f"“{shown}” names no commit of this repository. {why}".rstrip(),
        remediation="Name a branch, a tag or a hash; `git rev-parse REVISION` gives the hash for all other forms.",
    )  # fmt: skip
