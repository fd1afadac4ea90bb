"""The filesystem source on real files."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.context.assembly import card, excerpts
from orch_lsp.context.filesystem import FilesystemSource, Limits
from orch_lsp.context.ignore import MAX_PATTERNS
from orch_lsp.context.item import ContextQuery, ContextResult, Exclusion, estimate_tokens
from orch_lsp.context.tree import FileTree
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.hidden import strip_hidden
from orch_lsp.text import sha256, split_lines

# Shaped like a token, and assembled so that no scanner takes this file for a leak.
FAKE_TOKEN = "ghp_" + "0123456789abcdefghij" + "ABCDEFGHIJKLMNOP"


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def query(root: Path, text: str = "# Spec\n", brief: str | None = None, budget: int = 4000, **more) -> ContextQuery:
    return ContextQuery(root, root / "spec.md", text, text if brief is None else brief, budget, **more)


def retrieve(wanted: ContextQuery, limits: Limits | None = None) -> ContextResult:
    return asyncio.run(FilesystemSource(limits).retrieve(wanted))


def paths(result: ContextResult) -> list[str]:
    return [item.path for item in result.items]


def reasons(result: ContextResult) -> dict[str, str]:
    return {exclusion.path: exclusion.reason for exclusion in result.left_out}


def test_a_file_about_the_brief_is_taken_and_one_about_nothing_in_it_is_not(tmp_path):
    write(tmp_path, {"limiter.py": "class RateLimiter: ...\n", "cake.py": "flour = 3\n"})
    result = retrieve(query(tmp_path, "Add a rate limiter"))
    assert paths(result) == ["limiter.py"]
    item = result.items[0]
    assert (item.source, item.lines, item.text) == ("rank", None, "class RateLimiter: ...\n")
    assert item.score is not None
    assert item.score > 0
    assert item.sha256 == hashlib.sha256(item.text.encode()).hexdigest()


def test_mentions_come_first_in_the_order_of_the_spec(tmp_path):
    write(tmp_path, {"z.md": "zeta\n", "a.py": "alpha\n", "hit.py": "limiter limiter\n"})
    result = retrieve(query(tmp_path, "limiter, see [z](z.md) and `a.py`"))
    assert paths(result) == ["z.md", "a.py", "hit.py"]
    assert [item.source for item in result.items] == ["mention", "mention", "rank"]
    assert [item.score for item in result.items[:2]] == [None, None]


@pytest.mark.parametrize(
    "text",
    ["[x](src/a.py#L2-L3)", "`src/a.py:2-3`", "see src/a.py:2-3.", "[x][r]\n\n[r]: src/a.py#L2-L3", "`a.py:2-3`"],
)
def test_a_mention_with_lines_gives_exactly_these_lines(tmp_path, text):
    write(tmp_path, {"src/a.py": "one\r\ntwo\r\nthree\r\nfour\r\n"})
    (item,) = retrieve(query(tmp_path, text, brief="")).items
    assert (item.path, item.lines, item.text) == ("src/a.py", (2, 3), "two\r\nthree")


def test_a_mention_is_looked_for_beside_the_spec_first(tmp_path):
    write(tmp_path, {"notes.md": "root\n", "docs/notes.md": "beside\n", "docs/spec.md": ""})
    text = "[n](notes.md)"
    wanted = ContextQuery(tmp_path, tmp_path / "docs/spec.md", text, "", 1000)
    assert paths(retrieve(wanted)) == ["docs/notes.md"]


def test_links_that_lead_out_are_left_out_with_the_reason(tmp_path):
    root = tmp_path / "project"
    write(root, {"ok.md": "fine\n", ".env": "A=1\n", "ignored.txt": "x\n", ".gitignore": "ignored.txt\n"})
    write(tmp_path, {"outside.md": "secret plans\n"})
    (root / "link.md").symlink_to(tmp_path / "outside.md")
    (root / "folder").symlink_to(tmp_path)
    text = """
