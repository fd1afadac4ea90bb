"""Files and revisions of a repository, compared with what git itself says of it."""

from __future__ import annotations

import random
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from orch_lsp.errors import SpecError
from orch_lsp.git.objects import MissingObjectError, ObjectStore
from orch_lsp.git.packs import applied, inflated
from orch_lsp.git.repository import Repository, blob_hashes
from tests.unit.test_git_status import ENVIRONMENT, git, pytestmark  # noqa: F401 -- the mark holds here, too

ALL = ("specs/a b.md", "specs/prüf/ü [x] (1).md", "src/deep/er/two.py", "top.md", "empty")


def everything(path: str) -> bool:
    return True


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8", newline="")


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path, made) -> Path:
    """A repository that the test may change."""
    return Path(shutil.copytree(made, tmp_path / made.name, symlinks=True))


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def made(tmp_path_factory, request) -> Path:
    """Ten commits of files that grow and change here and there, so that packs keep differences."""
    root = tmp_path_factory.mktemp("made") / "My Prüf (1) [x]"
    root.mkdir()
    git(root, "init", "-q", f"--object-format={request.param}")
    chance = random.Random(7)
    lines = {name: [f"{name} {number} {chance.random()}" for number in range(400)] for name in ALL}
    for number in range(10):
        for name in ALL[:-1]:
            lines[name][chance.randrange(400)] = f"changed {number} {chance.random()}"
            lines[name].insert(chance.randrange(400), f"new {number}")
            write(root, name, "\n".join(lines[name]))
        write(root, "empty", "")
        (root / "link").unlink(missing_ok=True)
        (root / "link").symlink_to("top.md")
        commit(root, f"Number {number}")
    return root


def listed(root: Path, revision: str) -> dict[str, str]:
    """Regular files of a commit, by git."""
    found = {}
    for line in filter(None, git(root, "ls-tree", "-r", "-z", revision).split("\0")):
        about, _, name = line.partition("\t")
        mode, _, oid = about.split()
        if mode in {"100644", "100755"}:
            found[name] = oid
    return found


def content(root: Path, oid: str) -> bytes:
    asked = ["git", "cat-file", "blob", oid]
    return subprocess.run(asked, cwd=root, env=ENVIRONMENT, check=True, capture_output=True).stdout


def holds_all(root: Path, asked: Path | None = None) -> None:
    with Repository(root) as found:
        for number in (0, 4, 9):
            revision = git(asked or root, "rev-parse", f"HEAD~{number}")
            assert found.commit(f"HEAD~{number}") == revision
            files = found.committed(revision, everything).files
            assert files == listed(asked or root, revision)
            assert set(ALL) <= set(files)
            for name in ALL:
                assert found.read(files[name]) == content(asked or root, files[name])


@pytest.mark.parametrize(
    "kept",
    [
        ["status"],
        ["repack", "-adfq", "--depth=50", "--window=50"],
        ["repack", "-adfq", "--depth=50", "--window=50", "--no-write-bitmap-index"],
        ["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50", "--window=50"],
        ["gc", "-q", "--aggressive"],
        ["repack", "-adfq", "--write-midx"],
        ["-c", "pack.packSizeLimit=1m", "repack", "-adfq"],
        ["-c", "core.compression=0", "repack", "-adFq"],
        ["pack-refs", "--all"],
    ],
    ids=" ".join,
)
def test_each_form_of_the_store_gives_what_git_gives(repository, kept):
    git(repository, *kept)
    holds_all(repository)


def test_a_pack_of_long_offsets_is_read(repository):
    git(repository, "repack", "-adfq", "--depth=50")
    (pack,) = (repository / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    index = pack.with_suffix(".idx")
    index.chmod(0o644)
    git(repository, "index-pack", "--index-version=2,0x40", "-o", str(index) + "2", str(pack))
    Path(str(index) + "2").replace(index)
    holds_all(repository)


def test_a_store_that_borrows_from_another_is_read(repository, tmp_path):
    git(repository, "repack", "-adfq")
    for number in range(2):
        git(tmp_path, "clone", "-q", "--shared", str(repository), f"shared-{number}")
        repository = tmp_path / f"shared-{number}"
        holds_all(repository)


def test_a_worktree_and_a_submodule_are_read(repository, tmp_path):
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "HEAD~2")
    with Repository(tmp_path / "tree") as found:
        assert found.commit("HEAD") == git(repository, "rev-parse", "HEAD~2")
        assert found.commit("trunk") == git(repository, "rev-parse", "trunk")
        assert found.staged(everything, {}).files == listed(repository, "HEAD~2")
    outer = tmp_path / "outer"
    outer.mkdir()
    git(
        outer,
        "init",
        "-q",
        f"--object-format={'sha256' if len(git(repository, 'rev-parse', 'HEAD')) == 64 else 'sha1'}",
    )
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository), "inner")
    holds_all(outer / "inner", repository)
    with Repository(outer) as found:
        assert set(found.staged(everything, {}).files) == {".gitmodules"}


