"""The command line: one group, one module a command."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Generator
from typing import Any

import click

from orch_lsp import __version__
from orch_lsp.cli.output import EXIT_CANCELLED, error_document, say_error, write_json
from orch_lsp.errors import ErrorCode, RunError, SettingsError

COMMANDS = ("doctor", "draft", "key", "models", "new", "runs", "trust", "usage")
"""Each is a command of the same name in a module of the same name, loaded when it is asked for."""

USAGE_CURE = "Run the command with `--help` to see what it takes."


class CommandLine(click.Group):
    """With `--json` says as JSON what is wrong with the arguments; Ctrl-C at any time ends it as cancelled."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Remember whether JSON is wanted: wrong arguments are never parsed to their end."""
        as_json = "--json" in args
        with _telling_usage_errors(as_json=as_json):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[__name__] = as_json
        return context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted as the help shows them."""
        return sorted((*COMMANDS, *super().list_commands(ctx)))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command: one should not wait for the libraries of the others."""
        if cmd_name in COMMANDS:
            return getattr(importlib.import_module(f"orch_lsp.cli.{cmd_name}"), cmd_name)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it says of its arguments is told as well."""
        try:
            with _telling_usage_errors(as_json=ctx.meta[__name__]):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            # A live run has been recorded as cancelled by now.
            say_error(RunError(ErrorCode.CANCELLED, "Cancelled by Ctrl-C.").detail)
            sys.exit(EXIT_CANCELLED)


@contextlib.contextmanager
def _telling_usage_errors(*, as_json: bool) -> Generator[None]:
    try:
        yield
    except click.UsageError as error:
        if as_json:
            wrong = SettingsError(ErrorCode.INVALID_REQUEST, error.format_message(), remediation=USAGE_CURE)
            write_json(error_document(wrong.detail))
        raise


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orch-lsp")
def cli() -> None:
    """Draft specs with the model you chose, and keep every run."""


@cli.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=False)
@click.pass_context
def serve(context: click.Context) -> None:
    """Serve one editor over the language server protocol."""
    from orch_lsp.cli.serve import serve as serve_client

    serve_client(context.args)