[a](../../etc/passwd) [b](/etc/passwd) [c](file:///etc/passwd) [d](link.md) [e](.env) [f](gone.md) `folder/outside.md`
[g](https://example.org/x.md) [h](#section) [i](ignored.txt) `../outside.md` `/v1/users` [j](ok.md)
"""
    result = retrieve(query(root, text, brief="plans"))
    assert paths(result) == ["ok.md"]
    found = reasons(result)
    assert found["../../etc/passwd"] == found["/etc/passwd"] == found["file:///etc/passwd"] == "outside the workspace"
    assert found["../outside.md"] == "outside the workspace"
    assert found["link.md"] == found["folder/outside.md"] == "link out of the workspace"
    assert found[".env"].startswith("denied")
    assert found["gone.md"] == "not found"
    assert found["ignored.txt"] == "ignored by git"
    assert not {"https://example.org/x.md", "#section", "/v1/users"} & set(found)
    assert "secret plans" not in excerpts(result)


def test_an_address_of_a_file_below_the_root_is_a_mention_of_it(tmp_path):
    root = tmp_path / "My Prüf 100%25 (1)"
    write(root, {"src/limit er.py": "1\n2\n3\n", ".env": "A=1\n"})
    write(tmp_path, {"outside.md": "secret plans\n"})
    (root / "link.md").symlink_to(tmp_path / "outside.md")
    inside = (root / "src" / "limit er.py").as_uri()
    given = [f"{inside}#L2", (root / "link.md").as_uri(), (root / ".env").as_uri(), (root / "gone.md").as_uri()]
    given += [f"{root.as_uri()}/src/../../outside.md", "file://host/share/x.md"]
    result = retrieve(query(root, " ".join(f"[a](<{one}>)" for one in given), brief="plans"))
    assert [(item.path, item.lines) for item in result.items] == [("src/limit er.py", (2, 2))]
    assert [one.reason for one in result.left_out[:5]] == [
        "link out of the workspace", "denied: this name usually holds credentials", "not found",
        "outside the workspace", "outside the workspace",
    ]  # fmt: skip
    assert "secret plans" not in excerpts(result)


def test_what_is_pinned_comes_with_what_the_spec_names(tmp_path):
    root = tmp_path / "project"
    write(root, {"src/a.py": "1\n2\n3\n", "src/b.py": "one\n", "notes#L.md": "n\n", ".env": "A=1\n"})
    write(root, {"out.md": "x\n", "spec.md": "# Spec\n"})
    write(tmp_path, {"outside.md": "secret plans\n"})
    (root / "link.md").symlink_to(tmp_path / "outside.md")
    pinned = ("src/a.py#L2-L3", "notes#L.md", ".env", "../outside.md", "link.md", "gone.md", "out.md", "spec.md", "src")
    wanted = query(root, "[b](src/b.py)", brief="nothing", pinned=pinned, exclude=("out.md",))
    result = retrieve(wanted)
    assert [(item.path, item.lines, item.source, item.role) for item in result.items] == [
        ("src/b.py", None, "mention", "code"),
        ("src/a.py", (2, 3), "pin", "code"),
        ("notes#L.md", None, "pin", "docs"),
    ]
    found = reasons(result)
    assert found[".env"].startswith("denied")
    assert found["../outside.md"] == "outside the workspace"
    assert found["link.md"] == "link out of the workspace"
    assert found["gone.md"] == "not found"
    assert found["out.md"].startswith("excluded by")
    assert found["src"] == "not a regular file"
    assert "spec.md" not in found
    many = retrieve(query(root, "", pinned=tuple(f"gone{number}" for number in range(300))))
    assert many.left_out[100].reason == "pinned: 200 more files"


def test_what_is_excluded_by_hand_is_told_once_as_left_out(tmp_path):
    write(tmp_path, {"src/a.py": "limiter = 1\n", "src/b.py": "limiter = 2\n", "docs/c.md": "limiter\n"})
    write(tmp_path, {".orchignore": "/src/b.py\n/src/gone.py\n/docs/\n"})
    result = retrieve(query(tmp_path, "limiter [b](src/b.py)"))
    assert [item.path for item in result.items] == ["src/a.py"]
    assert [one.path for one in result.left_out] == ["src/b.py"]
    assert reasons(result)["src/b.py"].startswith("excluded by")


def test_a_line_with_a_secret_is_hidden_and_listed(tmp_path):
    write(tmp_path, {"limiter.py": f"limiter\n{'x = 1' * 40}\ntoken = '{FAKE_TOKEN}'\n"})
    result = retrieve(query(tmp_path, "limiter"))
    (item,) = result.items
    assert FAKE_TOKEN not in item.text
    assert item.redactions == 1
    assert reasons(result)["limiter.py:3"].startswith("line hidden: ")


def test_the_deny_list_beats_the_globs_of_a_project(tmp_path):
    write(tmp_path, {".env": "limiter=1\n", "deploy/server.pem": "limiter\n", "ok.py": "limiter\n"})
    result = retrieve(query(tmp_path, "limiter", include=("**", ".env", "*.pem")))
    assert paths(result) == ["ok.py"]
    assert {".env", "deploy/server.pem"} <= set(reasons(result))


def test_include_and_exclude_choose_among_the_candidates(tmp_path):
    write(tmp_path, {"src/a.py": "limiter\n", "src/gen/b.py": "limiter\n", "docs/c.md": "limiter\n"})
    result = retrieve(query(tmp_path, "limiter [b](src/gen/b.py)", include=("src/",), exclude=("gen/",)))
    assert paths(result) == ["src/a.py"]
    assert "context.exclude" in reasons(result)["src/gen/b.py"]


def test_a_fifo_a_binary_a_huge_and_an_undecodable_file_do_no_harm(tmp_path):
    write(
        tmp_path, {"b.bin": b"limiter\0", "big.txt": b"limiter " * 70_000, "latin.txt": "limiter é".encode("latin-1")}
    )
    os.mkfifo(tmp_path / "pipe")
    text = "limiter [b](b.bin) [g](big.txt) [l](latin.txt) [p](pipe)"
    result = retrieve(query(tmp_path, text))
    assert result.items == ()
    found = reasons(result)
    assert found["b.bin"] == "binary"
    assert found["big.txt"] == "larger than 512 kB"
    assert found["latin.txt"] == "not UTF-8 text"
    assert found["pipe"] == "not a regular file"


def test_an_unusable_file_that_nobody_named_is_not_reported(tmp_path):
    write(tmp_path, {"b.bin": b"limiter\0"})
    assert retrieve(query(tmp_path, "limiter")).left_out == ()


def test_the_spec_is_no_context_of_its_own(tmp_path):
    write(tmp_path, {"spec.md": "limiter\n"})
    assert retrieve(query(tmp_path, "limiter [self](spec.md)")).items == ()


def test_hidden_characters_are_taken_out_and_counted(tmp_path):
    write(tmp_path, {"a.md": "limiter\u200b \u202eevil\U000e0041\n"})
    (item,) = retrieve(query(tmp_path, "limiter")).items
    assert item.text == "limiter evil\n"
    assert item.redactions == 3
    assert item.sha256 == hashlib.sha256(b"limiter evil\n").hexdigest()


def test_the_same_tree_gives_the_same_result_whatever_the_order_of_creation(tmp_path):
    names = [f"pkg{number % 7}/file{number}.py" for number in range(60)]
    for root, order in ((tmp_path / "one", names), (tmp_path / "two", list(reversed(names)))):
        write(root, {name: f"limiter {name}\n" for name in order})
    results = [retrieve(query(tmp_path / which, "limiter", budget=2000)) for which in ("one", "two")]
    assert results[0] == results[1]
    assert len(results[0].items) > 5


def test_without_words_in_common_there_is_no_context(tmp_path):
    write(tmp_path, {"a.py": "the and of with\n"})
    assert retrieve(query(tmp_path, "the and of with a limiter")).items == ()


def test_a_brief_in_chinese_finds_a_chinese_file(tmp_path):
    write(tmp_path, {"文档/限流.md": "令牌桶限流算法\n", "其他.md": "蛋糕食谱\n"})
    assert paths(retrieve(query(tmp_path, "实现限流"))) == ["文档/限流.md"]


def test_a_long_file_gives_the_lines_that_matter(tmp_path):
    lines = [f"nothing here {number}" for number in range(1, 1001)]
    lines[599] = "def token_bucket(): refill"
    write(tmp_path, {"long.py": "\n".join(lines)})
    (item,) = retrieve(query(tmp_path, "token bucket refill", budget=1000)).items
    assert item.lines is not None
    first, last = item.lines
    assert first <= 600 <= last
    assert item.text == "\n".join(lines[first - 1 : last])
    assert estimate_tokens(item.text) < 300


def test_a_missing_root_is_a_context_error(tmp_path):
    with pytest.raises(ContextError) as raised:
        retrieve(query(tmp_path / "gone", "limiter"))
    assert raised.value.code is ErrorCode.INVALID_REQUEST


def test_the_scan_is_bounded_and_says_so(tmp_path):
    write(tmp_path, {f"{number:02}.txt": "limiter\n" for number in range(30)})
    result = retrieve(query(tmp_path, "limiter"), Limits(max_files=10))
    assert len(result.items) == 10
    assert "more than 10 files" in reasons(result)["…"]
    cut = retrieve(query(tmp_path, "limiter"), Limits(max_total_bytes=40))
    assert len(cut.items) == 5
    assert "not" in reasons(cut)["05.txt"]


def test_a_tracked_file_counts_even_if_it_is_ignored_and_never_what_is_only_ignored(tmp_path):
    write(tmp_path, {".gitignore": "out/\n", "out/kept.py": "limiter\n", "out/other.py": "limiter\n"})
    for command in (["init", "-q"], ["add", "-f", "out/kept.py"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    assert paths(retrieve(query(tmp_path, "limiter"))) == ["out/kept.py"]


@pytest.mark.parametrize("budget", [0, 40, 80, 150, 300, 1000, 5000])
def test_no_budget_is_exceeded_label_and_fences_included(tmp_path, budget):
    write(tmp_path, {f"{n}.md": "limiter ``` text\n" * n for n in (1, 5, 50, 500)})
    result = retrieve(query(tmp_path, "limiter [one](50.md) [two](500.md#L3-L400)", budget=budget))
    assert sum(estimate_tokens(item.text) for item in result.items) <= budget
    assert estimate_tokens(card(result) + excerpts(result)) <= budget


async def test_a_cancelled_retrieval_ends(tmp_path):
    write(tmp_path, {f"{number}.txt": "limiter\n" * 200 for number in range(300)})
    task = asyncio.create_task(FilesystemSource().retrieve(query(tmp_path, "limiter")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_names_and_texts_that_are_no_unicode_end_in_a_record_that_is(tmp_path):
    for name in (b"bad\xff.md", b"bad\xff.pem"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("limiter")
    wanted = query(tmp_path, "limiter [half](half\ud800.md) [x](a\ud800/../ok.md)", exclude=("\ud800*",))
    result = retrieve(wanted)
    assert result.items == ()
    assert len(result.left_out) >= 3
    for exclusion in result.left_out:
        assert exclusion.path.encode("utf-8")


def test_a_root_behind_a_link_is_as_good_as_the_real_one(tmp_path):
    write(tmp_path / "real", {"docs/spec.md": "", "docs/a.md": "limiter\n"})
    (tmp_path / "link").symlink_to("real")
    link = tmp_path / "link"
    result = retrieve(ContextQuery(link, link / "docs/spec.md", "limiter [a](a.md)", "limiter", 1000))
    assert [(item.path, item.source) for item in result.items] == [("docs/a.md", "mention")]


def test_a_link_in_the_tree_that_leads_out_is_named_and_not_followed(tmp_path):
    root = tmp_path / "project"
    write(root, {"a.md": "limiter\n", "sub/b.md": "limiter\n"})
    write(tmp_path, {"outside/c.md": "limiter\n"})
    (root / "out").symlink_to("../outside")
    (root / "in").symlink_to("sub")
    (root / "twin.md").symlink_to("a.md")
    result = retrieve(query(root, "limiter"))
    assert sorted(paths(result)) == ["a.md", "sub/b.md"]
    assert reasons(result) == {"out": "link out of the workspace"}


@contextlib.contextmanager
def unprivileged():
    """Permissions do not bind the superuser: become another user for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_a_folder_and_a_root_that_may_not_be_read_are_said_to_be_so():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        write(root, {"a.md": "limiter\n", "b.md": "limiter\n", "c/d.md": "limiter\n"})
        retrieve(query(root, "limiter"))  # loads what is imported on first use
        (root / "a.md").chmod(0)
        (root / "c").chmod(0)
        with unprivileged():
            result = retrieve(query(root, "limiter"))
        assert paths(result) == ["b.md"]
        assert reasons(result) == {"a.md": "not readable", "c": "not readable"}
        (root / "c").chmod(0o700)
        root.chmod(0o311)
        with unprivileged(), pytest.raises(ContextError) as raised:
            retrieve(query(root, "limiter"))
        root.chmod(0o700)
        assert raised.value.code is ErrorCode.PERMISSION_DENIED


def test_a_folder_as_root_that_is_a_file_is_a_context_error(tmp_path):
    write(tmp_path, {"file": "x"})
    with pytest.raises(ContextError):
        retrieve(query(tmp_path / "file", "limiter"))


def test_a_mention_of_a_whole_file_and_of_its_lines_gives_it_once(tmp_path):
    write(tmp_path, {"a.py": "one\ntwo\nthree\n"})
    (item,) = retrieve(query(tmp_path, "`a.py:1` and [all](a.py) and `a.py:2-3`")).items
    assert item.lines is None


def test_ranges_of_one_file_are_joined_where_they_touch(tmp_path):
    write(tmp_path, {"a.py": "\n".join(str(number) for number in range(1, 50))})
    result = retrieve(query(tmp_path, "`a.py:1-2` `a.py:3` `a.py:40-41` `a.py:900`", brief=""))
    assert [item.lines for item in result.items] == [(1, 3), (40, 41)]
    assert reasons(result)["a.py"] == "no line 900"


def test_a_file_of_which_only_lines_behind_its_end_are_named_is_not_sent_for_that(tmp_path):
    write(tmp_path, {"a.py": "one\ntwo\n"})
    result = retrieve(query(tmp_path, "`a.py:9999`", brief=""))
    assert result.items == ()
    assert reasons(result) == {"a.py": "no line 9999"}


@pytest.mark.parametrize("beside", ["`a.py`", "[all](a.py)", "`a.py:1`", "`a.py:2`", "@a.py"])
def test_lines_behind_the_end_of_a_file_that_is_sent_for_another_mention_are_told(tmp_path, beside):
    write(tmp_path, {"a.py": "one\ntwo\n"})
    result = retrieve(query(tmp_path, f"{beside} and @a.py#L3 and `a.py:9999`", brief=""))
    assert paths(result) == ["a.py"]
    assert [one.reason for one in result.left_out if one.path == "a.py"] == ["no line 3", "no line 9999"]


def test_a_name_that_two_files_have_is_not_guessed(tmp_path):
    write(tmp_path, {"x/same.md": "one\n", "y/same.md": "two\n"})
    result = retrieve(query(tmp_path, "[s](same.md)", brief=""))
    assert result.items == ()
    assert reasons(result)["same.md"] == "not found"


def test_names_of_any_script_are_found(tmp_path):
    write(tmp_path, {"документы/план работ.md": "один\n", "a b/日本.md": "二\n"})
    result = retrieve(query(tmp_path, "[p](документы/план%20работ.md) und `日本.md`", brief=""))
    assert paths(result) == ["документы/план работ.md", "a b/日本.md"]


def test_a_crowd_of_denied_files_does_not_hide_the_reasons_for_what_the_spec_names(tmp_path):
    write(tmp_path, {f"keys/{number}.pem": "x" for number in range(300)})
    result = retrieve(query(tmp_path, "[gone](gone.md)"))
    assert result.left_out[0].path == "gone.md"
    assert result.left_out[-1].reason == "101 more"


WORDS = st.sampled_from(["limiter", "bucket", "`fence`", "```", "限流", "x" * 60, "the", "\u200b", "\r", ""])
BODIES = st.lists(WORDS, max_size=120).map(" \n".join)


@settings(max_examples=40, deadline=None)
@given(
    files=st.dictionaries(st.sampled_from(["a.md", "b.md", "c/d.py", "c/e.py", "f.txt"]), BODIES, max_size=5),
    text=st.lists(st.sampled_from(["limiter", "bucket", "[a](a.md)", "`d.py:2-30`", "`b.md`", "限流"])).map(" ".join),
    budget=st.integers(0, 600),
)
def test_whatever_the_files_items_are_true_excerpts_within_the_budget_and_the_same_each_time(files, text, budget):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, files)
        wanted = query(root, text, budget=budget)
        result = retrieve(wanted)
        assert retrieve(wanted) == result
        assert sum(estimate_tokens(item.text) for item in result.items) <= budget
        assert estimate_tokens(card(result) + excerpts(result)) <= budget
        sources = [item.source for item in result.items]
        assert sources == sorted(sources)  # mention, then rank
        for item in result.items:
            clean = strip_hidden(files[item.path])[0]
            assert item.sha256 == sha256(item.text)
            first, last = item.lines or (1, None)
            assert split_lines(item.text) == split_lines(clean)[first - 1 : last]


async def test_a_workspace_that_takes_too_long_is_left_where_it_is_and_said_so(tmp_path):
    write(tmp_path, {f"f{number}.py": "limiter\n" for number in range(50)})
    (tmp_path / "mentioned.py").write_text("limiter mentioned\n")
    ticks = iter(range(10_000))
    source = FilesystemSource(Limits(max_seconds=20), now=lambda: float(next(ticks)))
    query = ContextQuery(tmp_path, tmp_path / "a.spec.md", "See `mentioned.py`.", "limiter", 4000, (), ())
    result = await source.retrieve(query)
    assert [item.path for item in result.items] == ["mentioned.py"]
    assert "it took longer than 20 seconds" in result.left_out[0].reason


def test_a_listing_asks_before_each_entry_whether_it_is_to_stop(tmp_path):
    (tmp_path / ".gitignore").write_text("\n".join(f"{'*a' * 20}{number}b" for number in range(2000)))
    write(tmp_path, {f"{'a' * 100}{number}.py": "x\n" for number in range(100)})
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    listing = FileTree(Path(os.path.realpath(tmp_path))).list_files(1000, stopped)
    assert (asked, len(listing.files), listing.complete, listing.in_time) == (4, 3, False, False)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux shows itself as files")
@pytest.mark.parametrize("root", ["/proc", "/sys/kernel", "/dev"])
def test_what_shows_the_system_itself_is_not_walked(root):
    listing = FileTree(Path(root)).list_files(1000, lambda: False)
    assert listing.files == ()
    assert [one.reason for one in listing.left_out] == ["not on a disk: shows the system itself"]


@pytest.mark.parametrize(
    ("ignores", "sent"),
    [
        (b"secret/\n", ["limiter.md"]),
        (b"# a note\r\n\r\nsecret/*\r\n!secret/keep.md\r\n", ["limiter.md", "secret/keep.md"]),
        (b"\xef\xbb\xbfsecret/\n", ["limiter.md"]),
        (b"", ["limiter.md", "secret/keep.md", "secret/plan.md"]),
    ],
    ids=["folder", "kept", "byte order mark", "empty"],
)
def test_files_that_the_project_itself_names_are_never_sent(tmp_path, ignores, sent):
    text = "The limiter counts requests.\n"
    write(tmp_path, {"limiter.md": text, "secret/plan.md": f"{text}two\n", "secret/keep.md": f"{text}three {text}"})
    (tmp_path / ".orchignore").write_bytes(ignores)
    assert sorted(set(paths(retrieve(query(tmp_path, "limiter requests"))))) == sent
    result = retrieve(query(tmp_path, "limiter, see [the plan](secret/plan.md)"))
    assert ("secret/plan.md" in paths(result)) is ("secret/plan.md" in sent)


def test_a_project_brings_nothing_back_that_the_settings_exclude(tmp_path):
    write(
        tmp_path,
        {"limiter.md": "The limiter counts.\n", "plan.md": "The limiter plans.\n", ".orchignore": "!plan.md\n"},
    )
    assert paths(retrieve(query(tmp_path, "limiter, see [it](plan.md)", exclude=("plan.md",)))) == ["limiter.md"]


def _link(root, outside):
    (root / ".orchignore").symlink_to(outside)


@pytest.mark.parametrize(
    "place",
    [
        _link,
        lambda root, _: (root / ".orchignore").mkdir(),
        lambda root, _: (root / ".orchignore").write_bytes("plan.md\n".encode("utf-16")),
    ],
    ids=["link", "folder", "UTF-16"],
)
def test_with_an_ignore_file_that_cannot_be_read_nothing_is_sent(tmp_path, place):
    outside = tmp_path / "outside"
    outside.write_text("*\n")
    root = tmp_path / "root"
    write(root, {"limiter.md": "The limiter counts.\n"})
    place(root, outside)
    with pytest.raises(ContextError, match="orchignore") as caught:
        retrieve(query(root, "limiter"))
    assert caught.value.code is ErrorCode.INVALID_SETTINGS


def test_what_may_be_sent_holds_for_what_the_spec_names_and_ignore_files_are_never_sent(tmp_path):
    write(tmp_path, {
        "limiter.md": "The limiter counts.\n", "limiter.py": "LIMIT = 1\n", ".gitignore": "limiter counts\n",
        ".orchignore": "# limiter counts\n",
    })  # fmt: skip
    result = retrieve(query(tmp_path, "limiter counts, see @limiter.py and [own](.orchignore)", include=("*.md",)))
    assert paths(result) == ["limiter.md"]
    assert Exclusion("limiter.py", "not among `context.include`") in result.left_out
    sent = paths(retrieve(query(tmp_path, "limiter counts, see [own](.orchignore)")))
    assert sorted(sent) == ["limiter.md", "limiter.py"]


TWO = (
    "class One:\n    def take(self):\n        return 1\n\n\nclass Two:\n    def take(self):\n        return 2\n"
    + "\n\nX = 1\n" * 40
)


@pytest.mark.parametrize(
    ("frame", "sent", "not_sent"),
    [
        ('File "/srv/app/limit.py", line 8, in take', "return 2", "return 1"),
        ('File "/srv/app/limit.py", line 3, in take', "return 1", "return 2"),
        ('File "/srv/app/limit.py", line 900, in take', "return 2", None),
        ('File "/srv/app/limit.py", line 8, in nothing', "return 2", None),
    ],
    ids=["second", "first", "another version", "no such function"],
)
def test_a_call_in_a_trace_means_the_definition_that_holds_its_line(tmp_path, frame, sent, not_sent):
    write(tmp_path, {"app/limit.py": TWO, "other.md": "Nothing.\n"})
    result = retrieve(query(tmp_path, f"# Limit\n\n```\n{frame}\n```\n", brief="Zzz qqq."))
    text = "\n".join(item.text for item in result.items if item.path == "app/limit.py")
    assert sent in text
    assert not_sent is None or not_sent not in text


def test_no_number_of_own_patterns_pushes_out_what_the_settings_exclude(tmp_path):
    many = "".join(f"x{number}\n" for number in range(MAX_PATTERNS + 10))
    write(tmp_path, {"limiter.md": "The limiter counts.\n", "plan.md": "The limiter plans.\n", ".orchignore": many})
    assert paths(retrieve(query(tmp_path, "limiter, see [it](plan.md)", exclude=("plan.md",)))) == ["limiter.md"]
