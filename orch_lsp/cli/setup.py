"""`orch-lsp setup`: from nothing to a provider and model that were tried, by questions or by options."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orch_lsp.cli.options import provider_names
from orch_lsp.cli.output import EXIT_CANCELLED, reporting_errors, say, write_json, write_page
from orch_lsp.errors import ErrorCode, OrchError, SettingsError
from orch_lsp.late import late
from orch_lsp.orchestration.running.session import Session
from orch_lsp.runs.escape import plain
from orch_lsp.settings.model import Choice
from orch_lsp.setup.found import Found, found_value
from orch_lsp.setup.narrowing import likeliest_first
from orch_lsp.setup.own_server import recognise
from orch_lsp.setup.selection import Proposal, Selection, name_for
from orch_lsp.setup.setting_up import SettingUp
from orch_lsp.setup.trial import Trial
from orch_lsp.workspace import find_root, user_config_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.cli import setup_dialogue, setup_editor
else:
    sessions = late("orch_lsp.app.session")
    setup_dialogue = late("orch_lsp.cli.setup_dialogue")
    setup_editor = late("orch_lsp.cli.setup_editor")

FLAGS = "orch-lsp setup --provider NAME --model ID --yes"
"""The command that needs nobody to answer questions."""
EDITORS = ("neovim", "helix", "zed", "emacs", "sublime", "kate")
_FEW = 8
"""Models that a message names."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a set-up: the choice, whether the file has changed, and the trial if one was made."""

    proposal: Proposal
    changed: bool
    trial: Trial | None


