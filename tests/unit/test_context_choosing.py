"""Which files are chosen for a brief, and which lines of them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from orch_lsp.context.assembly import cost
from orch_lsp.context.choosing import name_match, title_terms
from orch_lsp.context.duplicates import SentLines
from orch_lsp.context.filesystem import FilesystemSource
from orch_lsp.context.item import ContextQuery, ContextResult
from orch_lsp.context.mentions import find_mentions
from orch_lsp.context.references import Tails, dotted_names, referred, symbols
from orch_lsp.context.resolution import MOST_SYMBOLS, Place, Resolver
from orch_lsp.context.tree import FileTree

BRIEF = "# Retry after\n\nThe retry middleware should wait as long as the header Retry-After of the response says.\n"


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def retrieve(root: Path, text: str, budget: int = 4000, spec: str = "specs/a.spec.md") -> ContextResult:
    return asyncio.run(FilesystemSource().retrieve(ContextQuery(root, root / spec, text, text, budget)))


def paths(result: ContextResult, role: str = "") -> list[str]:
    return list(dict.fromkeys(item.path for item in result.items if role in {"", item.role}))


def function(name: str, words: str, lines: int = 6) -> str:
    return f"def {name}():\n" + "".join(f"    {words} = {n}\n" for n in range(lines)) + "\n\n"


def test_each_role_has_a_share_and_a_changelog_comes_last(tmp_path: Path) -> None:
    much = "".join(f"- retry middleware waits for the header of the response, {n}\n" for n in range(400))
    write(
        tmp_path,
        {
            "CHANGELOG.md": much,
            "docs/retry.md": f"# Retry\n\n{much}",
            "app/middleware/retry.py": "".join(function(f"retry_{n}", "wait_response_header") for n in range(20)),
            "tests/test_retry.py": "".join(function(f"test_retry_{n}", "response_header") for n in range(20)),
        },
    )
    result = retrieve(tmp_path, BRIEF)
    tokens = {role: sum(cost(item) for item in result.items if item.role == role) for role in ("code", "tests", "docs")}
    assert tokens["code"] > tokens["tests"] > 0
    assert tokens["docs"] > 0
    assert paths(result, "changelog") == []


def test_a_table_of_settings_comes_after_what_is_done_with_them(tmp_path: Path) -> None:
    settings = "".join(f"RETRY_MIDDLEWARE_WAIT_{n} = 'retry header response'\n" for n in range(60))
    write(tmp_path, {"app/settings.py": settings, "app/retry.py": function("retry", "response_header")})
    result = retrieve(tmp_path, BRIEF)
    assert paths(result)[0] == "app/retry.py"
    assert {item.role for item in result.items if item.path == "app/settings.py"} <= {"config"}


def test_a_file_that_is_named_like_the_title_comes_before_those_that_hold_more_of_a_long_brief(tmp_path: Path) -> None:
    words = ["engine", "setting", "signal", "request", "response", "download", "header", "memory", "limit"]
    hub = "".join(function(f"crawl_{word}", f"{word}_value") for word in words)
    files = {f"app/{word}s.py": function("other", f"{word}_value") for word in words}
    files |= {"app/crawler.py": hub, "app/robotstxt.py": function("rules", "robots_txt")}
    write(tmp_path, files)
    brief = (
        f"# Robots.txt cache expiry\n\nThe file is fetched again by the crawler. It keeps the {', the '.join(words)}.\n"
    )
    result = retrieve(tmp_path, brief, 3000)
    scores = {item.path: item.score or 0 for item in result.items}
    assert max(scores, key=lambda path: scores[path]) == "app/robotstxt.py"


def test_the_title_is_the_first_heading_of_the_highest_level() -> None:
    assert title_terms("Words\n\n## Goals\n\n# Rate limiter\n\n# Other\n") == {"rate", "limiter"}
    assert title_terms("only words") == frozenset()
    assert title_terms("# Requirements Document\n\n## Introduction\n") == frozenset()
    assert title_terms("# Feature Specification: Rate limiter\n") == {"rate", "limiter"}


def test_neither_single_lines_nor_files_that_hold_any_word_fill_what_is_left(tmp_path: Path) -> None:
    changes = "\n".join(f"- The retry middleware was changed, {n}." for n in range(200))
    crumbs = "\n".join(f"{'x' * n} = 1" for n in range(1, 60)) + "\n\nresponse = wait\n\n"
    code = "".join(function(f"retry_middleware_{n}", "response_header_wait") for n in range(5))
    write(
        tmp_path,
        {
            "app/retry.py": code,
            "CHANGELOG.md": changes,
            "docs/conf.py": f"{crumbs}# The header\nextensions = []\nversion = 1\n",
            "app/other.py": f"{crumbs}def other():\n    return 2\n",
        },
    )
    result = retrieve(tmp_path, BRIEF, 2000)
    assert paths(result) == ["app/retry.py"]


def test_the_code_to_which_the_best_tests_refer_is_chosen_though_it_has_other_words(tmp_path: Path) -> None:
    others = {f"app/m{n}.py": function("other", "response_header_wait") for n in range(12)}
    write(
        tmp_path,
        others
        | {
            "app/again.py": function("once_more", "x", 3),
            "tests/test_retry.py": "from app.again import once_more\n\n\n" + function("test_retry_after", "retry_wait"),
        },
    )
    assert "app/again.py" in paths(retrieve(tmp_path, BRIEF))


def test_a_file_whose_name_is_made_of_the_words_of_the_brief_is_preferred() -> None:
    weights = {"feed": 3.0, "export": 2.0}
    assert name_match("a/feedexport.py", weights, 100) == name_match("a/feed.py", weights, 100) > 0
    assert name_match("a/feed_store.py", weights, 100) < name_match("a/feed.py", weights, 100)
    assert name_match("feeds/__init__.py", {"feed": 3.0}, 100) == 3.0
    assert name_match("a/other.py", weights, 100) == 0


def test_in_a_small_workspace_a_word_of_one_file_drops_none_that_hold_the_others(tmp_path: Path) -> None:
    # All are about the brief, and one that is not holds a word besides.
    write(tmp_path, {f"app/m{n}.py": function(f"wait_{n}", f"retry_middleware_{n}") for n in range(15)})
    write(tmp_path, {"notes.json": '{"response": "the header of the retry middleware", "after": 1}'})
    assert len(paths(retrieve(tmp_path, BRIEF), "code")) > 5


def test_of_a_long_file_whole_functions_are_sent(tmp_path: Path) -> None:
    text = "".join(function(f"other_{n}", "nothing", 20) for n in range(30))
    text += function("retry_after", "response_header", 20) + function("last", "nothing", 20)
    write(tmp_path, {"app/client.py": text})
    (item,) = [item for item in retrieve(tmp_path, BRIEF, 2000).items if item.path == "app/client.py"]
    assert item.symbol == "retry_after"
    assert item.text.startswith("def retry_after():")
    assert item.text.rstrip().endswith("response_header = 19")


def test_a_function_that_is_called_in_one_that_was_taken_comes_before_others(tmp_path: Path) -> None:
    names = [*"abcdefghijkl", "parse", "zzz"]
    text = (
        "".join(function(name, "header", 25) for name in names)
        + "def retry_middleware(wait):\n    return parse(wait)\n"
    )
    write(tmp_path, {"app/client.py": text})
    sent = "\n".join(item.text for item in retrieve(tmp_path, BRIEF, 600).items)
    assert "def retry_middleware" in sent
    assert "def parse" in sent
    assert "def zzz" not in sent


def test_nearly_the_same_is_sent_once_and_said_to_be(tmp_path: Path) -> None:
    text = "".join(f"retry middleware waits for the header of the response {n}\n" for n in range(20))
    write(tmp_path, {"app/one.py": text, "app/two.py": text + "and one more line of it\n"})
    result = retrieve(tmp_path, BRIEF)
    assert len(paths(result)) == 1
    assert [one.reason for one in result.left_out] == [f"nearly the same as {paths(result)[0]}"]


def test_short_texts_are_no_copies_of_each_other() -> None:
    sent = SentLines()
    sent.add("a.py", "the first line of it\nthe second line of it\n")
    assert sent.twin("b.py", "the first line of it\nthe second line of it\n") is None


@pytest.mark.parametrize("text", ["# XML\n", "# Better retry\n"])
def test_a_brief_of_two_words_is_sent_little(tmp_path: Path, text: str) -> None:
    write(tmp_path, {f"app/m{n}.py": function("retry", "better_retry_xml", 40) for n in range(40)})
    write(tmp_path, {"CHANGELOG.md": "better retry xml\n" * 200, "data/x.csv": "better,retry,xml\n" * 200})
    result = retrieve(tmp_path, text, 8000)
    assert 0 < sum(len(item.text) for item in result.items) < 6_000
    assert paths(result, "changelog") == paths(result, "data") == []


def test_a_brief_in_german_finds_english_code_by_the_names_in_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app/storages.py": "".join(
                f"class {name}FeedStorage:\n    def store(self):\n        return upload()\n\n\n"
                for name in ("S3", "GCS", "Ftp")
            ),
            **{f"app/m{n}.py": function("other", "spider") for n in range(15)},
        },
    )
    text = "# Feed-Export\n\nEs soll mit S3 und GCS gehen. Bestehende Konfigurationen (`FEEDS`) bleiben.\n"
    result = retrieve(tmp_path, text)
    assert paths(result)[0] == "app/storages.py"


def test_a_finished_neighbour_is_shown_as_an_example(tmp_path: Path) -> None:
    finished = "# Login\n\nText\n\n## Goal\n\na\n\n## Tasks\n\nb\n\n## Risks\n\nc\n"
    write(
        tmp_path,
        {
            "specs/b.spec.md": finished,
            "specs/c.spec.md": finished.replace("b\n", "TODO\n"),
            "specs/d.spec.md": "# Short\n\n## Goal\n\na\n",
            "specs/e.spec.md": "Nothing but words.\n",
            "specs/f.spec.md": "",
            "specs/notes.md": finished,
        },
    )
    found = [item for item in retrieve(tmp_path, BRIEF).items if item.source == "example"]
    assert [(item.path, item.lines, item.text) for item in found] == [("specs/b.spec.md", None, finished)]


def test_the_document_of_the_same_name_in_a_folder_beside_is_a_neighbour(tmp_path: Path) -> None:
    finished = "# Login\n\nText\n\n## Goal\n\na\n\n## Tasks\n\nb\n\n## Risks\n\nc\n"
    write(tmp_path, {"specs/001-a/spec.md": finished, "specs/001-a/plan.md": finished, "other/002/spec.md": finished})
    found = [
        item.path for item in retrieve(tmp_path, BRIEF, spec="specs/002-b/spec.md").items if item.source == "example"
    ]
    assert found == ["specs/001-a/spec.md"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("app/x.py", "from app.core.retry import Retry\n", {"app/core/retry.py"}),
        ("app/core/x.py", "from .retry import Retry\n", {"app/core/retry.py"}),
        ("app/core/x.py", "from . import retry\n", {"app/core/retry.py"}),
        ("app/core/x.py", "from ..util import a\n", {"app/util/__init__.py"}),
        ("docs/x.rst", "See :class:`~app.core.retry.Retry`.\n", {"app/core/retry.py"}),
        ("web/x.ts", 'import { a } from "./lib/button";\n', {"web/lib/button.tsx"}),
        ("src/x.rs", "use crate::net::client::Client;\n", {"src/net/client.rs"}),
        ("app/x.py", "import os\nx = a.b.c\n", set()),
        ("app/core/retry.py", "import app.core.retry\n", set()),
    ],
)
def test_imports_and_dotted_names_lead_to_files(path: str, text: str, expected: set[str]) -> None:
    tails = Tails(["app/core/retry.py", "app/util/__init__.py", "web/lib/button.tsx", "src/net/client.rs"])
    assert set(referred(path, text, tails)) == expected


def test_of_two_files_that_end_alike_none_is_guessed() -> None:
    assert Tails(["a/x/retry.py", "b/x/retry.py"]).find(("x", "retry")) is None
    assert Tails(["x/retry.py", "b/x/retry.py"]).find(("x", "retry")) == "x/retry.py"
    assert dotted_names("a.py", "x.y\n" * 3)[("x", "y")] == 3


def test_symbols_are_read_in_linear_time() -> None:
    # A name that goes on with an underline was divided in each way in which it can be.
    assert symbols(f"Ab{'X' * 60}_y AbcDef call(x) plain_name") == {"AbcDef": 1, "call": 1}


def test_of_very_many_symbols_and_definitions_only_so_many_are_looked_at(tmp_path: Path) -> None:
    names = [f"RetryThing{chr(97 + n % 26)}{n}" for n in range(2_000)]
    text = "".join(f"class {name}:\n    retry = 1\n\n\n" for name in names)
    write(tmp_path, {"app/many.py": text, "app/other.py": text.replace("Retry", "Again")})
    asked: list[str] = []

    def defining(symbol: str) -> list[str]:
        asked.append(symbol)
        return []

    root = Path(os.path.realpath(tmp_path))
    resolver = Resolver(root, "", FileTree(root), ["app/many.py"], defining)
    for mention in find_mentions(" ".join(names)):
        resolver.resolve(mention)
        resolver.resolve(mention)
    assert len(asked) == len(set(asked)) == MOST_SYMBOLS
    assert retrieve(tmp_path, BRIEF + " ".join(names)).items


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("`settings.py`", "app/conf/settings.py"),
        ("settings.py", "app/conf/settings.py"),
        ("@settings.py", "app/conf/settings.py"),
        ("`conf/settings.py`", "app/conf/settings.py"),
        ("core/client.py:1-2", "app/core/client.py"),
        ("`client.py`", None),
        ("`ore/client.py`", None),
        ("[x](core/client.py)", None),
        ("@core/client.py", None),
    ],
)
def test_a_name_means_the_one_file_that_has_it_or_the_end_of_its_path(
    tmp_path: Path, named: str, path: str | None
) -> None:
    files = ["app/conf/settings.py", "tests/settings.py", "app/core/client.py", "app/client.py"]
    write(tmp_path, dict.fromkeys(files, "x = 1\n"))
    resolver = Resolver(Path(os.path.realpath(tmp_path)), "specs", FileTree(tmp_path), files)
    (mention,) = find_mentions(named)
    found = resolver.resolve(mention)
    assert (found[0].path if isinstance(found, tuple) else None) == path


def test_a_call_of_another_machine_leads_to_the_file_whose_path_ends_alike(tmp_path: Path) -> None:
    files = ["app/core/client.py", "app/client.py", "other/api.py"]
    write(tmp_path, dict.fromkeys(files, "x = 1\n"))
    root = Path(os.path.realpath(tmp_path))
    resolver = Resolver(root, "specs", FileTree(root), files)

    def meant(path: str) -> object:
        (mention,) = find_mentions(f'```\n  File "{path}", line 3, in take\n```\n')
        return resolver.resolve(mention)

    assert meant("/srv/lib/python3/site-packages/app/client.py") == (Place("app/client.py", (3, 3), "take"),)
    assert meant("/srv/lib/python3/site-packages/app/core/client.py") == (Place("app/core/client.py", (3, 3), "take"),)
    assert meant("/srv/lib/python3/site-packages/requests/api.py") is None
    assert meant("other/api.py") == (Place("other/api.py", (3, 3), "take"),)
    assert meant("/usr/lib/python3/asyncio/tasks.py") is None


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, " " * 200_000, "from " * 50_000, "from ." + "." * 100_000, "a" * 200_000]
)
def test_imports_are_read_in_linear_time(text: str) -> None:
    # Of blank lines each was tried as the beginning of all that follow.
    assert sum(dotted_names("a.py", text).values()) == 0
