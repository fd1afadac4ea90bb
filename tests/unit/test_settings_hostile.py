"""A planted settings file costs work in proportion to its size, and is told in a bounded number of problems."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import pytest

from orch_lsp.settings.load import load_project, load_user, locate_key, parse_project, parse_user, read_editor
from orch_lsp.settings.locate import DEEPEST
from orch_lsp.settings.validate import MOST_PROBLEMS


def work(act: Callable[[], object]) -> int:
    """The bytecode instructions that `act` needs."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "".join(f"key{i} = 1\n" for i in range(n)),
        lambda n: "".join(f"[table{i}.a.b]\nc = 1\n" for i in range(n)),
        lambda n: "".join(f"lint.rule{i} = 5\n" for i in range(n)),
        lambda n: "[lint]\n" + "".join(f"rule{i} = true\n" for i in range(n)),
        lambda n: "".join(f"a{i}.b.c.d.e.f.g = 1\n" for i in range(n)),
        lambda n: "a." * n + "a = 1\n",
        lambda n: "a = " + "[" * n,
        lambda n: "a = {" + "a." * n + "a = 1}\n",
    ],
)
def test_four_times_as_much_is_at_most_about_four_times_the_work(make):
    parse_project("warm = 1\n")
    small, large = (work(partial(parse_project, make(n))) for n in (150, 600))
    assert large < 6 * small + 10_000


@pytest.mark.parametrize("parts", [DEEPEST + 5, 1_000, 50_000])
@pytest.mark.parametrize("join", [".", " . ", '"."'])
def test_a_key_of_many_parts_makes_the_file_unused(parts, join):
    quote = '"' if '"' in join else ""
    for text in (f"{quote}{join.join('a' * parts)}{quote} = 1\n", f"[{quote}{join.join('a' * parts)}{quote}]\n"):
        layer = parse_project(text)
        (problem,) = layer.problems
        assert layer.table is None
        assert "nested too deeply" in problem.message


@pytest.mark.parametrize("text", ["instructions = '" + "a.b " * 500 + "'\n", "model = 'm." + "x" * 400 + "'\n"])
def test_dots_in_a_text_are_no_parts_of_a_key(text):
    assert parse_project(text).problems == ()


def test_only_so_many_problems_are_told_and_the_last_says_how_many_more_there_are():
    layer = parse_project("model = 'm'\n" + "".join(f"key{i} = 1\n" for i in range(1_000)))
    assert len(layer.problems) == MOST_PROBLEMS
    assert layer.problems[-1].message.endswith(f"; {1_000 - MOST_PROBLEMS} more values here of no use")
    assert layer.table is not None
    assert layer.table.model == "m"


def test_a_table_that_is_only_a_part_of_others_is_located():
    text = "\n[providers.a.timeout]\nidle = 1\n\n[providers.b]\nmodel = 'm'\n"
    assert [locate_key(text, key) for key in ("providers", "providers.a", "providers.b.kind", "runs")] == [
        1,
        1,
        4,
        None,
    ]


@pytest.mark.parametrize(
    "value", ["0x" + "f" * 20_000, "9" * 5_000, "1e400", "-1e400", "nan", "inf", "1979-99-99", "9223372036854775808"]
)
@pytest.mark.parametrize("key", ["runs.keep_days", "runs.heartbeat", "temperature", "max_output_tokens", "nonsense"])
def test_a_number_out_of_all_range_is_a_problem(key, value):
    layer = parse_user(f"{key} = {value}\n")
    assert layer.problems
    assert all(len(problem.message) < 400 for problem in layer.problems)


def test_a_key_and_a_value_of_a_megabyte_are_told_in_short():
    for layer in (parse_user(f'"{"k" * 900_000}" = 1\n'), parse_user(f'apply = "{"v" * 900_000}"\n')):
        (problem,) = layer.problems
        assert len(problem.message) + len(problem.key) < 800


def test_settings_of_an_editor_that_are_nested_deeply_are_not_used():
    value: object = 1
    for _ in range(5_000):
        value = {"a": value}
    (problem,) = read_editor({"orch": value}).problems
    assert "nested too deeply" in problem.message


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
@pytest.mark.parametrize("kind", ["circle", "pipe", "folder", "device", "large"])
def test_what_is_no_file_of_settings_is_told_and_not_waited_for(tmp_path: Path, kind: str):
    folder = tmp_path / ".orch"
    folder.mkdir()
    path = folder / "config.toml"
    match kind:
        case "circle":
            path.symlink_to(path.name)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(b"#" * 3_000_000)
    for layer in (load_project(path), load_user(path)):
        (problem,) = layer.problems
        assert problem.message.startswith("not read: ")


@pytest.mark.parametrize(
    "text",
    [
        'model = "' + '\\"' * 100_000,
        '"' + '\\"' * 100_000 + " = 1",
        "model = '''" + "''x" * 60_000,
        '["' + '\\".' * 60_000,
    ],
    ids=["value", "key", "lines", "header"],
)
def test_a_string_that_is_never_closed_is_read_once(text: str) -> None:
    # Read anew from each of its quotes, it would run into the test's own time-out here.
    assert parse_project(text, Path("config.toml")).problems
