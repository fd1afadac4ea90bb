"""The questions of `orch-lsp setup` on a terminal: plain lines, numbers and words, nothing that needs a mouse.

Each question takes `b` for back and `q` for an end; Ctrl-C and the end of the input are an end, too. Nothing is written
before the last question is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from orch_lsp.cli.output import say, say_error
from orch_lsp.errors import ErrorCode, OrchError, SettingsError
from orch_lsp.late import late
from orch_lsp.orchestration.running.session import Session
from orch_lsp.settings import key_ring
from orch_lsp.settings.keys import may_be_key, own_variable
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.setup.found import Found
from orch_lsp.setup.narrowing import SHOWN, likeliest_first, matching
from orch_lsp.setup.own_server import recognise
from orch_lsp.setup.selection import Proposal, Selection, checked_address, checked_variable, name_for
from orch_lsp.setup.setting_up import SettingUp
from orch_lsp.setup.trial import Trial
from orch_lsp.workspace import find_root, resolved

if TYPE_CHECKING:
    from orch_lsp.cli import draft as drafting
else:
    drafting = late("orch_lsp.cli.draft")

T = TypeVar("T")
_ANOTHER, _OWN, _OUTLINE = "another hosted service", "a server of your own", "outline"
_ABOUT_THE_KEY = frozenset({ErrorCode.MISSING_AUTH, ErrorCode.INVALID_AUTH})
_FILE_NAME = re.compile(r"[^\w]+")
_MOST_WORDS_OF_NAME = 5


class Await(Protocol):
    """Runs a step to its end."""

    def __call__(self, step: Coroutine[Any, Any, T], /) -> T:
        """Its result; raises as the step does, and `KeyboardInterrupt` on Ctrl-C."""
        ...


class _BackError(Exception):
    """The person wants to choose again."""


class Dialogue:
    """One conversation. `run` awaits a step; between two steps Ctrl-C ends a question at once."""

    def __init__(
        self,
        session: Session,
        steps: SettingUp,
        run: Await,
        *,
        is_tried: bool,
    ) -> None:
        self._session = session
        self._steps = steps
        self._run = run
        self._tries = self._is_tried = is_tried
        self._key: str | None = None
        """A key that was typed, for the trial; it goes into the keyring when the choice is written."""

    def hold(self, given: Selection) -> tuple[Proposal, bool, Trial | None]:
        """Ask until a choice is made, tried and written: the choice, whether the file has changed, and the trial.

        Raises:
            OrchError: The user config cannot be read or written.
            click.Abort: The person ended it; nothing was written.
        """
        self._run(self._steps.settings())
        say("Which provider should write your drafts? Nothing is written before you agree. Your settings:")
        say(f"  {self._steps.path}")
        while True:
            try:
                selection = self._selection(given)
                proposal, trial = self._agreed(selection)
                changed = self._run(self._steps.write(proposal))
                self._keep_key(proposal.choice.provider)
            except _BackError:
                given, self._key, self._is_tried = Selection(""), None, self._tries
                continue
            return proposal, changed, trial

    def _selection(self, given: Selection) -> Selection:
        """The provider with its key and model."""
        if given.base_url is not None:
            return self._own_server(given)
        selection = given if given.provider else self._provider()
        if selection.base_url is not None:
            return selection
        return self._with_model(selection)

    # The provider.

    def _provider(self) -> Selection:
        say("Looking for keys that are set and for servers on this machine …")
        found: Found = self._run(self._steps.look_around())
        entries = [(one.provider, one.detail) for one in found.candidates]
        entries += [
            (_ANOTHER, "with a key that you have"),
            (_OWN, "by its address"),
            (_OUTLINE, "no model: only sorts the sentences that you wrote"),
        ]
        for one in found.passed_over:
            say(f"Passed over: {one.provider} at {one.reason}")
        name = _chosen("Provider", entries, default="1")
        if name == _ANOTHER:
            return self._another(found)
        if name == _OWN:
            return self._own_server(Selection(""))
        return Selection(name)

    def _another(self, found: Found) -> Selection:
        known = self._session.presets.values()
        entries = [
            (one.name, " or ".join(one.key_variables) or "needs its address")
            for one in known
            if one.requires_key and found.named(one.name) is None
        ]
        name = _chosen("Service", entries)
        provider = self._session.presets[name]
        if provider.base_url is None:
            return self._own_server(Selection(name, kind=provider.kind))
        return Selection(name)

    def _own_server(self, given: Selection) -> Selection:
        """A server by its address; asked until it gives a list, or the person gives its model by hand."""
        selection: Selection = given
        while True:
            if selection.base_url is None:
                selection = replace(
                    selection, base_url=_checked(checked_address, "Address, such as http://127.0.0.1:8111/v1")
                )
            address = selection.base_url or ""
            if not selection.provider:
                selection = replace(selection, provider=name_for(address, self._run(self._steps.settings()).providers))
            if selection.key_variable is None:
                selection = replace(selection, key_variable=self._variable_of_own(selection.provider))
            wanted = replace(selection, key_variable=selection.key_variable or None)
            say(f"Asking {address} for its models …")
            try:
                found = self._run(recognise(self._steps, wanted))
            except OrchError as error:
                _tell(error)
                match _chosen(
                    "What next", [("another address", ""), ("another key", ""), ("name the model by hand", "")]
                ):
                    case "another address":
                        selection = replace(selection, base_url=None)
                    case "another key":
                        selection = replace(selection, key_variable=None)
                    case _:
                        return replace(wanted, model=given.model or _line("Model"))
                continue
            models = [one.id for one in found.models.models]
            return replace(found.selection, model=given.model or _model(models))

    def _variable_of_own(self, name: str) -> str:
        """The variable of the key, blank for none."""
        while True:
            typed = _line(
                f"Variable that holds its key, such as {own_variable(name)} (empty: no key)", may_be_empty=True
            )
            try:
                return checked_variable(typed) if typed else ""
            except SettingsError as error:
                _tell(error)

    # The key.

    def _with_key(self, selection: Selection) -> Selection:
        while True:
            proposal: Proposal = self._run(self._steps.propose(selection))
            if self._key is not None or not self._is_tried:
                return selection
            try:
                self._run(self._session.connections.find_key(proposal.provider))
            except OrchError as error:
                if error.code not in _ABOUT_THE_KEY:
                    raise
                _tell(error)
                selection = self._other_key(selection, proposal.provider)
                continue
            return selection

    def _other_key(self, selection: Selection, provider: ProviderSettings) -> Selection:
        """The selection with another source of its key; one that is typed is kept in `_key`."""
        self._key = None
        entries = (
            [("type the key", "it goes into the system's keyring, not into a file")] if key_ring.is_usable() else []
        )
        entries += [
            ("another variable", "by its name"),
            ("later", "write the choice now, and set the variable before you draft"),
        ]
        match _chosen("The key", entries):
            case "type the key":
                self._key = _hidden_key(provider.name)
            case "another variable":
                selection = replace(selection, key_variable=_checked(checked_variable, "Name of the variable"))
            case _:
                self._is_tried = False
        return selection

    def _keep_key(self, provider: str) -> None:
        if self._key is None:
            return
        try:
            key_ring.store_key(provider, self._key)
            say(f"The key of {provider} is in the system's keyring.")
        except OSError as error:
            say(f"The key is not kept: {error}. Put it into the variable {own_variable(provider)}.")

    # The model.

    def _with_model(self, selection: Selection) -> Selection:
        """The selection with a key and a model; a key that is not taken is asked for again."""
        while True:
            selection = self._with_key(selection)
            proposal: Proposal = self._run(self._steps.propose(selection))
            if not proposal.provider.has_model or selection.model:
                return selection
            models: list[str] = []
            if self._is_tried:
                try:
                    models = [one.id for one in self._run(self._steps.models(proposal, key=self._key)).models]
                except OrchError as error:
                    _tell(error)
                    if error.code in _ABOUT_THE_KEY:
                        selection = self._other_key(selection, proposal.provider)
                        continue
            if not models:
                known = self._run(self._session.models.known(proposal.provider))
                models = [one.id for one in known.models]
            return replace(selection, model=_model(models, proposal.provider.model))

    # The trial.

    def _agreed(self, selection: Selection) -> tuple[Proposal, Trial | None]:
        """The choice that the person agreed to, and its trial."""
        proposal: Proposal = self._run(self._steps.propose(selection))
        is_tried = self._is_tried and proposal.provider.has_model
        if is_tried:
            say(self._steps.announced(proposal))
        _show_change(proposal)
        question = f"{'Try it, then write' if is_tried else 'Write'} this into {self._steps.path}?"
        if not _yes(question):
            raise _BackError
        while is_tried:
            try:
                return proposal, self._run(self._steps.try_out(proposal, key=self._key))
            except OrchError as error:
                say_error(error.detail)
                is_about_key = error.code in _ABOUT_THE_KEY
            choices = [("try again", ""), ("choose anew", ""), ("write it anyway", "")]
            if is_about_key:
                choices.insert(1, ("another key", ""))
            match _chosen("The trial failed. What next", choices):
                case "try again":
                    continue
                case "another key":
                    return self._agreed(self._with_key(self._other_key(selection, proposal.provider)))
                case "choose anew":
                    raise _BackError
                case _:
                    break
        return proposal, None


def offer_first_draft() -> None:
    """Begin a spec of the person's own words and draft it, if they want to; ends the process with the draft's code."""
    say("")
    try:
        typed = _line(
            "First draft: say in a sentence what you want to build, or name a spec (empty: later)", may_be_empty=True
        )
    except (click.Abort, _BackError, KeyboardInterrupt):
        say("")
        typed = ""
    if not typed:
        say("When you want one: orch-lsp new NAME.spec.md, a few sentences, then orch-lsp draft NAME.spec.md --write")
        return
    path, folder = Path(typed), None
    if not path.is_file():
        folder = _folder_of_its_own()
        path = _new_spec(typed, folder or Path())
        say(f"{path} holds your sentence. Drafting into it …")
    workspace = [] if folder is None else ["--workspace", str(folder)]
    drafting.draft(["--write", *workspace, str(path)], prog_name="orch-lsp draft")


def _folder_of_its_own() -> Path | None:
    """A folder for the first spec where the current one holds all that a person has: it would be read for context."""
    here, home = Path.cwd(), resolved(Path.home())
    if not home.is_relative_to(resolved(here)) or find_root(here / "spec.md") is not None:
        return None
    folder = Path("specs")
    folder.mkdir(exist_ok=True)
    return folder


def _new_spec(sentence: str, folder: Path) -> Path:
    words = _FILE_NAME.sub(" ", sentence).split()[:_MOST_WORDS_OF_NAME]
    stem = "-".join(words).lower()[:60] or "first"
    number, path = 2, folder / f"{stem}.spec.md"
    while True:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(f"# {' '.join(words)}\n\n{sentence}\n")
        except FileExistsError:
            path = folder / f"{stem}-{number}.spec.md"
            number += 1
        else:
            return path


def _show_change(proposal: Proposal) -> None:
    choice = proposal.choice
    say(f'  provider = "{choice.provider}"')
    table = {**choice.table, **({"model": choice.model} if choice.model else {})}
    if table:
        say(f"  [providers.{choice.provider}]")
    for key, value in table.items():
        say(f"  {key} = {str(value).lower() if isinstance(value, bool) else repr(value).replace(chr(39), chr(34))}")


def _tell(error: OrchError) -> None:
    say(f"{error.code}: {error.message}")
    if error.remediation:
        say(error.remediation)


def _line(question: str, *, default: str | None = None, may_be_empty: bool = False) -> str:
    """A line that was typed, without blanks around it.

    Raises:
        _BackError: The person typed `b`.
        click.Abort: They typed `q`, or pressed Ctrl-C or Ctrl-D.
    """
    while True:
        typed: str = click.prompt(question, default=default or "", show_default=default is not None, err=True)
        typed = typed.strip()
        if typed == "q":
            raise click.Abort
        if typed == "b":
            raise _BackError
        if typed or may_be_empty:
            return typed


def _yes(question: str) -> bool:
    return click.confirm(question, default=True, err=True)


def _checked(check: Callable[[str], str], question: str) -> str:
    while True:
        try:
            return check(_line(question))
        except SettingsError as error:
            _tell(error)


def _chosen(question: str, entries: Sequence[tuple[str, str]], *, default: str | None = None) -> str:
    """One of a few, by its number or name."""
    width = max(len(name) for name, _ in entries)
    for number, (name, detail) in enumerate(entries, 1):
        say(f"{number:>3}  {name.ljust(width) if detail else name}{'  ' + detail if detail else ''}")
    names = [name for name, _ in entries]
    while True:
        typed = _line(f"{question} (number or name, b back, q end)", default=default)
        if typed.isdecimal() and 1 <= int(typed) <= len(names):
            return names[int(typed) - 1]
        found = matching(names, typed)
        if len(found) == 1 or typed in names:
            return typed if typed in names else found[0]
        say(f"{typed!r} is not one of them." if not found else f"{typed!r} could be {', '.join(found)}.")


def _model(models: Sequence[str], current: str | None = None) -> str:
    """One of many models: by number, by id, or narrowed by words until few are left."""
    ordered = likeliest_first(models)
    if not ordered:
        return _line("Model (its id, as the service names it)", default=current)
    shown = ordered
    while True:
        for number, model in enumerate(shown[:SHOWN], 1):
            say(f"{number:>3}  {model}")
        if len(shown) > SHOWN:
            say(f"     … and {len(shown) - SHOWN} more; type words to narrow them, such as a part of the name")
        default = current or ("1" if len(shown) == 1 else None)
        typed = _line("Model (number, id or words; b back, q end)", default=default)
        if typed.isdecimal() and 1 <= int(typed) <= min(SHOWN, len(shown)):
            return shown[int(typed) - 1]
        if typed in ordered or typed == current:
            return typed
        found = matching(ordered, typed)
        if len(found) == 1:
            return found[0]
        if not found:
            if _yes(f"{typed!r} is not among the {len(ordered)} models that it lists. Use it anyway?"):
                return typed
            found = ordered
        shown = found


def _hidden_key(provider: str) -> str:
    while True:
        typed = click.prompt(
            f"Key of {provider} (not shown)", hide_input=True, default="", show_default=False, err=True
        )
        if typed.strip() and may_be_key(typed.strip()):
            return str(typed).strip()
        say("That cannot be a key: it holds blanks or letters that no key has, or nothing at all.")
