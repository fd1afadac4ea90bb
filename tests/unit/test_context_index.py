"""The index of a workspace on real files, with the processes that build it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.context.corpus import Limits, ReadCorpus
from orch_lsp.context.index import build as building
from orch_lsp.context.index.build import Built, build
from orch_lsp.context.index.children import Build, find_in_children
from orch_lsp.context.index.corpus import IndexedCorpus
from orch_lsp.context.index.disk import Disk
from orch_lsp.context.index.look import Looker
from orch_lsp.context.index.reading import Wanted, find, hints_in
from orch_lsp.context.index.workspace_index import WorkspaceIndex
from orch_lsp.context.stamps import Stamp, settled
from orch_lsp.context.tokens import terms
from orch_lsp.errors import StoreError
from orch_lsp.storage.claim import claimed

LIMITS = Limits(indexed_from=1)
FILES = {
    "src/limiter.py": "class RateLimiter:\n    def allow(self): ...\n\nMAX_RATE = 3\n",
    "src/http/client.ts": "export function fetchAll() { return rateLimiter }\n",
    "docs/限流.md": "# 限流算法\n\n令牌桶限流\n",
    "docs/guide.md": "The limiter is described here. Limits of a rate.\n",
    "cake.txt": "flour and sugar\n",
    "Ärger.md": "Straße und naïve Grüße\n",
}
QUERIES = ("Add a rate limiter", "rateLimiter", "限流", "限流算法 rate", "Straße", "nothing of this stands anywhere")


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    settle(root, files)


def settle(root: Path, paths) -> None:
    """Let what was written be of yesterday, as most of a workspace is: else it is read again at the next look."""
    yesterday = time.time() - 86_400
    for path in paths:
        os.utime(root / path, (yesterday, yesterday), follow_symlinks=False)
    wait_for_the_clock()


def wait_for_the_clock() -> None:
    """The time of a change of a name cannot be set; wait until another one would have another time."""
    until = time.time_ns() + 60_000_000
    while time.time_ns() < until:
        time.sleep(0)


class Told:
    def __init__(self) -> None:
        self.ends: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def progressed(self, root, done, of) -> None:
        self.steps.append((done, of))

    def ended(self, root, how) -> None:
        self.ends.append(how)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root, FILES)
    return root


def built(root: Path) -> Built:
    return build(root, 100_000, lambda _done, _of: None, lambda: False)


def corpus_of(index: WorkspaceIndex, query: str = "", limits: Limits = LIMITS):
    listing, _ = index.list_files(limits.max_files, lambda: False)
    return index.corpus(listing.files, hints_in(query), limits, lambda: False)


def in_index(root: Path) -> dict[str, int]:
    """The number of each file in the index; another one after it was read again."""
    with closing(Disk(root)) as disk:
        return {path: number for path, (number, _) in disk.indexed().numbers.items()}


def answers(index: WorkspaceIndex, query: str) -> tuple[object, ...]:
    with closing(corpus_of(index, query)) as corpus:
        ranking = corpus.ranked(frozenset(terms(query)))
        return ranking.ranked, dict(ranking.weights), corpus.defining("RateLimiter"), corpus.defining("fetchAll")


def database(root: Path) -> Path:
    return root / ".orch" / "local" / "context.db"


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_answers_what_reading_every_file_would(root, query):
    index = WorkspaceIndex(root, Told(), 1000)
    files = index.list_files(1000, lambda: False)[0].files
    read = ReadCorpus(root, files, LIMITS, lambda: False)
    ranking = read.ranked(frozenset(terms(query)))
    expected = (ranking.ranked, dict(ranking.weights), read.defining("RateLimiter"), read.defining("fetchAll"))
    assert answers(index, query) == expected  # without an index
    assert built(root) == Built(files=len(FILES))
    with closing(corpus_of(index, query)) as corpus:
        assert isinstance(corpus, IndexedCorpus)
        assert corpus.unread.files == []
    assert answers(index, query) == expected
    index.stop()


def test_two_characters_of_a_script_without_spaces_are_found(root):
    built(root)
    with closing(corpus_of(WorkspaceIndex(root, Told(), 1000))) as corpus:
        assert [path for path, _ in corpus.ranked({"限流"}).ranked] == ["docs/限流.md"]


def test_a_change_reads_its_own_file_again_and_no_other(root):
    built(root)
    before = in_index(root)
    index = WorkspaceIndex(root, Told(), 1000)
    assert in_index(root) == before
    write(root, {"src/limiter.py": "class Quota: ...\n", "src/new.py": "class Brandnew: ...\n"})
    (root / "cake.txt").unlink()
    wait_for_the_clock()
    with closing(corpus_of(index, "quota")) as corpus:
        assert [path for path, _ in corpus.ranked({"quota"}).ranked] == ["src/limiter.py"]
        assert corpus.ranked({"flour"}).ranked == ()
        assert corpus.defining("RateLimiter") == ()
        assert corpus.defining("Brandnew") == ("src/new.py",)
        assert "cake.txt" not in corpus.files
    after = in_index(root)
    assert {path for path in FILES if after[path] != before[path]} == {"src/limiter.py"}
    built(root)
    assert set(in_index(root)) == {*FILES, "src/new.py"} - {"cake.txt"}
    assert {path: in_index(root)[path] for path in after if path != "cake.txt"} == {
        path: number for path, number in after.items() if path != "cake.txt"
    }


def test_a_change_that_keeps_size_and_time_is_seen(root):
    built(root)
    status = (root / "cake.txt").stat()
    (root / "cake.txt").write_text("sugar and flour\n")
    os.utime(root / "cake.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    (root / "docs/guide.md").rename(root / "docs/guide.old")
    write(root, {"docs/other": FILES["docs/guide.md"].replace("limiter", "bottler")})
    (root / "docs/other").rename(root / "docs/guide.md")
    wait_for_the_clock()
    with closing(corpus_of(WorkspaceIndex(root, Told(), 1000))) as corpus:
        assert [path for path, _ in corpus.ranked({"bottler"}).ranked] == ["docs/guide.md"]


@pytest.mark.parametrize(
    ("mtime_ns", "ctime_ns", "later_ns", "tells"),
    [(10_000_000_001, 10_000_000_001, 40_000_000, False), (10_000_000_001, 10_000_000_001, 60_000_000, True),
     (10_000_000_000, 10_000_000_000, 2_000_000_000, False), (10_000_000_000, 10_000_000_000, 3_000_000_000, True),
     (1, 10_000_000_001, 40_000_000, False), (99_000_000_000, 10_000_000_001, 60_000_000, False)],
)  # fmt: skip
def test_a_stamp_tells_of_later_changes_once_the_clock_has_moved_on(mtime_ns, ctime_ns, later_ns, tells):
    stamp = Stamp(1, mtime_ns, ctime_ns, 1)
    assert settled(stamp, lambda: 10_000_000_001 + later_ns) == (stamp if tells else None)


def test_a_second_look_reads_only_folders_that_changed(root):
    looker = Looker(root)
    looker.list_files(1000, lambda: False)
    read = looker.folders_read
    looker.list_files(1000, lambda: False)
    assert looker.folders_read == read
    write(root, {"src/more.py": ""})
    assert "src/more.py" in looker.list_files(1000, lambda: False).files
    assert looker.folders_read == read + 1


def test_new_rules_of_what_is_ignored_hold_at_once(root):
    looker = Looker(root)
    assert "src/limiter.py" in looker.list_files(1000, lambda: False).files
    write(root, {".gitignore": "src/\n"})
    assert "src/limiter.py" not in looker.list_files(1000, lambda: False).files
    write(root, {".gitignore": "cake.*\n"})
    files = looker.list_files(1000, lambda: False).files
    assert "src/limiter.py" in files
    assert "cake.txt" not in files
    (root / ".gitignore").unlink()
    assert "cake.txt" in looker.list_files(1000, lambda: False).files


def test_a_checkout_of_its_own_that_appears_or_goes_is_seen(root):
    looker = Looker(root)
    assert "src/http/client.ts" in looker.list_files(1000, lambda: False).files
    (root / "src/http/.git").write_text("gitdir: elsewhere\n")
    wait_for_the_clock()
    assert "src/http/client.ts" not in looker.list_files(1000, lambda: False).files
    (root / "src/http/.git").unlink()
    wait_for_the_clock()
    assert "src/http/client.ts" in looker.list_files(1000, lambda: False).files


def test_the_index_holds_no_word_no_secret_and_nothing_that_is_denied(root):
    token = "ghp_" + "0123456789abcdefghij" + "ABCDEFGHIJKLMNOP"
    write(root, {"src/key.py": f"token = '{token}'\n", ".env": "HIDDEN=sesame\n", "id_rsa": "sesame\n"})
    built(root)
    assert "src/key.py" in in_index(root)
    assert not {".env", "id_rsa"} & set(in_index(root))
    kept = b"".join(path.read_bytes() for path in database(root).parent.glob("context.db*"))
    for word in ("flour", "ratelimiter", "allow", "sesame", "ghp", "0123456789", "abcdefghij"):
        assert word.encode() not in kept.lower(), word


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_only_the_user_can_read_the_index_and_git_never_sees_it(root):
    built(root)
    folder = database(root).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("context.db*")} == {0o600}
    assert (folder / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("harm", ["noise", "not a database", "cut", "empty", "a table is gone", "later", "other rules"])
def test_an_index_that_is_damaged_or_of_another_version_is_begun_anew(root, harm):
    built(root)
    path = database(root)
    for beside in path.parent.glob("context.db-*"):
        beside.unlink()
    content = path.read_bytes()
    if harm in {"a table is gone", "words", "later", "other rules"}:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(
                {
                    "a table is gone": "DROP TABLE files",
                    "later": "PRAGMA user_version = 99",
                    "other rules": "UPDATE meta SET value = 'other' WHERE key = 'made_by'",
                }[harm]
            )
    else:
        path.write_bytes(
            {
                "noise": content[:4096] + bytes(range(256)) * ((len(content) - 4096) // 256),
                "not a database": b"x" * 9000,
                "cut": content[: len(content) // 2 // 4096 * 4096],
                "empty": b"",
            }[harm]
        )
    index = WorkspaceIndex(root, Told(), 1000)
    with closing(corpus_of(index, "limiter")) as corpus:
        found = [path for path, _ in corpus.ranked({"limiter"}).ranked]
        assert "src/limiter.py" in found
        assert "docs/guide.md" in found
    assert built(root) == Built(files=len(FILES))
    assert set(in_index(root)) == set(FILES)
    assert not list(path.parent.glob("*damaged*"))


def test_an_index_that_somebody_else_brought_is_not_used(root, homes):
    built(root)
    (homes.state / "store-secret").unlink()
    again = WorkspaceIndex(root, Told(), 1000)
    content = database(root).read_bytes()
    assert "src/limiter.py" in [path for path, _ in answers(again, "limiter")[0]]
    assert database(root).read_bytes() == content
    assert built(root) == Built(files=len(FILES))
    with closing(Disk(root)) as disk:
        assert len(disk.indexed()) == len(FILES)
        assert disk.location.is_relative_to(homes.state)
    assert database(root).read_bytes() == content


def test_a_link_in_place_of_the_folder_leads_nowhere(root, tmp_path, homes):
    (tmp_path / "elsewhere").mkdir()
    (root / ".orch").symlink_to(tmp_path / "elsewhere")
    assert built(root) == Built(files=len(FILES))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    with closing(corpus_of(WorkspaceIndex(root, Told(), 1000))) as corpus:
        assert corpus.unread.files == []
        assert corpus.disk.location.is_relative_to(homes.state)


_LOCK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA locking_mode = EXCLUSIVE")
db.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_an_index_that_another_process_holds_is_done_without_and_the_record_says_so(root):
    built(root)
    arguments = [sys.executable, "-c", _LOCK, str(database(root))]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        index = WorkspaceIndex(root, Told(), 1000)
        with closing(corpus_of(index, "limiter")) as corpus:
            assert "src/limiter.py" in [path for path, _ in corpus.ranked({"limiter"}).ranked]
            assert [one.reason for one in corpus.left_out] == [
                "The index of the workspace is locked by another process. The files were read without it"
            ]
        holder.communicate()
    with closing(corpus_of(index, "limiter")) as corpus:
        assert corpus.left_out == []
        assert corpus.unread.files == []


def test_a_full_disk_costs_the_index_and_nothing_else(root, homes):
    """A limit on the size of files, under which every write beyond it fails, in a process of its own."""
    code = """
