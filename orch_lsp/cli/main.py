"""The command line: one group, one module a command."""

from __future__ import annotations

import click

from orch_lsp import __version__
from orch_lsp.cli.doctor import doctor
from orch_lsp.cli.draft import draft
from orch_lsp.cli.key import key
from orch_lsp.cli.models import models
from orch_lsp.cli.new import new
from orch_lsp.cli.runs import runs
from orch_lsp.cli.trust import trust
from orch_lsp.cli.usage import usage


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orch-lsp")
def cli() -> None:
    """Draft specs with the model you chose, and keep every run."""


@cli.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=False)
@click.pass_context
def serve(context: click.Context) -> None:
    """Serve one editor over the language server protocol."""
    from orch_lsp.cli.serve import serve as serve_client

    serve_client(context.args)


for command in (draft, runs, usage, models, new, doctor, key, trust):
    cli.add_command(command)
