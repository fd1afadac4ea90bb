"""Runs the Neovim scenarios: `plain.lua` and `specs.lua` with the server alone, `plugin/` with the plugin, installed."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from functools import partial
from itertools import product
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from scenarios import World, run_scenario, summarise  # noqa: E402 -- the folder above is no package

TOP = HERE.parent.parent.parent
DOCS = TOP / "docs" / "editors.md"
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIBRARY = HERE / "library.lua"


def install_plugin(world: World, nvim: Path) -> None:
    """Install the plugin by the very lines that the documentation gives."""
    text = DOCS.read_text(encoding="utf-8")
    _, _, after = text.partition("### With the plugin")
    block = SHELL.search(after)
    if block is None:
        raise RuntimeError(f"{DOCS} does not say how the plugin is installed")
    lines = block[1].replace("~/.local/share", '"$XDG_DATA_HOME"')
    environment = world.environment | {"PATH": f"{nvim.absolute().parent}{os.pathsep}{world.environment['PATH']}"}
    subprocess.run(["sh", "-euc", lines], cwd=TOP, env=environment, check=True, capture_output=True)


def nothing(world: World) -> None:
    """The server alone: there is nothing to install."""


def main() -> int:
    """Run the scenarios whose name contains one of the words, or all."""
    parser = argparse.ArgumentParser(description="Neovim end-to-end scenarios.")
    parser.add_argument("--nvim", type=Path, required=True, help="Neovim 0.11")
    parser.add_argument("--old-nvim", type=Path, help="Neovim 0.7, for the server without the plugin")
    parser.add_argument("--server", type=Path, required=True, help="the program orch-lsp")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()

    def wanted(name: str) -> bool:
        return not arguments.words or any(word in name for word in arguments.words)

    run = partial(run_scenario, server=arguments.server.absolute(), library=LIBRARY)
    verdicts: list[bool] = []
    alone = {"the server without a plugin": HERE / "plain.lua", "a spec of a known format": HERE / "specs.lua"}
    editors = {"neovim 0.11": arguments.nvim} | ({"neovim 0.7": arguments.old_nvim} if arguments.old_nvim else {})
    for (editor, nvim), (title, script) in product(editors.items(), alone.items()):
        name = f"{editor}: {title}"
        if wanted(name):
            command = [str(nvim.absolute()), "--headless", "--clean", "-c", f"luafile {script}"]
            verdicts.append(run(name, command, prepare=nothing))
    for script in sorted((HERE / "plugin").glob("*.lua")):
        name = f"neovim plugin: {script.stem.replace('_', ' ')}"
        if wanted(name):
            command = [str(arguments.nvim.absolute()), "--headless", "-c", f"luafile {script}"]
            verdicts.append(run(name, command, prepare=partial(install_plugin, nvim=arguments.nvim)))
    return summarise(verdicts)


if __name__ == "__main__":
    sys.exit(main())