import resource, signal, sys
from contextlib import closing
from pathlib import Path
from orch_lsp.context.corpus import Limits
from orch_lsp.context.index.build import build
from orch_lsp.context.index.reading import hints_in
from orch_lsp.context.index.workspace_index import WorkspaceIndex
from orch_lsp.errors import StoreError

class Told:
    def progressed(self, *_): ...
    def ended(self, *_): ...

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
root = Path(sys.argv[1])
try:
    build(root, 1000, lambda *_: None, lambda: False)
except (StoreError, OSError) as error:
    print("not built:", error)
index = WorkspaceIndex(root, Told(), 1000)
limits = Limits(indexed_from=1)
files = index.list_files(1000, lambda: False)[0].files
with closing(index.corpus(files, hints_in("limiter"), limits, lambda: False)) as corpus:
    print(*(path for path, _ in corpus.ranked({"limiter"}).ranked))
"""
    for size in (0, 4096, 40_000):
        shutil.rmtree(root / ".orch", ignore_errors=True)
        done = subprocess.run([sys.executable, "-c", code, str(root), str(size)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "not built" in done.stdout
        assert "src/limiter.py" in done.stdout


def many(root: Path, count: int) -> None:
    write(root, {f"many/{n % 20:02}/file{n}.py": f"def name{n}():\n    limiter = {n}\n" * 20 for n in range(count)})


def test_a_build_that_is_killed_goes_on_where_it_was(root):
    many(root, 1500)
    first: list[int] = []

    def progressed(done: int, _of: int) -> None:
        if done and not first:
            first.append(done)
            os.kill(process.pid, signal.SIGKILL)

    ends: list[str] = []
    build_process = Build(root, 10_000, progressed, lambda how, _reason: ends.append(how))
    process = build_process._process
    assert build_process.wait(60)
    assert ends == ["failed"]
    (kept,) = first
    numbers = in_index(root)
    assert kept <= len(numbers) < 1500 + len(FILES)
    told = Told()
    index = WorkspaceIndex(root, told, 10_000)
    index.begin()
    assert index.wait(60)
    assert told.ends == ["built"]
    assert told.steps[0][1] <= 1500 + len(FILES) - kept
    after = in_index(root)
    assert len(after) == 1500 + len(FILES)
    assert all(after[path] == number for path, number in numbers.items())


def test_a_person_who_cancels_is_not_asked_for_the_time_again(root):
    many(root, 1500)
    told = Told()
    index = WorkspaceIndex(root, told, 10_000)
    index.begin()
    index.cancel()
    assert told.ends == ["stopped"]
    index.begin()
    assert index.wait(0)
    assert told.ends == ["stopped"]
    assert "src/limiter.py" in [path for path, _ in answers(index, "limiter")[0]]


def test_two_processes_build_one_index_once(root):
    built(root)
    with claimed(database(root).with_name("context.db.building")) as ours:
        assert ours
        told = Told()
        index = WorkspaceIndex(root, told, 1000)
        index.begin()
        assert index.wait(60)
        assert told.ends == ["elsewhere"]
    index.begin()
    assert index.wait(60)
    assert told.ends == ["elsewhere", "built"]


def test_whoever_looks_at_an_index_while_it_is_made_does_it_no_harm(root):
    many(root, 600)
    told = Told()
    index = WorkspaceIndex(root, told, 10_000)
    index.begin()
    seen: set[str] = set()
    while not index.wait(0):
        with closing(Disk(root)) as disk, contextlib.suppress(StoreError):
            seen.add(disk.generation()[0])
    assert told.ends == ["built"]
    assert len(seen - {""}) <= 1
    assert len(in_index(root)) == 600 + len(FILES)
    assert not database(root).with_name("context.db.lock").exists()


def test_two_processes_that_put_the_same_file_in_leave_one(root):
    built(root)
    one, other = WorkspaceIndex(root, Told(), 1000), WorkspaceIndex(root, Told(), 1000)
    corpus_of(one).close()
    corpus_of(other).close()
    write(root, {"cake.txt": "cream and cream\n"})
    for index in (one, other, one):
        with closing(corpus_of(index)) as corpus:
            assert [path for path, _ in corpus.ranked({"cream"}).ranked] == ["cake.txt"]
            assert corpus.ranked({"flour"}).ranked == ()
    with closing(Disk(root)) as disk:
        assert len(disk.indexed()) == len(FILES)


def test_an_index_that_is_begun_anew_between_two_questions_is_not_mistaken_for_the_one_before(root):
    built(root)
    with closing(corpus_of(WorkspaceIndex(root, Told(), 1000))) as corpus:
        database(root).unlink()
        for beside in database(root).parent.glob("context.db-*"):
            beside.unlink()
        write(root, {"aaa/first.py": "flour\n"})
        built(root)
        assert {path for path, _ in corpus.ranked({"limiter"}).ranked} == {
            "src/limiter.py", "src/http/client.ts", "docs/guide.md",
        }  # fmt: skip
        assert "begun anew" in corpus.left_out[0].reason


def test_files_that_vanish_or_change_their_kind_while_they_are_read_do_no_harm(root, tmp_path):
    write(tmp_path, {"outside.txt": "limiter outside\n"})
    paths = sorted(FILES)
    (root / "cake.txt").unlink()
    (root / "cake.txt").symlink_to(tmp_path / "outside.txt")
    (root / "docs/guide.md").unlink()
    (root / "docs/guide.md").mkdir()
    (root / "src/http/client.ts").unlink()
    with closing(Disk(root)) as disk:
        rows = list(building.rows_of(root, paths, disk.marker(), lambda: False))
    assert {row.path for row in rows} == {"src/limiter.py", "docs/限流.md", "Ärger.md"}


def test_a_file_that_becomes_a_link_is_no_candidate_and_no_text(root, tmp_path):
    write(tmp_path, {"outside.txt": "limiter outside\n"})
    built(root)
    index = WorkspaceIndex(root, Told(), 1000)
    corpus_of(index).close()
    (root / "src/limiter.py").unlink()
    (root / "src/limiter.py").symlink_to(tmp_path / "outside.txt")
    wait_for_the_clock()
    with closing(corpus_of(index)) as corpus:
        assert "src/limiter.py" not in corpus.files
        assert "src/limiter.py" not in [path for path, _ in corpus.ranked({"limiter", "outside"}).ranked]
        assert getattr(corpus.text("src/limiter.py"), "reason", None) == "link out of the workspace"


def test_whatever_lies_about_is_passed_over_or_named(root):
    write(
        root,
        {
            "image.bin": b"limiter\0limiter",
            "latin.txt": "limiter é".encode("latin-1"),
            "min.js": "limiter=1;" * 20_000,
            "line\nbreak 'quote\".py": "limiter\n",
            os.fsdecode(b"bad\xff.py"): "limiter\n",
            "empty": "",
        },
    )
    with (root / "log.txt").open("wb") as log:
        log.truncate(1024**3)
    os.mkfifo(root / "pipe")
    settle(root, ["log.txt"])
    built(root)
    index = WorkspaceIndex(root, Told(), 1000)
    files = index.list_files(1000, lambda: False)[0].files
    expected = ReadCorpus(root, files, LIMITS, lambda: False).ranked({"limiter"})
    assert {"min.js", "line\nbreak 'quote\".py"} <= {path for path, _ in expected.ranked}
    with closing(corpus_of(index)) as corpus:
        assert corpus.ranked({"limiter"}) == expected
        # A name that no request can hold is in no index.
        assert list(corpus.unread.files) == [os.fsdecode(b"bad\xff.py")]


def test_submodules_worktrees_and_nested_checkouts_are_of_nobody_else(tmp_path):
    def git(folder: Path, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for folder in (inner, outer):
        write(folder, {f"{folder.name}.py": "limiter\n"})
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "first")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    git(outer, "worktree", "add", "-q", str(tmp_path / "tree"))
    shutil.copytree(inner, outer / "nested")
    for root, expected in ((outer, {"outer.py", ".gitmodules"}), (tmp_path / "tree", {"outer.py"})):
        built(root)
        assert set(in_index(root)) == expected


def test_a_workspace_of_one_file_has_no_index_and_is_left_as_it_was(tmp_path):
    write(tmp_path, {"a.py": "limiter\n"})
    with closing(corpus_of(WorkspaceIndex(tmp_path, Told(), 1000), limits=Limits())) as corpus:
        assert isinstance(corpus, ReadCorpus)
        assert [path for path, _ in corpus.ranked({"limiter"}).ranked] == ["a.py"]
    assert not (tmp_path / ".orch").exists()


def test_a_first_draft_of_many_files_reads_them_beside_this_process_and_builds_afterwards(root):
    many(root, 700)
    told = Told()
    index = WorkspaceIndex(root, told, 10_000)
    with closing(corpus_of(index, "name7 limiter", Limits())) as corpus:
        assert isinstance(corpus, IndexedCorpus)
        assert len(corpus.ranked({"limiter"}).ranked) > 700
        assert corpus.defining("name7") == ("many/07/file7.py",)
        # One that nobody announced is looked for, too.
        assert corpus.defining("name8") == ("many/08/file8.py",)
        assert told.steps == []
    assert index.wait(60)
    assert told.ends == ["built"]
    with closing(corpus_of(index, "limiter", Limits())) as corpus:
        assert corpus.unread.files == []


def test_files_are_found_alike_in_this_process_and_beside_it(root):
    many(root, 300)
    files = Looker(root).list_files(1000, lambda: False).files
    wanted = Wanted(frozenset({"limiter", "限流"}), frozenset({"name7", "RateLimiter"}))
    beside = find_in_children(root, files, wanted, 10_000, 60.0, lambda: False)
    here = find(root, files, wanted, 10_000, lambda: False)
    assert beside is not None
    assert sorted(beside.documents, key=lambda one: one.path) == sorted(here.documents, key=lambda one: one.path)
    assert beside.defining == here.defining
    late = find_in_children(root, files, wanted, 10_000, 0.0, lambda: False)
    assert late is not None
    assert not late.is_whole
    assert find_in_children(root, files, wanted, 10_000, 60.0, lambda: True) is not None


def test_an_index_of_files_that_are_no_more_is_begun_anew(root, monkeypatch):
    built(root)
    with closing(Disk(root)) as disk:
        generation = disk.generation()
        for _ in range(500):
            disk.replace(tuple(building.rows_of(root, sorted(FILES), disk.marker(), lambda: False)))
        assert generation[0]
        assert disk.generation() == ("", "")
    assert built(root) == Built(files=len(FILES))


@pytest.mark.skipif(not os.environ.get("ORCH_CI_FULL"), reason="makes a hundred thousand files")
def test_a_hundred_thousand_files_in_one_folder_are_all_considered(tmp_path):
    for n in range(100_000):
        (tmp_path / f"file{n}.py").write_text(f"def name{n}(): ...\n")
    index = WorkspaceIndex(tmp_path, Told(), 200_000)
    with closing(corpus_of(index, "name99999", Limits(max_seconds=300.0))) as corpus:
        assert len(corpus.files) == 100_000
        assert corpus.defining("name99999") == ("file99999.py",)
    index.stop()
