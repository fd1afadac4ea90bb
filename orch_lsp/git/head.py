"""The commit that a checkout stands on, read from HEAD, the loose refs and `packed-refs`."""

from __future__ import annotations

import re
from pathlib import Path

from orch_lsp.git.files import read_file, read_line

_MAX_STEPS = 5
"""As in git: how many refs may name one another."""
_MAX_PACKED_BYTES = 64 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"refs/(?!.*(?:\.\.|//|\\))[!-~\x80-\U0010ffff]{1,1000}")
# These belong to one worktree, all others to the repository.
_OF_A_WORKTREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")


def head_revision(folder: Path, common: Path) -> str | None:
    """The hash of the commit in hexadecimal; None before the first commit, or where it is not kept in files.

    Args:
        folder: Git's own folder of the checkout.
        common: The folder that holds the refs.
    """
    return ref_revision(folder, common, "HEAD")


def ref_revision(folder: Path, common: Path, ref: str) -> str | None:
    """The hash that a ref holds: of a commit, or of a tag's own object; None if there is none, or not in files.

    Args:
        folder: Git's own folder of the checkout.
        common: The folder that holds the refs.
        ref: `HEAD` or another of git's own in capitals, or a full name that begins with `refs/`.
    """
    if ref.startswith("refs/") and not _REF.fullmatch(ref):
        return None
    line = f"ref: {ref}" if ref.startswith("refs/") else read_line(folder / ref)
    for _ in range(_MAX_STEPS):
        if line is None:
            return None
        # In FETCH_HEAD there follows from where it came.
        if _HASH.fullmatch(found := line.partition("\t")[0]):
            return found
        name = line.removeprefix("ref:").strip()
        if not line.startswith("ref:") or not _REF.fullmatch(name):
            return None
        loose = read_line((folder if name.startswith(_OF_A_WORKTREE) else common) / name)
        line = loose if loose is not None else _packed(common, name)
    return None


def is_unborn(folder: Path, common: Path) -> bool:
    """Whether the checked-out branch has no commit yet."""
    line = read_line(folder / "HEAD") or ""
    # Where refs are kept in a reftable, HEAD names one that cannot be.
    is_branch = line.startswith("ref: refs/heads/") and not line.endswith("/.invalid")
    return is_branch and head_revision(folder, common) is None


def _packed(common: Path, ref: str) -> str | None:
    data = read_file(common / "packed-refs", _MAX_PACKED_BYTES)
    at = -1 if data is None else data.find(b" " + ref.encode("utf-8", "replace") + b"\n")
    if data is None or at < 0:
        return None
    found = data[data.rfind(b"\n", 0, at) + 1 : at].decode("ascii", "replace")
    return found if _HASH.fullmatch(found) else None
