"""`orch-lsp workflows list` and `workflows check`: the steps that a draft can be made in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orch_lsp.cli.output import EXIT_FAILED, say_error, write_json, write_page
from orch_lsp.cli.runs import root_of_here, workspace_option
from orch_lsp.late import late
from orch_lsp.workflows.library import DEFAULT, Listed
from orch_lsp.workflows.library import workflows as known_workflows
from orch_lsp.workspace import resolved

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
else:
    sessions = late("orch_lsp.app.session")

SCHEMA = "orch.workflows/1"


@click.group()
def workflows() -> None:
    """The workflows: those of the package, and those of the workspace in .orch/workflows/."""


@workflows.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@workspace_option
def list_workflows(as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """List the workflows with their steps."""
    found = asyncio.run(_found(workspace))
    if as_json:
        write_json({"schema": SCHEMA, "workflows": [_value(one) for one in found]})
    else:
        write_page("\n".join(map(_line, found)) + "\n")


@workflows.command("check")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@workspace_option
def check_workflows(names: tuple[str, ...], as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001
    """Check the workflows of the workspace, or those with these NAMES; nothing is sent.

    Exit codes: 0 all can be used, 1 one cannot, 2 there is none of a name.
    """
    found = asyncio.run(_found(workspace))
    known = {one.name for one in found}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(f"there is no workflow named {unknown[0]!r}; there are {', '.join(sorted(known))}")
    asked = [one for one in found if (one.name in names if names else one.path is not None)]
    if as_json:
        write_json({"schema": SCHEMA, "workflows": [_value(one) for one in asked]})
    for one in asked:
        if one.error is not None:
            say_error(one.error.detail)
        elif not as_json:
            write_page(f"{one.path or one.name}: good\n")
    if not asked and not as_json:
        write_page("This workspace has no workflows of its own: .orch/workflows/ holds none.\n")
    if any(one.error is not None for one in asked):
        raise SystemExit(EXIT_FAILED)


async def _found(workspace: Path | None) -> Sequence[Listed]:
    root = resolved(workspace) if workspace is not None else root_of_here()
    session = sessions.build_session()
    try:
        settings = await session.settings_of(root)
    finally:
        await session.aclose()
    return tuple(known_workflows(root, settings.providers.keys()))


def _line(one: Listed) -> str:
    default = " (default)" if one.name == DEFAULT else ""
    where = f" [{one.path}]" if one.path else ""
    if one.workflow is None:
        reason = one.error.detail.message if one.error is not None else ""
        return f"{one.name}{default}{where}: cannot be used: {reason}"
    steps = " → ".join(step.id for step in one.workflow.steps)
    return f"{one.name}{default}{where}: {one.workflow.description}\n    {steps}"


def _value(one: Listed) -> dict[str, Any]:
    steps = () if one.workflow is None else one.workflow.steps
    return {
        "name": one.name,
        "path": one.path,
        "default": one.name == DEFAULT,
        "description": "" if one.workflow is None else one.workflow.description,
        "steps": [
            {
                "id": step.id,
                "needs": list(step.needs),
                "provider": step.provider,
                "model": step.model,
                "prompt": step.prompt,
            }
            for step in steps
        ],
        "error": None if one.error is None else {"code": str(one.error.code), "message": one.error.detail.message},
    }
