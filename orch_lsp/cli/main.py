"""The command line: one group, one module a command."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orch_lsp import __version__
from orch_lsp.cli.output import (
    EXIT_CANCELLED,
    EXIT_FAILED,
    error_document,
    exit_code,
    finish,
    say,
    say_error,
    told_json,
    write_json,
)
from orch_lsp.errors import ErrorCode, OrchError, RunError, SettingsError
from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp.cli import serve as serving
else:
    serving = late("orch_lsp.cli.serve")

COMMANDS = (
    "answer",
    "apply",
    "check",
    "compare",
    "completions",
    "context",
    "derive",
    "diff",
    "doctor",
    "draft",
    "key",
    "mcp",
    "models",
    "new",
    "refine",
    "replay",
    "resume",
    "runs",
    "secrets",
    "setup",
    "trace",
    "trust",
    "usage",
    "workflows",
)
"""Each is a command of the same name in a module of the same name, loaded when it is asked for."""

_OURS = "orch_lsp"
_FAULT_CURE = "This is a fault in orch-lsp; report it with this line, and with the run's id if there was one."
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
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:  # noqa: BLE001 -- the last resort: a person is told what happened, whatever it is
            sys.exit(_report_fault(fault, as_json=ctx.meta[__name__]))


def run() -> int:
    """Run the command that the arguments name; returns the exit code. Never raises."""
    try:
        cli(prog_name="orch-lsp")
    except SystemExit as ended:
        if isinstance(ended.code, str):
            say(ended.code)
        return finish(ended.code if isinstance(ended.code, int) else EXIT_FAILED if ended.code else 0)
    except KeyboardInterrupt:
        return finish(EXIT_CANCELLED)
    except Exception as fault:  # noqa: BLE001 -- as above, for the arguments
        return finish(_report_fault(fault, as_json="--json" in sys.argv))
    return finish(0)


def _report_fault(fault: Exception, *, as_json: bool) -> int:
    """Say that the program has a fault, and where; an error of the known kind says its own. Returns the exit code."""
    if isinstance(fault, OrchError):
        error = fault
    else:
        frames = traceback.extract_tb(fault.__traceback__)
        ours = next((frame for frame in reversed(frames) if _OURS in Path(frame.filename).parts), None)
        where = f" at {Path(ours.filename).name}, line {ours.lineno}" if ours else ""
        message = f"A fault in orch-lsp ended the command ({type(fault).__name__}{where})."
        error = RunError(ErrorCode.UNEXPECTED_ERROR, message, remediation=_FAULT_CURE)
    if as_json and not told_json():
        write_json(error_document(error.detail))
    say_error(error.detail)
    return exit_code(error)


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
    serving.serve(context.args)
