"""The protocol's types as the server loads them are those that anybody else gets."""

from __future__ import annotations

import subprocess
import sys

_SHOW = """
import copy, pickle
import attrs
from lsprotocol import types
from pygls.protocol import default_converter

default_converter()  # resolves the names of types
at = types.Position(1, 2)
lens = types.CodeLens(types.Range(at, at), types.Command("Write", "orch.write", arguments=[{"uri": "a"}]))
print(lens, [types.InitializeParams(types.ClientCapabilities())], lens == attrs.evolve(lens), at < types.Position(1, 3))
print(copy.deepcopy(lens) == lens, pickle.loads(pickle.dumps(lens)) == lens, types.Range(at, at) != at)
for wrong in (lambda: types.Position("a", 1), lambda: setattr(at, "line", -1), lambda: setattr(at, "column", 1),
              lambda: types.Position(), lambda: types.Position(1, 2, 3), lambda: types.CodeLens(rang=1),
              lambda: hash(at), lambda: hash(lens), lambda: types.Position.absent):
    try:
        print(wrong() is not None)
    except (AttributeError, TypeError, ValueError) as error:
        print(type(error).__name__, error)
match at:
    case types.Position(line, character):
        print(line, character)
classes = {name: value for name, value in vars(types).items() if attrs.has(value)}
for name, value in classes.items():
    print(name, value.__match_args__, value.__slots__, value.__module__, value.__qualname__, value.__doc__)
    for field in attrs.fields(value):
        checked = getattr(field.validator, "__name__", repr(field.validator)).partition(" at 0x")[0]
        print(field.name, field.type, field.default, checked, field.converter, field.kw_only, field.init, field.eq)
"""
_CONVERT = """
import json
from pygls.protocol import default_converter
from lsprotocol import types

converter = default_converter()
asked = converter.structure({"processId": None, "rootUri": None, "capabilities": {"textDocument": {"hover": {}}}},
                            types.InitializeParams)
print(json.dumps(converter.unstructure(asked)), asked)
"""


def _shown(first: str) -> str:
    return subprocess.run([sys.executable, "-P", "-c", first], check=True, capture_output=True, text=True).stdout


_OURS = "from orch_lsp.lsp.wire import types_at_start\ntypes_at_start.load_types()\n"


def test_types_that_the_server_loads_say_and_compare_as_those_of_the_package() -> None:
    ours = _shown(_OURS + _SHOW)
    assert "CodeLens(range=" in ours
    assert ours == _shown(_SHOW)


def test_types_that_the_server_loads_are_read_and_written_as_those_of_the_package() -> None:
    ours = _shown(_OURS + _CONVERT)
    assert '"hover"' in ours
    assert ours == _shown(_CONVERT)


def test_a_type_that_several_threads_use_first_at_once_is_made_once() -> None:
    told = _shown(
        _OURS
        + """
import threading
from lsprotocol import types

together = threading.Barrier(8)
made = []

def use():
    together.wait()
    made.append(types.Range(types.Position(1, 2), types.Position(3, 4)))

threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(made), all(one == made[0] for one in made))
"""
    )
    assert told == "8 True\n"
