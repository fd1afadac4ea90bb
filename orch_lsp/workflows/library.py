"""Where workflows come from: the package, and the project below `.orch/workflows/`.

The project's come with a checkout that anybody may have made: they name providers and models, and no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from orch_lsp.context.choke import read_bytes
from orch_lsp.context.item import Exclusion
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.spelling import near
from orch_lsp.workflows.model import Workflow
from orch_lsp.workflows.reading import LONGEST_NAME, Fault, InvalidWorkflowError, is_name, read_workflow
from orch_lsp.workspace import ORCH_DIRECTORY, PROMPTS_FOLDER, WORKFLOWS_FOLDER

FOLDER = f"{ORCH_DIRECTORY}/{WORKFLOWS_FOLDER}"
PROMPTS = f"{ORCH_DIRECTORY}/{PROMPTS_FOLDER}"
DEFAULT = "draft"
ONE_CALL = "quick"
"""The workflow with the fewest steps."""
REFINE, DERIVE = "refine", "derive"
"""The workflows of what is written anew, and of the next document of a format."""
MAX_BYTES = 64 * 1024
MOST_FILES = 200
_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class Listed:
    """A workflow that there is by its name, or the reason why it cannot be used."""

    name: str
    workflow: Workflow | None
    error: SettingsError | None = None
    path: str | None = None
    """The project's file; None for the package's."""


@cache
def packaged() -> dict[str, Workflow]:
    """The workflows that the package brings, by name. Blocking."""
    folder = files(__name__.rpartition(".")[0])
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(_SUFFIX))
    texts = {name.removesuffix(_SUFFIX): folder.joinpath(name).read_text(encoding="utf-8") for name in found}
    return {name: read_workflow(name, text) for name, text in texts.items()}


def workflow_named(name: str, root: Path | None, providers: Collection[str]) -> Workflow:
    """The workflow of this name, the project's before the package's. Blocking.

    Args:
        name: As a person gives it.
        root: The workspace; None if there is none.
        providers: Names of the providers that the user has set up.

    Raises:
        SettingsError: `invalid_workflow`: there is none, or it cannot be used.
    """
    if root is not None and is_name(name):
        paths = [path for path in _files_of(root) if _name_of(path).casefold() == name]
        if len(paths) > 1:
            raise SettingsError(
                ErrorCode.INVALID_WORKFLOW, f"Two files are the workflow {name}: {paths[0]} and {paths[1]}."
            )
        if paths:
            return _of_project(root, paths[0], providers)
    known = packaged()
    if name in known:
        return known[name]
    every = sorted({*known, *(_name_of(path) for path in _files_of(root))})
    meant = near(name, every)
    raise SettingsError(
        ErrorCode.INVALID_WORKFLOW,
        f"There is no workflow named “{name[:LONGEST_NAME]}”{f'; did you mean {meant[0]}?' if meant else '.'}",
        remediation=f"Known: {', '.join(every)}; a workflow of your own is a file {FOLDER}/NAME.toml.",
    )


def workflows(root: Path | None, providers: Collection[str]) -> Iterator[Listed]:
    """All workflows by name, those of the project among them, which stand in place of the package's. Blocking."""
    of_project = {_name_of(path): path for path in _files_of(root)}
    for name in sorted({*packaged(), *of_project}):
        path = of_project.get(name)
        if path is None or root is None:
            yield Listed(name, packaged()[name])
            continue
        try:
            yield Listed(name, _of_project(root, path, providers), path=path)
        except SettingsError as error:
            yield Listed(name, None, error, path)


def prompts_named(root: Path) -> tuple[str, ...]:
    """The names of prompts that the workflows of a project speak of. Blocking."""
    names: set[str] = set()
    for path in _files_of(root):
        try:
            workflow, _ = _read(root, path)
        except InvalidWorkflowError:
            continue
        names |= {step.prompt for step in workflow.steps if step.prompt is not None}
    return tuple(sorted(names))


def check_references(workflow: Workflow, text: str, root: Path | None, providers: Collection[str]) -> list[Fault]:
    """Providers and prompts that a workflow names and that there are not. Blocking: looks for the prompts."""
    faults: list[Fault] = []
    for step in workflow.steps:
        if step.provider is not None and step.provider not in providers:
            meant = near(step.provider, providers)
            more = f"; did you mean `{meant[0]}`?" if meant else ": set it up in the user config, or take it out."
            faults.append(
                Fault(f"There is no provider `{step.provider}`{more}", _line(text, "provider", step.provider))
            )
        if step.prompt is not None and (root is None or not (root / PROMPTS / f"{step.prompt}.md").is_file()):
            message = f"There is no prompt `{step.prompt}`: it would be the file {PROMPTS}/{step.prompt}.md."
            faults.append(Fault(message, _line(text, "prompt", step.prompt)))
    return faults


def _line(text: str, key: str, value: str) -> int:
    """The line of a key with a value, which was read from there."""
    before, found, _ = text.partition(f'"{value}"')
    return before.count("\n") if found else text[: max(0, text.find(key))].count("\n")


def _of_project(root: Path, path: str, providers: Collection[str]) -> Workflow:
    workflow, text = _read(root, path)
    faults = check_references(workflow, text, root, providers)
    if faults:
        raise InvalidWorkflowError(path, faults)
    return workflow


def _read(root: Path, path: str) -> tuple[Workflow, str]:
    """The workflow in a file of the project, whatever it refers to, and the file's text.

    Raises:
        InvalidWorkflowError: There is none in it.
    """
    name = _name_of(path)
    if not is_name(name):
        raise InvalidWorkflowError(path, [Fault("A workflow's file has a name in lower case, with hyphens.")])
    opened = read_bytes(root.resolve(), path, MAX_BYTES)
    if isinstance(opened, Exclusion):
        raise InvalidWorkflowError(path, [Fault(f"It cannot be read: {opened.reason}.")])
    try:
        text = opened.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidWorkflowError(path, [Fault("It is not UTF-8 text.")]) from error
    return read_workflow(name, text, path), text


def _files_of(root: Path | None) -> list[str]:
    """The project's files of workflows, with `/`, in the order of their names."""
    if root is None:
        return []
    try:
        found = sorted(entry.name for entry in (root / FOLDER).iterdir() if entry.name.endswith(_SUFFIX))
    except OSError:
        return []
    return [f"{FOLDER}/{name}" for name in found[:MOST_FILES]]


def _name_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(_SUFFIX)