REVISIONS = (
    "HEAD", "@", "HEAD~3", "@~2^", "HEAD^^", "HEAD^1", "HEAD^0", "HEAD~0", "trunk", "side", "heads/side",
    "refs/heads/side", "v1", "tags/v1", "v1~1", "v1^{}", "v1^{commit}", "light", "origin/main", "remotes/origin/main",
    "origin", "merge^2", "merge^2~1", "HEAD~", "feat/a-b", "prüf", "ORIG_HEAD", "of-a-tag", "FETCH_HEAD",
)  # fmt: skip


@pytest.fixture
def branched(repository) -> Path:
    git(repository, "branch", "side", "HEAD~4")
    git(repository, "branch", "feat/a-b", "HEAD~3")
    git(repository, "branch", "prüf", "HEAD~5")
    git(repository, "tag", "-a", "v1", "-m", "One", "HEAD~2")
    git(repository, "tag", "light", "HEAD~1")
    git(repository, "tag", "-a", "of-a-tag", "-m", "Two", "v1")
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD~6")
    git(repository, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git(repository, "checkout", "-q", "side")
    write(repository, "other.md", "Other.\n")
    commit(repository, "Other")
    git(repository, "merge", "-q", "--no-ff", "-m", "Merge", "trunk")
    git(repository, "branch", "merge")
    git(repository, "fetch", "-q", ".", "light")
    git(repository, "reset", "-q", "--hard", "HEAD^")
    return repository


@pytest.mark.parametrize("packed", [False, True])
def test_a_revision_is_what_git_takes_it_for(branched, packed):
    if packed:
        git(branched, "gc", "-q")
    with Repository(branched) as found:
        for written in REVISIONS:
            assert found.commit(written) == git(branched, "rev-parse", f"{written}^{{commit}}"), written
        head = git(branched, "rev-parse", "HEAD")
        for digits in (7, 12, len(head) - 1, len(head)):
            assert found.commit(head[:digits]) == head
        assert found.commit(head[:12].upper()) == head
        assert found.commit(f"{head}~1") == git(branched, "rev-parse", "HEAD~1")


NO_REVISIONS = (
    "", "nothing", "HEAD~99", "HEAD^3", "0" * 40, "abc", "HEAD@{1}", "@{u}", ":/One", "HEAD:top.md", "--all", "-h",
    "../../../etc/passwd", "refs/../config", "config", "index", "a..b", "HEAD^{tree}", "x" * 2000, "HEAD\0", "~1",
)  # fmt: skip


def test_what_names_no_commit_is_refused(branched):
    with Repository(branched) as found:
        for written in (*NO_REVISIONS, git(branched, "rev-parse", "HEAD:top.md")):
            with pytest.raises(SpecError):
                found.commit(written)


def test_histories_fork_where_git_says(tmp_path, monkeypatch):
    git(tmp_path, "init", "-q")
    chance = random.Random(3)
    tree = git(tmp_path, "write-tree")
    made: list[str] = []
    for number in range(60):
        parents = chance.sample(made[-8:], min(len(made), chance.choice([1, 1, 1, 2])))
        date = f"@{1_700_000_000 + number} +0000"
        arguments = [word for parent in parents for word in ("-p", parent)]
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setitem(ENVIRONMENT, name, date)
        made.append(git(tmp_path, "commit-tree", tree, *arguments, "-m", f"{number}"))
    for _ in range(40):
        one, other = chance.sample(made, 2)
        git(tmp_path, "update-ref", "--no-deref", "HEAD", one)
        with Repository(tmp_path) as found:
            assert found.fork_point(other) in git(tmp_path, "merge-base", "--all", one, other).split()


def test_a_shallow_clone_says_so(repository, tmp_path):
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{repository}", "shallow")
    with Repository(tmp_path / "shallow") as found:
        newest = found.commit("HEAD")
        assert found.fork_point(found.commit("HEAD~1")) == found.commit("HEAD~1")
        assert set(ALL) <= set(found.committed(newest, everything).files)
        with pytest.raises(SpecError, match="shallow"):
            found.commit("HEAD~5")
        with pytest.raises(SpecError, match="shallow"):
            found.commit(git(repository, "rev-parse", "HEAD~5"))


def test_an_object_that_a_partial_clone_left_behind_is_missing_and_not_fetched(repository, tmp_path):
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository}", "partial")
    with Repository(tmp_path / "partial") as found:
        oid = found.committed(found.commit("HEAD"), everything).files["top.md"]
        with pytest.raises(SpecError, match="not there"):
            found.read(oid)


