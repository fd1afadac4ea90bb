"""Which files a spec names, and how it says so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.context.mentions import MAX_MENTIONS, Mention, find_mentions, mention_at, mentions_in
from orch_lsp.markdown.reader import read


def _paths(text: str) -> list[str]:
    return [mention.path for mention in find_mentions(text)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("See [the limiter](src/limit.py).", "src/limit.py"),
        ("See [the limiter](<src/my limit.py>).", "src/my limit.py"),
        ("See [the limiter](src/my%20limit.py).", "src/my limit.py"),
        ("See [the limiter][1].\n\n# Links\n\n[1]: src/limit.py\n", "src/limit.py"),
        ("![plan](img/plan.png)", "img/plan.png"),
        ("Change `src/limit.py` first.", "src/limit.py"),
        ("- [ ] change src/limit.py,", "src/limit.py"),
        ("| file |\n|---|\n|src/limit.py|\n", "src/limit.py"),
        ("> **src/limit.py:**", "src/limit.py"),
        ("## src/limit.py", "src/limit.py"),
        (r"my\_limit.py", "my_limit.py"),
        ("Prüfe «src/größe.py»!", "src/größe.py"),
    ],
)
def test_a_file_is_found_however_it_is_named(text: str, path: str) -> None:
    assert path in _paths(text)


@pytest.mark.parametrize(
    "text",
    [
        "[web](https://example.org/a.py)",
        "[here](#goal)",
        "<https://example.org/a.py>",
        "```\nsrc/limit.py\n```",
        "    src/limit.py",
        "<!-- src/limit.py -->",
        "a word and no file",
        "[web](https://example.org) [`limit.py`](https://example.org/x)",
    ],
)
def test_what_is_no_file_here_is_no_mention(text: str) -> None:
    assert _paths(text) == []


def test_mentions_come_in_the_order_of_the_text_each_once() -> None:
    text = "a.py then `b.py` then [c](c.py) then d.py then a.py\n\n# Next\n\n`e.py` b.py"
    assert _paths(text) == ["a.py", "b.py", "c.py", "d.py", "e.py"]


def test_lines_are_read_from_fragments_and_colons() -> None:
    text = "[a](a.py#L10-L20) `b.py:7` c.py:3-5"
    assert find_mentions(text) == [
        Mention("a.py#L10-L20", "a.py", (10, 20), explicit=True),
        Mention("b.py:7", "b.py", (7, 7), explicit=False),
        Mention("c.py:3-5", "c.py", (3, 5), explicit=False),
    ]


def test_their_number_is_bounded() -> None:
    assert len(find_mentions("".join(f"f{n}.py " for n in range(MAX_MENTIONS + 50)))) == MAX_MENTIONS


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab./`[]()<>!#|*-\\ \n:é\ud800", max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    assert all(mention.path or mention.symbol for mention in find_mentions(text))


@pytest.mark.parametrize(
    ("text", "path", "symbol", "form"),
    [
        ("See @src/limit.py#L10-L40.", "src/limit.py", "", "at"),
        ("(@RateLimiter)", "", "RateLimiter", "at"),
        ("ask @bob", "", "bob", "at"),
        ("Call `take()` twice", "", "take", "code"),
        ("`app.limit.RateLimiter`", "app.limit.RateLimiter", "app.limit.RateLimiter", "code"),
        ('`POLICY = "app.limit.Policy"`', "app.limit.Policy", "app.limit.Policy", "code"),
        ("the RateLimiter and RATE_LIMIT", "", "RateLimiter", "word"),
        ("the RATE_LIMIT", "", "RATE_LIMIT", "word"),
    ],
)
def test_symbols_and_ats_are_mentions(text: str, path: str, symbol: str, form: str) -> None:
    first = find_mentions(text)[0]
    assert (first.path, first.symbol, first.form) == (path, symbol, form)
    assert first.written.removesuffix("()") in text[first.span.start : first.span.end]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("詳細は@src/limit.py#L10-L40を参照。", ["@src/limit.py#L10-L40"]),
        ("参照：@src/a.py、「@b.py」と@限流/資料.mdを", ["@src/a.py", "@b.py", "@限流/資料.md"]),
        ("请看@文档/限流.md的算法", ["@文档/限流.md"]),
        ("改@RateLimiter吧，还有RATE_LIMIT和retry.py的", ["@RateLimiter", "RATE_LIMIT", "retry.py"]),
        ("문서@docs/a.md를 보라", ["@docs/a.md"]),
        ("bob@例え/x.py", ["bob@例え/x.py"]),
    ],
)
def test_a_mention_may_stand_beside_letters_of_a_script_without_spaces(text: str, written: list[str]) -> None:
    found = find_mentions(text)
    assert [mention.written for mention in found] == written
    assert [text[mention.span.start : mention.span.end] for mention in found] == written


@pytest.mark.parametrize(
    ("text", "explicit"),
    [
        ("[a](a.py)", True),
        ("@a.py", True),
        ("@docs/x.md#L3", True),
        ("@RateLimiter", True),
        ("@bob", False),
        ("@angular/core", False),
        ("@pytest.fixture", False),
        ("`a.py`", False),
        ("a.py", False),
    ],
)
def test_a_link_and_an_at_with_the_name_of_a_file_are_meant(text: str, explicit: bool) -> None:
    assert [mention.explicit for mention in find_mentions(text)] == [explicit]


@pytest.mark.parametrize(
    ("trace", "path", "line", "name"),
    [
        ('  File "/srv/lib/site-packages/app/x.py", line 12, in take', "/srv/lib/site-packages/app/x.py", 12, "take"),
        ('  File "app/x.py", line 12, in <module>', "app/x.py", 12, ""),
        ("    at Limiter.take (/srv/app/x.js:12:5)", "/srv/app/x.js", 12, "take"),
        ("    at async take (file.ts:12:5)", "file.ts", 12, "take"),
        ("    at /srv/app/x.js:12:5", "/srv/app/x.js", 12, ""),
        ("\tat org.app.Limiter.take(Limiter.java:12)", "Limiter.java", 12, "take"),
        ("  at App.Limiter.Take(Int32 n) in C:\\app\\x.cs:line 12", "C:/app/x.cs", 12, "Take"),
        ("\t/srv/app/x.go:12 +0x1d", "/srv/app/x.go", 12, ""),
        ("app/x.rb:12:in 'take'", "app/x.rb", 12, "take"),
        ("             at ./src/x.rs:12:5", "./src/x.rs", 12, ""),
    ],
)
@pytest.mark.parametrize("around", ["```\n{}\n```\n", "```text\nError\n{}\nError\n```\n"])
def test_calls_of_traces_are_mentions_also_in_code(trace: str, path: str, line: int, name: str, around: str) -> None:
    text = around.format(trace)
    (mention,) = [one for one in find_mentions(text) if one.form == "frame"]
    assert (mention.path, mention.lines, mention.symbol) == (path, (line, line), name)
    assert text[mention.span.start : mention.span.end].strip() == mention.written


def test_the_mention_at_a_place_is_found_in_any_part_of_a_document() -> None:
    text = "# A\n\nSee a.py and `b.py`.\n\n# B\n\n[c](c.py) RateLimiter\n"
    tree = read(text)
    for written, path, symbol in (
        ("a.py", "a.py", ""),
        ("b.py", "b.py", ""),
        ("c.py", "c.py", ""),
        ("Rate", "", "RateLimiter"),
    ):
        mention = mention_at(tree, text.index(written) + 1)
        assert mention is not None
        assert (mention.path, mention.symbol) == (path, symbol)
        assert mention in mentions_in(tree)
    assert mention_at(tree, text.index("See")) is None


@pytest.mark.parametrize(
    "piece",
    ["a.b" * 20, "@", "A1_", "at (", 'File "', "x" * 50 + "/", "Aa", "`a(b` ", "::", "a:1:in ", "文@a/", "文a.", "@文"],
)
def test_long_texts_take_time_in_proportion_to_their_length(piece: str) -> None:
    def seconds(times: int) -> float:
        start = time.process_time()
        find_mentions(piece * times)
        find_mentions(f"```\n{piece * times}\n```\n")
        return time.process_time() - start

    seconds(100)
    short, long = seconds(2_000), seconds(16_000)
    assert long < 40 * max(short, 0.01)


def test_long_runs_of_words_that_name_nothing_are_passed_over_and_names_between_them_found():
    dull = "The limiter counts (every) request: of a client's window; Load. And so on... "
    text = f"{dull * 3}src/a.py {dull}see FooBar, B4ck. {dull}and|CODE_NAME|. {dull}größe.py at end."
    assert [mention.written for mention in find_mentions(text)] == ["src/a.py", "FooBar", "CODE_NAME", "größe.py"]


def test_words_that_name_nothing_are_read_in_linear_time():
    for piece in ("a ", "a.", "A", "Aa", ". ", "a|", "x"):
        find_mentions(piece * 200_000)
