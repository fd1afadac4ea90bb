"""Functions, classes and sections as runs of whole lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.context.excerpts import Lines
from orch_lsp.context.parsed_units import parsed_units
from orch_lsp.context.unit import Unit
from orch_lsp.context.units import indented_units, units

PYTHON = """\
import os

LIMIT = 3


# Counts.
@cached
def count(a):
    return a


class Cache:
    size = 1

    def get(self):
        return 1

    async def put(self): ...


if os.name == "nt":

    def only_here(): ...
"""

TYPESCRIPT = """\
import { a } from "./a";

/** Counts. */
export async function count(a: number): Promise<number> {
  if (a) {
    return 1;
  }
}

export class Cache<T> extends Base {
  static make() {
    return 1;
  }
}

export const twice = (a: number) => {
  return a * 2;
};
"""

GO = """\
package a

// Count counts.
func (c *Cache) Count(a int) int {
\treturn a
}

type Cache struct {
\tsize int
}
"""

RUST = """\
pub struct Cache { size: u8 }

impl Cache {
    pub fn get(&self) -> u8 {
        self.size
    }
}
"""


def named(found: tuple[Unit, ...]) -> list[tuple[str, int, int]]:
    return [(unit.name, unit.first, unit.last) for unit in found if unit.name]


def test_python_is_read_by_its_own_parser() -> None:
    found = units("a.py", PYTHON)
    assert named(found) == [("count", 6, 9), ("Cache", 12, 18), ("only_here", 23, 23)]
    cache = next(unit for unit in found if unit.name == "Cache")
    assert named(cache.inner) == [("Cache.get", 15, 16), ("Cache.put", 18, 18)]
    assert [(unit.first, unit.last) for unit in found if not unit.name] == [(1, 3), (21, 21)]


def test_python_that_does_not_parse_is_read_by_its_indentation() -> None:
    found = units("a.py", PYTHON + "\nprint 'old'\n")
    assert {"count", "Cache"} <= {name for name, _, _ in named(found)}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.ts", TYPESCRIPT, [("count", 3, 8), ("Cache", 10, 14), ("twice", 16, 18)]),
        ("a.go", GO, [("Count", 3, 6), ("Cache", 8, 10)]),
        ("a.rs", RUST, [("Cache", 1, 1), ("Cache", 3, 7)]),
        ("a.rb", "class A\n  def b\n    1\n  end\nend\n", [("A", 1, 5)]),
        ("a.c", "static int count(int a)\n{\n    return a;\n}\n\nint x;\n", [("count", 1, 4)]),
    ],
)
def test_other_languages_are_read_by_what_begins_a_definition_and_how_far_it_is_indented(
    path: str, text: str, expected: list[tuple[str, int, int]]
) -> None:
    # A parser that is installed may name what is around it, too.
    assert [(name.rpartition(".")[2], first, last) for name, first, last in named(units(path, text))] == expected


JAVA = """\
public class Cache<T> {
  private int size = of(3);

  /** Gets. */
  @Override
  public <K> List<T> get(K key, int most) throws IOException {
    if (most > 1) {
      return all(key);
    }
    return null;
  }

  Cache(int size) {
    this.size = size;
  }
}
"""
JAVASCRIPT = """\
req.accepts = function(){
  return 1;
};

class Cache {
  #add(item) {
    if (item) {
      return 1;
    }
  }

  async get(key) {
    return key;
  }
}
"""
LONG_RUST = """\
impl Cache {
    pub fn get<T>(
        &self,
        of: T,
    ) -> u8
    where
        T: Into<u8>,
    {
        self.size
    }

    fn put(&self) {}
}
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("A.java", JAVA, [("Cache", 1, 16), ("Cache.get", 4, 11), ("Cache.Cache", 13, 15)]),
        ("a.js", JAVASCRIPT, [("req.accepts", 1, 3), ("Cache", 5, 15), ("Cache.#add", 6, 10), ("Cache.get", 12, 14)]),
        ("a.rs", LONG_RUST, [("Cache", 1, 13), ("Cache.get", 2, 10), ("Cache.put", 12, 12)]),
    ],
)
@pytest.mark.parametrize("is_parsed", [True, False])
def test_methods_are_found_with_a_parser_and_without(
    path: str, text: str, expected: list[tuple[str, int, int]], is_parsed: bool
) -> None:
    if is_parsed:
        pytest.importorskip("tree_sitter")
        pytest.importorskip("tree_sitter_java")
        found = parsed_units(path, text, text.split("\n"))
    else:
        found = indented_units(path, text.split("\n"))
    assert found is not None
    assert [one for unit in found for one in [*named((unit,)), *named(unit.inner)]] == expected


def test_a_parser_finds_definitions_however_they_are_written() -> None:
    pytest.importorskip("tree_sitter_typescript")
    text = "export class A { b() {\nreturn 1 } }\nit('does', async () => {\ncheck();\n});\n@X({\n})\nclass C {\n}\n"
    found = units("a.ts", text)
    assert named(found) == [("A", 1, 2), ("does", 3, 5), ("C", 6, 9)]
    assert units("a.ts", "(" * 50_000) is not None
    assert named(units("a.ts", "{" * 3_000 + "\n" + "class A {\n}\n"))[:1] in ([], [("A", 2, 3)])


def test_markdown_is_cut_into_sections() -> None:
    text = "Intro\n\n# A\n\none\n\n## B\n\n```\n# no heading\n```\n\n# C\n\ntwo\n"
    found = units("a.md", text)
    assert [(unit.name, unit.first, unit.last) for unit in found] == [("", 1, 1), ("A", 3, 12), ("C", 13, 15)]
    assert named(found[1].inner) == [("B", 7, 12)]


def test_titles_with_a_line_below_make_sections_too() -> None:
    text = "=====\nTitle\n=====\n\nText\n\nFirst\n=====\n\na\n\nInner\n-----\n\nb\n\nSecond\n======\n\nc\n"
    found = units("a.rst", text)
    assert named(found) == [("Title", 1, 20)]
    assert named(found[0].inner) == [("First", 7, 16), ("Second", 17, 20)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_count_as_in_an_editor(end: str) -> None:
    assert named(units("a.py", PYTHON.replace("\n", end))) == named(units("a.py", PYTHON))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["a.py", "a.ts", "a.md", "a.rst", "a", "a.go", "a.java", "a.rs", "a.js"]),
    st.lists(
        st.sampled_from(
            [
                "def a():",
                "class B:",
                "  def c(self):",
                "    x",
                "}",
                "# T",
                "===",
                "T",
                "",
                "void f() {",
                "fn a() {}",
                "a.b = function () {",
                "\x0c",
                "\r",
                "é{",
            ]
        )
    ).map("\n".join),
)
def test_units_of_any_text_stand_in_order_without_overlap(path: str, text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1

    def check(found: tuple[Unit, ...], first: int, last: int) -> None:
        at = first
        for unit in found:
            assert at <= unit.first <= unit.last <= last
            at = unit.last + 1
            check(unit.inner, unit.first, unit.last)

    check(units(path, text), 1, lines)


@given(st.text("ab# \n\r=-`{}:") | st.text(), st.sampled_from(("a.md", "a.py", "a.rst", "a.go", "a.js")))
def test_no_unit_goes_beyond_the_lines_that_can_be_quoted(text, path):
    count = len(Lines(text))
    waiting = list(units(path, text))
    while waiting:
        unit = waiting.pop()
        assert 1 <= unit.first <= unit.last <= count
        waiting += unit.inner