@pytest.mark.parametrize("version", [2, 4])
def test_what_is_staged_is_what_git_lists(repository, version):
    write(repository, "specs/new.md", "Staged.\n")
    git(repository, "add", "-A")
    write(repository, "specs/new.md", "Not staged.\n")
    write(repository, "announced.md", "Announced.\n")
    git(repository, "add", "-N", "announced.md")
    git(repository, "rm", "-q", "--cached", "top.md")
    git(repository, "update-index", "--skip-worktree", "src/deep/er/two.py")
    git(repository, "update-index", f"--index-version={version}")
    with Repository(repository) as found:
        staged = found.staged(everything, {}).files
        assert staged == listed(repository, git(repository, "write-tree"))
        assert found.read(staged["specs/new.md"]) == b"Staged.\n"


def test_a_conflict_is_told_and_is_no_file(repository):
    git(repository, "checkout", "-qb", "side", "HEAD~1")
    write(repository, "top.md", "Ours.\n")
    commit(repository, "Ours")
    with pytest.raises(Exception, match="merge"):
        git(repository, "merge", "-q", "trunk")
    with Repository(repository) as found:
        staged = found.staged(everything, {})
        assert staged.conflicts == {"top.md"}
        assert "top.md" not in staged.files


def test_folders_that_a_sparse_index_holds_as_one_are_read(repository):
    git(repository, "sparse-checkout", "set", "--cone", "--sparse-index", "specs/prüf")
    with Repository(repository) as found:
        assert found.staged(everything, {}).files == listed(repository, "HEAD")


def test_a_split_index_is_refused_with_its_cure(repository):
    git(repository, "update-index", "--split-index")
    with Repository(repository) as found, pytest.raises(SpecError) as refused:
        found.staged(everything, {})
    assert "no-split-index" in refused.value.remediation


def test_before_the_first_commit_and_the_first_file_nothing_is_staged(tmp_path):
    git(tmp_path, "init", "-q")
    with Repository(tmp_path) as found:
        assert found.staged(everything, {}).files == {}
        with pytest.raises(SpecError, match="no commit"):
            found.commit("HEAD")
        write(tmp_path, "a.md", "A.\n")
        git(tmp_path, "add", "-A")
        assert set(found.staged(everything, {}).files) == {"a.md"}


def test_the_index_that_git_gives_a_hook_counts_and_that_of_another_repository_does_not(repository, tmp_path):
    other = repository / ".git" / "next-index-1.lock"
    git(repository, "rm", "-q", "--cached", "top.md")
    (repository / ".git" / "index").replace(other)
    git(repository, "read-tree", "HEAD")
    with Repository(repository) as found:

        def names(environment: dict[str, str]) -> set[str]:
            return set(found.staged(everything, environment).files)

        whole = names({})
        for environment in (
            {"GIT_INDEX_FILE": str(other)},
            {"GIT_INDEX_FILE": ".git/next-index-1.lock"},
            {"GIT_INDEX_FILE": str(other), "GIT_DIR": ".git"},
        ):
            assert names(environment) == whole - {"top.md"}
        for environment in (
            {"GIT_INDEX_FILE": str(other), "GIT_DIR": str(tmp_path)},
            {"GIT_INDEX_FILE": ".git/not-there"},
        ):
            assert names(environment) == whole


