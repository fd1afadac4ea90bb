"""How an extra gets into the installation that runs, whatever put it there; its packages alone, from any index."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

_OF_EXTRA = re.compile(r"""^([^;]+?)\s*;.*\bextra\s*==\s*["']([\w-]+)["']""")


def how_to_add(extra: str) -> str:
    """The command that adds it, for a terminal."""
    return command(extra, Path(sys.prefix), sys.executable)


def command(extra: str, prefix: Path, python: str) -> str:
    """The command for an environment.

    Args:
        extra: The name of the extra.
        prefix: The folder of the environment; pipx and uv leave a file there by which they know their own.
        python: Its interpreter.
    """
    packages = shlex.join(_packages(extra))
    if packages and (prefix / "pipx_metadata.json").is_file():
        return f"pipx inject {prefix.name} {packages}"
    if packages and (prefix / "uv-receipt.toml").is_file():
        return f"uv pip install --python {shlex.quote(python)} {packages}"
    return f'{shlex.quote(python)} -m pip install "orch-lsp[{extra}]"'


def _packages(extra: str) -> list[str]:
    try:
        stated = requires("orch-lsp") or []
    except PackageNotFoundError:
        return []
    found = (_OF_EXTRA.match(line) for line in stated)
    return [one[1] for one in found if one is not None and one[2] == extra]
