"""`orch-lsp context FILE`: what a draft would send now."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from orch_lsp.app.session import build_session
from orch_lsp.cli.context_page import page_of
from orch_lsp.cli.files import read_text
from orch_lsp.cli.output import (
    EXIT_BEFORE_RUN,
    error_document,
    say,
    say_error,
    terminal_width,
    write_json,
    write_styled,
)
from orch_lsp.cli.runs import workspace_option
from orch_lsp.errors import OrchError
from orch_lsp.orchestration.planning.plan import plan_draft
from orch_lsp.orchestration.requests import kept_previews
from orch_lsp.orchestration.requests.preview import Preview, preview, preview_value
from orch_lsp.orchestration.requests.since_preview import previewed_of
from orch_lsp.orchestration.specs.reading import read
from orch_lsp.orchestration.specs.review import warnings_of
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import resolved


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--provider", metavar="NAME", help="Provider that would be asked.")
@click.option("--model", metavar="ID", help="Model that would be asked for.")
@click.option(
    "--only", "only", metavar="KEY", multiple=True, help="Only the open place with this key, such as `FR-003`."
)
@click.option("--words", "with_words", is_flag=True, help="On a terminal, print the instructions and the prompt, too.")
@click.option("--json", "as_json", is_flag=True, help="Print `orch.context/1`, with the exact body of the request.")
@workspace_option
def context(
    *,
    file: Path,
    provider: str | None,
    model: str | None,
    only: tuple[str, ...],
    with_words: bool,
    as_json: bool,
    workspace: Path | None,
) -> None:
    """Show what a draft of FILE would send now: files with the reasons, what is left out, size, cost, and all words.

    On a terminal the words come with `--words` alone.

    Nothing is sent to the provider, and no key for it is needed. But for a provider that still needs your consent, a
    draft that would be refused is refused here for the same reason, with exit code 2.
    """
    try:
        made = asyncio.run(_preview(file, CommandChoice(provider, model), only, workspace))
    except OrchError as refusal:
        if as_json:
            write_json(error_document(refusal.detail))
        say_error(refusal.detail)
        sys.exit(EXIT_BEFORE_RUN)
    if as_json:
        write_json(preview_value(made))
    else:
        width = terminal_width()
        write_styled(page_of(made, width, with_words=with_words or width is None))


async def _preview(file: Path, choice: CommandChoice, only: tuple[str, ...], workspace: Path | None) -> Preview:
    session = build_session()
    try:
        source = await asyncio.to_thread(_source, file, workspace)
        reading = await read(session, source, editor=ProjectLayer(), command=choice)
        for warning in await asyncio.to_thread(warnings_of, reading):
            say(f"warning: {warning}")
        plan = await asyncio.to_thread(plan_draft, reading, command="draft", only=only)
        made = await preview(session, plan)
        if reading.source.path is not None:
            shown = previewed_of(made.prepared, reading.document.text, made.context)
            await asyncio.to_thread(kept_previews.keep, reading.source.path, shown)
        return made
    finally:
        await session.supervisor.aclose()
        await session.aclose()


def _source(file: Path, workspace: Path | None) -> Source:
    return Source(resolved(file).as_uri(), file.absolute(), None, read_text(file), (Path.cwd(),), workspace)