def test_a_blob_has_the_hash_that_git_gives_it(repository):
    write(repository, "crlf.md", "A.\r\nB.\r\n")
    oid = git(repository, "hash-object", "--no-filters", "crlf.md")
    converted = git(repository, "-c", "core.autocrlf=input", "hash-object", "crlf.md")
    assert blob_hashes((repository / "crlf.md").read_bytes(), len(oid)) == {oid, converted}


# What a planted or broken store may hold.


def delta(*steps: bytes, source: int, target: int) -> bytes:
    def number(value: int) -> bytes:
        digits = bytearray()
        while value >= 0x80:
            digits.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes([*digits, value])

    return number(source) + number(target) + b"".join(steps)


@pytest.mark.parametrize(
    "difference",
    [
        b"", b"\x80", delta(source=4, target=3), delta(b"\x00", source=3, target=1),
        delta(b"\x03a", source=3, target=3), delta(b"\x91\x02\x05", source=3, target=5),
        delta(b"\x90", source=3, target=3), delta(b"\x01a" * 9, source=3, target=3),
        delta(source=3, target=2**40), b"\xff" * 100,
    ],
)  # fmt: skip
def test_a_damaged_difference_is_refused(difference):
    with pytest.raises(ValueError, match=r"difference|size"):
        applied(b"abc", difference, 1000)


def test_a_small_object_that_says_it_is_large_or_grows_is_refused_before_it_fills_memory():
    bomb = zlib.compress(bytes(50_000_000))
    for size in (10, 49_999_999, 50_000_001):
        pieces = iter([bomb])
        with pytest.raises(ValueError, match="not as long"):
            inflated(lambda pieces=pieces: next(pieces, b""), size)


@pytest.mark.parametrize(
    "planted",
    [b"", b"blob 5\0short", zlib.compress(b"blob 9\0short"), zlib.compress(b"blob 99999999999\0x"),
     zlib.compress(b"bulb 1\0x"), zlib.compress(b"blob 5\0other"), zlib.compress(b"blob 5\0")[:-4]],
)  # fmt: skip
def test_a_planted_loose_object_is_missing(tmp_path, planted):
    git(tmp_path, "init", "-q")
    oid = "12" * 20
    place = tmp_path / ".git/objects/12" / oid[2:]
    place.parent.mkdir()
    place.write_bytes(planted)
    with ObjectStore(tmp_path / ".git") as store, pytest.raises(MissingObjectError):
        store.read(oid)


def test_bytes_of_a_pack_may_be_any(repository):
    git(repository, "repack", "-adfq", "--depth=50")
    (pack,) = (repository / ".git/objects/pack").glob("*.pack")
    chance, index = random.Random(1), pack.with_suffix(".idx")
    for file in (pack, index):
        file.chmod(0o644)
        whole = file.read_bytes()
        for _ in range(30):
            broken = bytearray(whole)
            for _ in range(chance.choice([1, 5, 500])):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            file.write_bytes(broken[: chance.choice([len(broken), chance.randrange(len(broken))])])
            with Repository(repository) as found:
                try:
                    files = found.committed(found.commit("HEAD"), everything).files
                    for oid in files.values():
                        assert oid in blob_hashes(found.read(oid), len(oid))
                except SpecError:
                    continue
        file.write_bytes(whole)
    holds_all(repository)


def test_trees_that_hold_one_another_many_times_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("orch_lsp.git.repository._MOST_FOLDERS", 2_000)
    git(tmp_path, "init", "-q")
    tree = git(tmp_path, "write-tree")
    for _ in range(12):
        lines = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
        made = subprocess.run(
            ["git", "mktree"], cwd=tmp_path, env=ENVIRONMENT, input=lines.encode(), capture_output=True
        )
        tree = made.stdout.decode().strip()
    with Repository(tmp_path) as found, pytest.raises(SpecError, match="folders"):
        found.committed(git(tmp_path, "commit-tree", tree, "-m", "Many"), everything)


def test_a_loop_of_borrowed_stores_ends(repository):
    (repository / ".git/objects/info").mkdir(exist_ok=True)
    (repository / ".git/objects/info/alternates").write_text(
        f"../objects\n{repository}/.git/objects\n//host/share\n/nowhere\n"
    )
    holds_all(repository)


def test_a_checkout_without_a_repository_is_refused(tmp_path):
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(SpecError):
        Repository(tmp_path)
