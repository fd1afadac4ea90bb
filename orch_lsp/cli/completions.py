"""`orch-lsp completions SHELL`: the lines by which a shell completes commands, options and names."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from orch_lsp.cli.output import say, terminal_width, write_result

SHELLS = ("bash", "zsh", "fish")
PROGRAM, VARIABLE = "orch-lsp", "_ORCH_LSP_COMPLETE"
_WHERE = {
    "bash": "Put them into ~/.local/share/bash-completion/completions/orch-lsp (bash 4.4 or newer).",
    "zsh": "Put them into a file named _orch-lsp in a folder of your $fpath, before compinit.",
    "fish": "Put them into ~/.config/fish/completions/orch-lsp.fish.",
}


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completions(context: click.Context, shell: str) -> None:
    """Print the lines by which SHELL completes commands and options of orch-lsp."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"there are no completions for {shell}")
    # Not its own `source`: that of bash would start a bash to ask for its version.
    write_result(ShellComplete.source(kind(context.find_root().command, {}, PROGRAM, VARIABLE)))
    if terminal_width() is not None:
        # A shell that reads them at its start has no use for it.
        say(_WHERE[shell])
