"""The protocol's types as the server loads them are those that anybody else gets."""

from __future__ import annotations

import subprocess
import sys

_SHOW = """
import attrs
from lsprotocol import types

at = types.Position(1, 2)
lens = types.CodeLens(types.Range(at, at), types.Command("Write", "orch.write", arguments=[{"uri": "a"}]))
print(lens, [types.InitializeParams(types.ClientCapabilities())], lens == attrs.evolve(lens), at < types.Position(1, 3))
classes = {name: value for name, value in vars(types).items() if attrs.has(value)}
print({name: [field.name for field in attrs.fields(value)] for name, value in classes.items()})
"""


def _shown(first: str) -> str:
    return subprocess.run(
        [sys.executable, "-P", "-c", first + _SHOW], check=True, capture_output=True, text=True
    ).stdout


def test_types_that_the_server_loads_say_and_compare_as_those_of_the_package() -> None:
    ours = _shown("from orch_lsp.lsp.wire import types_at_start\ntypes_at_start.load_types()\n")
    assert "CodeLens(range=" in ours
    assert ours == _shown("")