@click.command()
@click.option(
    "--provider",
    metavar="NAME",
    help="A built-in name, one of your own, or a new one beside --base-url.",
    shell_complete=provider_names,
)
@click.option("--model", metavar="ID", help="Model to ask for.")
@click.option("--base-url", metavar="URL", help="Address of a server of your own.")
@click.option("--kind", metavar="KIND", help="Its wire format, if it cannot be detected.")
@click.option("--key-env", metavar="VARIABLE", help="Name of the variable that holds the key; never the key.")
@click.option("--yes", is_flag=True, help="Ask nothing: try the choice with one tiny request, then write it.")
@click.option("--no-try", "no_try", is_flag=True, help="Write the choice without trying it.")
@click.option("--find", "only_find", is_flag=True, help="Only list what is found; write nothing.")
@click.option("--editor", type=click.Choice(EDITORS), help="Print how this editor starts the server.")
@click.option("--write", is_flag=True, help="With --editor: put it into the editor's own files.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found or done as JSON.")
def setup(
    provider: str | None,
    model: str | None,
    base_url: str | None,
    kind: str | None,
    key_env: str | None,
    yes: bool,  # noqa: FBT001 -- click passes flags by name
    no_try: bool,  # noqa: FBT001
    only_find: bool,  # noqa: FBT001
    editor: str | None,
    write: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Choose who writes your drafts, try it, and write it into your settings.

    Finds keys that are set and servers that answer on this machine, and asks for the rest. Your file is changed only at
    the end, and keeps its comments. Without a terminal, name --provider, --model and --yes.

    Exit codes: 0 it is set up, 1 the trial failed and nothing was written, 2 something is missing, 130 cancelled.
    """
    if editor is not None:
        with reporting_errors(as_json=as_json):
            setup_editor.set_up_editor(editor, is_written=write, as_json=as_json)
        return
    if write:
        raise click.UsageError("--write belongs to --editor; a choice is written with --yes")
    given = Selection(provider or "", model, base_url, key_env, kind)
    asks = not (yes or as_json) and sys.stdin.isatty() and sys.stderr.isatty()
    with reporting_errors(as_json=as_json), asyncio.Runner() as runner:
        session = sessions.build_session()
        steps = SettingUp(session)
        try:
            if only_find:
                _tell_found(steps.path, runner.run(steps.look_around()), as_json=as_json)
            elif asks:
                dialogue = setup_dialogue.Dialogue(session, steps, runner.run, is_tried=not no_try)
                proposal, changed, trial = dialogue.hold(given)
                _tell_done(session, steps.path, Done(proposal, changed, trial), runner)
            else:
                done = runner.run(_without_questions(session, steps, given, is_sure=yes, is_tried=not no_try))
                _tell_done(session, steps.path, done, runner)
                if as_json:
                    write_json(_done_value(session, steps.path, done))
        except (KeyboardInterrupt, click.Abort):
            say("")
            say(f"Nothing was written: {user_config_path()} is as it was.")
            sys.exit(EXIT_CANCELLED)
        finally:
            with suppress(KeyboardInterrupt):
                runner.run(session.aclose())
    if asks:
        setup_dialogue.offer_first_draft()


async def _without_questions(
    session: Session, steps: SettingUp, given: Selection, *, is_sure: bool, is_tried: bool
) -> Done:
    """The set-up by options alone; what is missing is an error that names its option."""
    settings = await steps.settings()
    if not given.provider and given.base_url is None:
        raise SettingsError(
            ErrorCode.MISSING_PROVIDER,
            f"No provider is named, and nobody can be asked here. Nothing was written into {steps.path}.",
            remediation=f"Name it: {FLAGS}. `orch-lsp setup --find` says what there is.",
        )
    selection = given
    if given.base_url is not None:
        name = given.provider or name_for(given.base_url, settings.providers)
        selection = replace(given, provider=name)
        if is_tried:
            selection = (await recognise(steps, selection)).selection
    proposal = await steps.propose(selection)
    if proposal.provider.has_model and proposal.choice.model is None:
        model = proposal.provider.model
        if model is None:
            raise await _no_model(steps, proposal, is_new=proposal.choice.provider not in settings.providers)
        proposal = await steps.propose(replace(selection, model=model))
    if not is_sure:
        raise SettingsError(
            ErrorCode.NOT_ALLOWED,
            f"Nobody can be asked here whether {_named(proposal)} is to be tried and written into {steps.path}.",
            remediation="Confirm it with `--yes`.",
        )
    trial = await _tried(session, steps, proposal) if is_tried and proposal.provider.has_model else None
    return Done(proposal, await steps.write(proposal), trial)


async def _no_model(steps: SettingUp, proposal: Proposal, *, is_new: bool) -> SettingsError:
    name = proposal.choice.provider
    try:
        listed = await steps.models(proposal)
        models = likeliest_first([one.id for one in listed.models])
        more = f" and {len(models) - _FEW} more" if len(models) > _FEW else ""
        known = f"It lists {', '.join(models[:_FEW])}{more}." if models else "It lists no model."
    except OrchError as error:
        known = f"Its models could not be listed ({error.code}: {error.message})"
    return SettingsError(
        ErrorCode.MISSING_MODEL,
        f"No model of {name} is named. {known}",
        remediation="Name it with `--model ID`." + ("" if is_new else f" `orch-lsp models {name}` lists them all."),
    )


async def _tried(session: Session, steps: SettingUp, proposal: Proposal) -> Trial:
    try:
        key = await session.connections.find_key(proposal.provider)
        say(steps.announced(proposal))
        return await steps.try_out(proposal, key=None if key is None else key.value)
    except OrchError:
        say(f"Nothing was written: {steps.path} is as it was.")
        raise


def _tell_found(path: Path, found: Found, *, as_json: bool) -> None:
    if as_json:
        write_json({"schema": "orch.setup/1", "config": {"path": str(path), "changed": False}, **found_value(found)})
        return
    width = max((len(one.provider) for one in found.candidates), default=0)
    write_page("".join(f"{plain(one.provider).ljust(width)}  {plain(one.detail)}\n" for one in found.candidates))
    for one in found.passed_over:
        say(f"passed over: {one.provider} at {one.reason}")
    if not found.candidates:
        say("No key is set and no server answers on this machine. A key is found by its variable: OPENAI_API_KEY.")
    say(f"Your settings are in {path}; `orch-lsp setup` writes a choice into it.")


def _tell_done(session: Session, path: Path, done: Done, runner: asyncio.Runner) -> None:
    if done.trial is not None:
        say(f"{done.trial.model} answered in {done.trial.seconds:.1f} s.")
    say(f"{_named(done.proposal)} is {'written into' if done.changed else 'already chosen in'} {path}.")
    here = runner.run(_choice_here(session))
    if here is not None and not here.layer.trusted:
        say(f"In this folder {here.layer} takes precedence: it names {here.provider.name}.")


async def _choice_here(session: Session) -> Choice | None:
    """The choice that holds in the current folder."""
    here = Path.cwd()
    return (await session.settings_of(find_root(here / "spec.md", folders=(here,)))).choice


def _named(proposal: Proposal) -> str:
    model = proposal.choice.model
    return f"{proposal.choice.provider} ({model})" if model else proposal.choice.provider


def _done_value(session: Session, path: Path, done: Done) -> dict[str, Any]:
    provider, trial = done.proposal.provider, done.trial
    return {
        "schema": "orch.setup/1",
        "config": {"path": str(path), "changed": done.changed},
        "provider": done.proposal.choice.provider,
        "kind": provider.kind,
        "base_url": provider.base_url,
        "hosted": session.connections.is_hosted(provider),
        "model": done.proposal.choice.model,
        "key": session.connections.key_source(provider),
        "trial": None
        if trial is None
        else {"model": trial.model, "seconds": round(trial.seconds, 3), "tokens": trial.tokens},
        "next": "orch-lsp draft FILE --write",
    }
