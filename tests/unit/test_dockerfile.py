"""The image of the server for agents: what its file says of the program is true of the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

from orch_lsp.cli.main import cli

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "packaging" / "Dockerfile").read_text(encoding="utf-8")


def test_it_starts_the_server_for_agents_as_nobody_in_particular():
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", TEXT, re.MULTILINE)
    program, command, *options = json.loads(entry)
    assert program.endswith("/bin/orch-lsp")
    known = cli.get_command(None, command)
    assert known is not None
    assert options[0] in {option for one in known.params for option in one.opts}
    users = re.findall(r"^USER (\w+)$", TEXT, re.MULTILINE)
    assert users == ["orch"]
    assert TEXT.index("USER orch") < TEXT.index("ENTRYPOINT")


def test_it_is_made_of_the_wheel_alone():
    copied = re.findall(r"^(?:COPY|ADD) (\S+)", TEXT, re.MULTILINE)
    assert copied == ["orch_lsp-*-py3-none-any.whl"]
    assert "[mcp]" in TEXT
    assert re.search(r"^FROM python:3\.1[1-9]-slim$", TEXT, re.MULTILINE)
