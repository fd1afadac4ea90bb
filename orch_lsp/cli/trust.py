"""`orch-lsp trust`: which hosted providers a project may choose, and which servers it may have started."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.output import EXIT_BEFORE_RUN, EXIT_FAILED, reporting_errors, say, write_json, write_page
from orch_lsp.cli.runs import workspace_option
from orch_lsp.late import late
from orch_lsp.orchestration.specs.reading import read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.settings.endpoint import server_address
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.trust import TrustStore
from orch_lsp.workspace import find_root, resolved, state_home

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.context.mcp import bound as mcp
else:
    sessions = late("orch_lsp.app.session")
    mcp = late("orch_lsp.context.mcp.bound")

_SERVERS = "mcp"


@click.command()
@click.argument("provider", required=False)
@click.argument("server", required=False)
@click.option("--revoke", is_flag=True, help="Take the consent back.")
@click.option("--yes", is_flag=True, help="Allow a server without a question; for scripts.")
@click.option("--json", "as_json", is_flag=True, help="Print the grants as JSON.")
@workspace_option
def trust(
    provider: str | None,
    server: str | None,
    revoke: bool,  # noqa: FBT001
    yes: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    workspace: Path | None,
) -> None:
    """Allow PROVIDER in this workspace when the project chooses it; without PROVIDER, list what is allowed.

    `mcp SERVER` allows the server of the Model Context Protocol that the workspace declares by this name, as it is now,
    after it has shown what that is and asked.
    """
    if revoke and provider is None:
        raise click.UsageError("--revoke needs the PROVIDER whose consent is taken back")
    if provider == _SERVERS and server is None:
        raise click.UsageError("`mcp` needs the name of a SERVER that the workspace declares")
    if provider != _SERVERS and server is not None:
        raise click.UsageError(f"there is nothing to allow by the name of {server}; for a server write `mcp {server}`")
    store = TrustStore(state_home())
    here = Path.cwd()
    root = find_root(here / "spec.md", explicit=workspace, folders=(here,)) or here
    if provider is None:
        _list(store, as_json=as_json)
        return
    if server is not None:
        _trust_server(store, root, server, revoke=revoke, as_json=as_json, is_said=yes)
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


def _list(store: TrustStore, *, as_json: bool) -> None:
    grants, servers = store.list(), store.servers()
    if as_json:
        providers = [{"place": grant.place, "provider": grant.provider} for grant in grants]
        write_json([*providers, *({"place": one.place, "server": one.server} for one in servers)])
        return
    for grant in grants:
        write_page(f"{grant.provider}\t{grant.place}\n")
    for one in servers:
        write_page(f"mcp {one.server}\t{one.place}\n")
    if not grants and not servers:
        say("Nothing is allowed yet.")


def _trust_server(store: TrustStore, root: Path, name: str, *, revoke: bool, as_json: bool, is_said: bool) -> None:
    """Allow the server of a workspace as it was shown, if the person says so; or take that back."""
    files: tuple[str, ...] = ()
    with reporting_errors(as_json=as_json):
        if revoke:
            store.revoke_server(root, name)
        else:
            found = mcp.usable(resolved(root), name)
            what = mcp.bound(found, resolved(root))
            files = what.files
            for label, value in mcp.described(found, files):
                say(f"{label}: {value}")
            if not is_said:
                _ask(name, server_address(found.url) if found.url else None)
            store.allow_server(root, name, what.fingerprint)
    say(f"The server {name} is {'no longer ' if revoke else ''}allowed in {root}{'' if revoke else ', as it is now'}.")
    if as_json:
        write_json({"place": str(root), "server": name, "files": list(files), "allowed": not revoke})


def _ask(name: str, host: str | None) -> None:
    """Ask, on a terminal; ends the process unless the answer is yes."""
    question = f"Allow {name} to be started with drafts here?"
    if host is not None:
        question = f"Allow drafts here to ask {name}, and words of their briefs to go to {host}?"
    if not sys.stdin.isatty():
        say("Nothing is allowed: nobody can be asked here. Check the above, then pass `--yes`.")
        sys.exit(EXIT_BEFORE_RUN)
    try:
        is_allowed = click.confirm(question, default=False, err=True)
    except click.Abort:
        say("")
        is_allowed = False
    if not is_allowed:
        say("Nothing is allowed.")
        sys.exit(EXIT_FAILED)
