"""Files of a large workspace that no index knows, searched by ripgrep; and programs of that name that are none."""

from __future__ import annotations

import errno
import os
import select
import shutil
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.context.corpus import Limits
from orch_lsp.context.index.build import build
from orch_lsp.context.index.corpus import IndexedCorpus
from orch_lsp.context.index.indexes import Unwatched
from orch_lsp.context.index.reading import Wanted, find, hints_in
from orch_lsp.context.index.searching import Searching
from orch_lsp.context.index.workspace_index import WorkspaceIndex
from orch_lsp.context.ranking import rank
from orch_lsp.context.tokens import terms

RIPGREP = shutil.which("rg")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ripgrep is not asked on Windows")
needs_ripgrep = pytest.mark.skipif(RIPGREP is None, reason="needs ripgrep")

BRIEF = "Die Größe des Rate-Limiters: `RateLimiter`, `Straßenname` und `frei`. 限流 policies, ratelimiter, S3Storage."
MOST = 10_000
FILES: dict[str, str | bytes] = {
    "src/limiter.py": "class RateLimiter:\n    rate_limiter = 'rate-limiter'\n\nfrei = 3\n",
    "src/storage.ts": "export const frei = 3\nexport class S3Storage { s3_storage() {} }\n",
    "src/prose.py": "# frei is freier than frei\nprint(frei, RateLimiter)\n",
    "docs/限流.md": "# 限流算法\r\n\r\n令牌桶限流，RateLimiter。\n",
    "docs/größe.md": "GRÖSSE, Größe, größen, Gro\u0308ße, überGröße Grösse\n",
    "docs/strasse.md": "Straßenname STRASSENNAME strassenname\n",
    "docs/policy.md": "policy policies policy's Policies\n",
    "name\nwith a break.md": "rate\n\n\nrate",
    "-e.md": "rate rate",
    "with blank/[x] 'a\".md": "rate",
    ".hidden.md": "rate",
    "one_line.md": "rate " * 1500,
    "words.md": "xrate--rate__rate9 rate9rate ratelimiters " + "r" * 200 + "rate",
    "binary.bin": b"rate\n" * 3 + b"\0rate\n",
    "zero_first": b"\0rate\n",
    "latin.txt": "größe rate".encode("latin-1"),
    "utf16.txt": "rate größe".encode("utf-16"),
    "marked.txt": b"\xef\xbb\xbfrate limiter",
    "large.md": "rate " * MOST,
    "empty.md": "",
    ".ignore": "docs/\n",
    ".rgignore": "src/\n",
}


SAYS_WHO = 'if [ "$1" = --version ]; then echo ripgrep 14.1.0; exit; fi'


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root, FILES)
    write(root, {f"many/{number % 7}/f{number}.md": f"words of file {number}\n" * 9 for number in range(300)})
    return root


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """More names than the first process is given."""
    root = tmp_path / "project"
    write(root, {f"{'d' * 200}/file{number}.md": "rate" for number in range(1200)})
    write(root, {"gone/away.md": "rate", "binary.md": "rate"})
    return root


