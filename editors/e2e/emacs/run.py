"""Runs the Emacs scenarios: the server with Eglot, set up by the very lines that `docs/editors.md` gives."""

from __future__ import annotations

import argparse
import re
import sys
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from scenarios import World, run_scenario, summarise  # noqa: E402 -- the folder above is no package

DOCS = HERE.parent.parent.parent / "docs" / "editors.md"
ELISP = re.compile(r"^```elisp\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def write_configuration(world: World) -> None:
    """Take the configuration out of the documentation."""
    blocks: list[str] = ELISP.findall(DOCS.read_text(encoding="utf-8"))
    if not blocks:
        raise RuntimeError(f"{DOCS} has no configuration for Emacs")
    (world.folder / "home" / "configuration.el").write_text("\n".join(blocks), encoding="utf-8")


def main() -> int:
    """Run the scenarios whose name contains one of the words, or all."""
    parser = argparse.ArgumentParser(description="Emacs end-to-end scenarios.")
    parser.add_argument("--emacs", type=Path, required=True)
    parser.add_argument("--server", type=Path, required=True, help="the program orch-lsp")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    library = HERE / "library.el"
    run = partial(run_scenario, server=arguments.server.absolute(), library=library, prepare=write_configuration)
    verdicts: list[bool] = []
    for script in sorted((HERE / "scenarios").glob("*.el")):
        name = f"emacs: {script.stem.replace('_', ' ')}"
        if not arguments.words or any(word in name for word in arguments.words):
            # -Q would hide Debian's packages.
            verdicts.append(run(name, [str(arguments.emacs), "-q", "--batch", "-l", str(library), "-l", str(script)]))
    return summarise(verdicts)


if __name__ == "__main__":
    sys.exit(main())
