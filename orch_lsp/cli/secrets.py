"""`orch-lsp secrets FILE`: what in a document looks like a secret, and what may be sent of it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from orch_lsp.app.session import build_session
from orch_lsp.cli.files import read_text
from orch_lsp.cli.output import EXIT_FAILED, reporting_errors, say, write_json, write_page
from orch_lsp.cli.runs import workspace_option
from orch_lsp.document.model import SpecDocument
from orch_lsp.orchestration.requests.secret_decisions import choose_at
from orch_lsp.orchestration.requests.secret_refusal import SecretPlace, secrets_of
from orch_lsp.orchestration.specs.reading import read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.redaction import Redactor
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.secret_choices import CHOICES, SecretChoice, read_choices
from orch_lsp.workspace import resolved, state_home

_SCHEMA = "orch.secrets/1"
_SAID = {"allow": "sent as it is", "redact": "redacted", "exclude": "its lines are left out"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--line", type=click.IntRange(min=1), help="Only what stands on this line, counted from 1.")
@click.option("--redact", is_flag=True, help="Send the document without the value.")
@click.option("--exclude", is_flag=True, help="Send the document without its lines.")
@click.option("--allow", is_flag=True, help="It is not a secret: send it. Needs --line.")
@click.option("--forget", is_flag=True, help="Take an earlier choice back.")
@click.option("--json", "as_json", is_flag=True, help="Print `orch.secrets/1`.")
@workspace_option
def secrets(*, file: Path, line: int | None, as_json: bool, workspace: Path | None, **choices: bool) -> None:
    """List what in FILE looks like a secret, or say what may be sent of it.

    The choice is kept for you alone, by a salted hash of the value; it holds wherever the value stands. Exit code 1
    if something still stops a draft.
    """
    said = [name for name, is_said in choices.items() if is_said]
    if len(said) > 1:
        raise click.UsageError(f"--{said[0]} and --{said[1]} cannot both hold: say one of them")
    choice = said[0] if said else None
    if choice == "allow" and line is None:
        raise click.UsageError("--allow needs --line: which secret is sent as it is")
    with reporting_errors(as_json=as_json):
        places = asyncio.run(_settle(file, line, choice, workspace))
    if as_json:
        write_json({"schema": _SCHEMA, "secrets": [_value(place) for place in places]})
    for place in () if as_json else places:
        holds = "stops a draft" if place.blocks else _SAID[place.choice or "redact"]
        write_page(f"{place.line + 1}\t{place.match.kind}\t{holds}\n")
    if not places and not as_json:
        say("Nothing in it looks like a secret." if line is None else f"Nothing on line {line} looks like a secret.")
    if any(place.blocks for place in places):
        sys.exit(EXIT_FAILED)


def _value(place: SecretPlace) -> dict[str, Any]:
    return {"line": place.line + 1, "kind": place.match.kind, "choice": place.choice, "blocks": place.blocks}


async def _settle(file: Path, line: int | None, choice: str | None, workspace: Path | None) -> tuple[SecretPlace, ...]:
    session = build_session()
    try:
        source = await asyncio.to_thread(_source, file, workspace)
        reading = await read(session, source, editor=ProjectLayer(), command=CommandChoice())
        if choice is not None:
            await asyncio.to_thread(_choose, reading.document, session.redactor, line, choice)
        places = await asyncio.to_thread(_places, reading.document, session.redactor)
        return tuple(place for place in places if line is None or place.is_on(line - 1))
    finally:
        await session.supervisor.aclose()
        await session.aclose()


def _source(file: Path, workspace: Path | None) -> Source:
    return Source(resolved(file).as_uri(), file.absolute(), None, read_text(file), (Path.cwd(),), workspace)


def _choose(document: SpecDocument, redactor: Redactor, line: int | None, choice: str) -> None:
    said: SecretChoice | None = next((known for known in CHOICES if known == choice), None)
    lines = {place.line for place in _places(document, redactor)} if line is None else {line - 1}
    for each in sorted(lines):
        choose_at(state_home(), document, redactor, each, said)


def _places(document: SpecDocument, redactor: Redactor) -> tuple[SecretPlace, ...]:
    return secrets_of(document, read_choices(state_home()), redactor)