def paths_in(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def never() -> bool:
    return False


def anything(_path: str) -> bool:
    return True


def search(root: Path, wanted: Wanted, seconds: float = 30.0):
    return Searching(root).find(paths_in(root), wanted, MOST, seconds, never)


def with_program(monkeypatch, folder: Path, script: str, name: str = "rg") -> Path:
    """A program of that name as the only one on the search path."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{SAYS_WHO}\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return program


@needs_ripgrep
def test_the_terms_are_counted_as_reading_counts_them(root):
    wanted = hints_in(BRIEF)
    found, read = search(root, wanted), find(root, paths_in(root), wanted, MOST, never)
    assert found is not None
    counted = {one.path: dict(one.counts) for one in read.documents}
    assert {one.path: dict(one.counts) for one in found.documents if one.counts} == {
        path: counts for path, counts in counted.items() if counts
    }
    assert {name: sorted(paths) for name, paths in found.defining.items()} == {
        name: sorted(paths) for name, paths in read.defining.items()
    }
    assert found.defining["frei"]
    assert found.is_whole


@needs_ripgrep
def test_the_best_files_are_in_the_order_of_reading(root):
    wanted = hints_in("rate limiter of the größe")
    found, read = search(root, wanted), find(root, paths_in(root), wanted, MOST, never)
    assert found is not None
    mine, theirs = rank(found.documents, wanted.terms), rank(read.documents, wanted.terms)
    assert [path for path, _ in mine.ranked[:3]] == [path for path, _ in theirs.ranked[:3]]
    assert {path for path, _ in mine.ranked} == {path for path, _ in theirs.ranked}


def refused(*_arguments: object) -> int:
    raise OSError(errno.ENOSYS, "Function not implemented")


@needs_ripgrep
@pytest.mark.skipif(sys.platform != "linux", reason="only there it is used")
@pytest.mark.parametrize("there", [None, refused], ids=["not built in", "refused"])
def test_a_system_without_files_in_memory_has_them_on_its_disk(root, monkeypatch, there):
    if there is None:
        monkeypatch.delattr(os, "memfd_create")
    else:
        monkeypatch.setattr(os, "memfd_create", there)
    found = search(root, hints_in("limiter"))
    assert found is not None
    assert rank(found.documents, {"limiter"}).ranked


@needs_ripgrep
def test_pictures_do_not_count_as_long_texts(root):
    write(root, {f"images/p{number}.png": b"\x89PNG\0" + b"\x07" * 9_000 for number in range(40)})
    write(root, {"images/text.png": "rate limiter\n", "images/none": b"\0" * 100, "images/a.log": ""})
    write(root, {"images/b.log": "rate", "images/c.log": "words"})
    wanted = hints_in("rate limiter of the größe")
    found, read = search(root, wanted), find(root, paths_in(root), wanted, MOST, never)
    assert found is not None
    texts = {one.path for one in read.documents}
    counted = {one.path for one in found.documents}
    assert texts <= counted
    assert not any(path.startswith("images/p") for path in counted)
    mine, theirs = rank(found.documents, wanted.terms), rank(read.documents, wanted.terms)
    assert [path for path, _ in mine.ranked[:9]] == [path for path, _ in theirs.ranked[:9]]


@needs_ripgrep
@pytest.mark.parametrize("wanted", [Wanted(frozenset(), frozenset({"frei"})), Wanted(frozenset(), frozenset())])
def test_there_may_be_no_terms_or_nothing_at_all_to_look_for(root, wanted):
    found = search(root, wanted)
    assert found is not None
    assert sorted(found.defining.get("frei", [])) == sorted(
        find(root, paths_in(root), wanted, MOST, never).defining.get("frei", [])
    )


@needs_ripgrep
def test_a_file_that_may_not_be_read_is_named_and_one_that_is_gone_is_not(root):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (root / "docs/policy.md").chmod(0)
    found = Searching(root).find([*paths_in(root), "gone.md"], hints_in(BRIEF), MOST, 30.0, never)
    assert found is not None
    assert [(one.path, one.reason) for one in found.left_out] == [("docs/policy.md", "not readable")]


@needs_ripgrep
def test_a_workspace_far_down_has_room_in_a_command(tmp_path):
    root = tmp_path.joinpath(*(["d" * 250] * 12))
    write(root, {f"file{number}.md": "rate" for number in range(900)})
    found = search(root, hints_in("rate"))
    assert found is not None
    assert len(rank(found.documents, {"rate"}).ranked) == 900


@needs_ripgrep
def test_no_configuration_is_obeyed(root, monkeypatch, tmp_path):
    (tmp_path / "config").write_text("--max-count=0\n--glob=!*\n")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(tmp_path / "config"))
    found = search(root, hints_in("limiter"))
    assert found is not None
    assert rank(found.documents, {"limiter"}).ranked


@needs_ripgrep
@pytest.mark.parametrize("is_looked_for", [True, False], ids=["while it lists", "later"])
def test_a_first_question_in_a_large_workspace_asks_it(root, is_looked_for):
    index = WorkspaceIndex(root, Unwatched(), 1000)
    hints, limits = hints_in(BRIEF), Limits(indexed_from=1)
    looked = index.look(hints, anything, limits, never)
    assert looked.found is not None
    corpus = index.corpus(looked.files, hints, limits, never, looked.found if is_looked_for else None)
    assert isinstance(corpus, IndexedCorpus)
    with closing(corpus.disk):
        read = find(root, looked.files, hints, limits.max_file_bytes, never)
        expected = rank(read.documents, frozenset(terms(BRIEF)))
        ranking = corpus.ranked(frozenset(terms(BRIEF)))
        # Reading alone knows that some files are no text, which are counted here.
        assert {path for path, _ in ranking.ranked} == {path for path, _ in expected.ranked}
        assert corpus.defining("RateLimiter") == ("src/limiter.py",)


def test_a_first_look_lists_all_files_that_count_whatever_the_program_does(root, monkeypatch, tmp_path):
    with_program(monkeypatch, tmp_path / "bin", "echo garbage")
    index = WorkspaceIndex(root, Unwatched(), 1000)
    listing, _ = index.list_files(1000, never)
    looked = index.look(hints_in(BRIEF), lambda path: path.endswith(".md"), Limits(indexed_from=1), never)
    assert looked.found is None
    assert looked.listing == listing
    assert looked.files == [path for path in listing.files if path.endswith(".md")]


def test_a_first_look_gives_the_program_no_files_that_do_not_count(root, monkeypatch, tmp_path):
    said = with_program(monkeypatch, tmp_path / "bin", f'for a; do echo "$a"; done >> "{tmp_path}/said"; exit 1')
    looked = WorkspaceIndex(root, Unwatched(), 1000).look(
        hints_in("rate"), lambda path: not path.startswith("many/"), Limits(indexed_from=1), never
    )
    assert said.exists()
    told = (tmp_path / "said").read_text()
    assert f"{root}/src/limiter.py\n" in told
    assert f"{root}/many/" not in told
    assert looked.found is not None
    assert {one.path for one in looked.found.documents} <= set(looked.files)


def test_a_small_workspace_is_read_without_the_program(root, monkeypatch, tmp_path):
    program = with_program(monkeypatch, tmp_path / "bin", "")
    program.write_text(f"#!/bin/sh\n: > '{tmp_path}/RAN'\n")
    index = WorkspaceIndex(root, Unwatched(), 1000)
    looked = index.look(hints_in("rate"), anything, Limits(indexed_from=1000), never)
    assert looked.found is None
    assert not isinstance(index.corpus(looked.files, hints_in("rate"), Limits(), never), IndexedCorpus)
    assert not (tmp_path / "RAN").exists()


def test_files_that_an_index_knows_are_not_searched_while_they_are_listed(root, monkeypatch, tmp_path):
    program = with_program(monkeypatch, tmp_path / "bin", "")
    program.write_text(f"#!/bin/sh\n: > '{tmp_path}/RAN'\n")
    build(root, 1000, lambda _done, _of: None, never)
    looked = WorkspaceIndex(root, Unwatched(), 1000).look(hints_in("rate"), anything, Limits(indexed_from=1), never)
    assert looked.found is None
    assert not (tmp_path / "RAN").exists()


def test_a_person_who_stops_a_first_look_does_not_wait_for_it(root, monkeypatch, tmp_path):
    path = os.environ["PATH"]
    with_program(monkeypatch, tmp_path / "bin", f"PATH='{path}'\n: > '{tmp_path}/BEGUN'\nexec sleep 60")
    index = WorkspaceIndex(root, Unwatched(), 1000)
    looked = index.look(hints_in("rate"), anything, Limits(indexed_from=1), (tmp_path / "BEGUN").exists)
    assert looked.found is not None
    assert looked.found.documents == []


@pytest.mark.parametrize(
    "script",
    [
        "exit 2", "exit 0", "echo; exit 1",
        "kill -9 $$", "echo garbage", "printf 'a\\0b\\n'", "printf '\\0\\0\\n\\n\\0'; exit 1",
        "exec yes rate", "while :; do :; done", "exec sleep 60", "sleep 60", "exec >&-; exec sleep 60",
    ],
    ids=[
        "fails", "silent", "nothing found", "killed", "garbage", "other file", "zeros", "floods", "spins", "hangs",
        "its child hangs", "closes",
    ],
)  # fmt: skip
def test_one_that_is_no_ripgrep_or_fails_leaves_the_files_to_reading(root, monkeypatch, tmp_path, script):
    path = os.environ["PATH"]
    with_program(monkeypatch, tmp_path / "bin", f"PATH='{path}'\n{script}")
    searching = Searching(root)
    found = searching.find(paths_in(root), hints_in("rate limiter"), MOST, 0.5, never)
    assert found is None
    (tmp_path / "bin/rg").write_text(f"#!/bin/sh\n: > '{tmp_path}/AGAIN'\n")
    assert searching.find(paths_in(root), hints_in("rate limiter"), MOST, 0.5, never) is None
    assert not (tmp_path / "AGAIN").exists()


@pytest.mark.parametrize("answer", ["rg 1.0", "", "usage: rg [options]; exit 1", "; exec sleep 60", "; exec yes"])
def test_another_program_of_the_name_is_asked_for_nothing_but_who_it_is(root, monkeypatch, tmp_path, answer):
    program = with_program(monkeypatch, tmp_path / "bin", "")
    program.write_text(f"#!/bin/sh\nPATH='{os.defpath}'\necho \"$1\" >> '{tmp_path}/asked'\necho {answer}\n")
    assert search(root, hints_in("rate"), seconds=0.5) is None
    assert (tmp_path / "asked").read_text() == "--version\n"


@needs_ripgrep
def test_a_document_of_very_many_words_is_not_searched_for(root):
    searching = Searching(root)
    many = Wanted(frozenset(f"word{number}" for number in range(30_000)), frozenset())
    assert searching.find(paths_in(root), many, MOST, 30.0, never) is None
    assert searching.find(paths_in(root), hints_in("rate"), MOST, 30.0, never) is not None


def test_a_question_is_answered_whatever_the_program_does(root, monkeypatch, tmp_path):
    with_program(monkeypatch, tmp_path / "bin", "echo garbage")
    index = WorkspaceIndex(root, Unwatched(), 1000)
    listing, _ = index.list_files(1000, never)
    corpus = index.corpus(listing.files, hints_in(BRIEF), Limits(indexed_from=1), never)
    assert isinstance(corpus, IndexedCorpus)
    with closing(corpus.disk):
        read = find(root, listing.files, hints_in(BRIEF), Limits().max_file_bytes, never)
        assert corpus.ranked(frozenset(terms(BRIEF))) == rank(read.documents, frozenset(terms(BRIEF)))


def test_a_person_who_stops_does_not_wait_for_it(root, monkeypatch, tmp_path):
    path = os.environ["PATH"]
    with_program(monkeypatch, tmp_path / "bin", f"PATH='{path}'\nexec sleep 60")
    until = time.monotonic() + 0.2
    found = Searching(root).find(paths_in(root), hints_in("rate"), MOST, 60.0, lambda: time.monotonic() > until)
    assert found is not None
    assert found.documents == []


@needs_ripgrep
@pytest.mark.parametrize("then", ["kill -9 $$", "exit 2", "echo garbage", "exec yes rate", "exec sleep 60"])
def test_one_that_fails_in_the_middle_leaves_all_files_to_reading(many, monkeypatch, tmp_path, then):
    path = os.environ["PATH"]
    script = f"PATH='{path}'\nif ! mkdir '{tmp_path}/BEGUN' 2> /dev/null; then {then}; fi\nexec {RIPGREP} \"$@\""
    with_program(monkeypatch, tmp_path / "bin", script)
    assert Searching(many).find(paths_in(many), hints_in("rate"), MOST, 1.5, never) is None
    assert (tmp_path / "BEGUN").is_dir()


@needs_ripgrep
def test_an_answer_that_could_not_be_written_to_its_end_is_not_believed(root, monkeypatch, tmp_path):
    path = os.environ["PATH"]
    with_program(monkeypatch, tmp_path / "bin", f"PATH='{path}'\n{RIPGREP} \"$@\"\nexit 2")
    assert search(root, hints_in("rate limiter")) is None


@needs_ripgrep
def test_files_that_vanish_or_change_meanwhile_are_passed_over(many, monkeypatch, tmp_path):
    path = os.environ["PATH"]
    last = f"{many}/{'d' * 200}/file1199.md"
    changes = f"rm '{last}'; rm -r '{many}/gone'; : > '{many}/gone'; printf 'rate\\0' > '{many}/binary.md'"
    with_program(monkeypatch, tmp_path / "bin", f"PATH='{path}'\n{changes}\nexec {RIPGREP} \"$@\"")
    found = Searching(many).find(paths_in(many), hints_in("rate"), MOST, 30.0, never)
    assert found is not None
    ranked = {path for path, _ in rank(found.documents, {"rate"}).ranked}
    assert ranked == {f"{'d' * 200}/file{number}.md" for number in range(1199)}


def test_a_person_who_stops_in_the_middle_ends_the_process_and_its_children(many, monkeypatch, tmp_path):
    path = os.environ["PATH"]
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    script = f"PATH='{path}'\nexec 9> '{tmp_path}/held'\n: > '{tmp_path}/BEGUN'\nsleep 600"
    with_program(monkeypatch, tmp_path / "bin", script)
    found = Searching(many).find(paths_in(many), hints_in("rate"), MOST, 60.0, (tmp_path / "BEGUN").exists)
    assert found is not None
    assert found.documents == []
    # Its end is told once none of them is left that could write.
    assert select.select([held], [], [], 30.0)[0] == [held]
    assert os.read(held, 1) == b""
    os.close(held)


@pytest.mark.parametrize("entry", ["", ".", "bin", "./bin", "ROOT", "ROOT/bin", "ROOT/../project/bin", "LINKED"])
def test_no_program_of_the_workspace_is_ever_run(root, monkeypatch, tmp_path, entry):
    ran = tmp_path / "RAN"
    for folder in (root, root / "bin"):
        with_program(monkeypatch, folder, f": > '{ran}'")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "rg").symlink_to(root / "bin" / "rg")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", entry.replace("ROOT", str(root)).replace("LINKED", str(linked)))
    assert search(root, hints_in("rate")) is None
    assert not ran.exists()
    # Not vacuous: elsewhere it is run.
    with_program(monkeypatch, tmp_path / "elsewhere", f": > '{ran}'")
    search(root, hints_in("rate"))
    assert ran.exists()


def test_the_program_gets_no_variables_no_options_and_no_folder_from_the_workspace(root, monkeypatch, tmp_path):
    said = tmp_path / "said"
    with_program(
        monkeypatch,
        tmp_path / "bin",
        f'export -p > "{said}.env"\npwd > "{said}.folder"\nfor a; do echo "$a"; done > "{said}"',
    )
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-not-for-others")
    search(root, hints_in("rate"))
    arguments = said.read_text().split("\n")
    assert "sk-not" not in Path(f"{said}.env").read_text()
    assert arguments.index("--") < arguments.index(f"{root}/-e.md")
    assert Path(f"{said}.folder").read_text() == "/\n"
    assert "--no-config" in arguments
