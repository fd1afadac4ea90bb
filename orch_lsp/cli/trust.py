"""`orch-lsp trust`: which hosted providers a project may choose."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.output import reporting_errors, say, write_json, write_page
from orch_lsp.cli.runs import workspace_option
from orch_lsp.late import late
from orch_lsp.orchestration.plan import read
from orch_lsp.orchestration.source import Source
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.trust import TrustStore
from orch_lsp.workspace import find_root, state_home

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
else:
    sessions = late("orch_lsp.app.session")


@click.command()
@click.argument("provider", required=False)
@click.option("--revoke", is_flag=True, help="Take the consent back.")
@click.option("--json", "as_json", is_flag=True, help="Print the grants as JSON.")
@workspace_option
def trust(provider: str | None, revoke: bool, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001
    """Allow PROVIDER in this workspace when the project chooses it; without PROVIDER, list what is allowed."""
    if revoke and provider is None:
        raise click.UsageError("--revoke needs the PROVIDER whose consent is taken back")
    store = TrustStore(state_home())
    here = Path.cwd()
    root = find_root(here / "spec.md", explicit=workspace, folders=(here,)) or here
    if provider is None:
        grants = store.list()
        if as_json:
            write_json([{"place": grant.place, "provider": grant.provider} for grant in grants])
        for grant in () if as_json else grants:
            write_page(f"{grant.provider}\t{grant.place}\n")
        if not grants and not as_json:
            say("Nothing is allowed yet.")
        return
    with reporting_errors(as_json=as_json):
        if revoke:
            store.revoke(root, provider)
        else:
            asyncio.run(_allow(root, provider))
    say(f"{provider} is {'no longer ' if revoke else ''}allowed in {root}.")
    if as_json:
        write_json({"place": str(root), "provider": provider, "allowed": not revoke})


async def _allow(root: Path, provider: str) -> None:
    """Remember the consent, for the address that the provider has now."""
    session = sessions.build_session()
    try:
        source = Source((root / "spec.md").as_uri(), root / "spec.md", None, "", (root,), root)
        reading = await read(session, source, editor=ProjectLayer(), command=CommandChoice())
        await session.consent.allow(reading, provider)
    finally:
        await session.aclose()
