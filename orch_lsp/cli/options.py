"""Options that several commands have alike."""

from __future__ import annotations

from pathlib import Path

import click

provider_option = click.option(
    "--provider", metavar="NAME", help="Provider to ask; it counts as your consent for this run only."
)
model_option = click.option("--model", metavar="ID", help="Model to ask for.")
root_option = click.option(
    "--workspace", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The workspace's root."
)
