"""Options that several commands have alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp.providers import presets
else:
    presets = late("orch_lsp.providers.presets")


def provider_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The built-in names that begin so, for completion in a shell."""
    return [name for name in presets.PRESETS if name.startswith(begun)]


def chosen_form(form: str | None, *, as_json: bool) -> str:
    """The form of an output: `--json` is `--format json`, and without either it is `text`.

    Raises:
        click.UsageError: The two options contradict each other.
    """
    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} exclude one another")
    return "json" if as_json else form or "text"


provider_option = click.option(
    "--provider",
    metavar="NAME",
    help="Provider to ask; it counts as your consent for this run only.",
    shell_complete=provider_names,
)
model_option = click.option("--model", metavar="ID", help="Model to ask for.")
root_option = click.option(
    "--workspace", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The workspace's root."
)
