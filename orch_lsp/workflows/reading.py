"""From a workflow's file to a workflow, or to what is wrong with it and where. Pure.

Strict: an unknown key, a value of another type, a step that there is not or that never begins is an error. Nothing is
guessed, and nothing in the file is evaluated.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.hidden import strip_hidden
from orch_lsp.late import late
from orch_lsp.spelling import near
from orch_lsp.text import split_lines
from orch_lsp.workflows.model import (
    ASKING,
    CANDIDATES,
    CHECK,
    CLARIFY,
    CONTEXT,
    CRITIC,
    DRAFT,
    FACTS,
    LOCATE,
    OUTLINE,
    READ,
    REPAIR,
    SECTION,
    STEPS,
    WRITING,
    Workflow,
    WorkflowStep,
)

if TYPE_CHECKING:
    from pydantic import ValidationError

    from orch_lsp.workflows import file_model
else:
    file_model = late("orch_lsp.workflows.file_model")

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
LONGEST_NAME = 40
_TABLE = re.compile(r"\s*\[\[\s*steps\s*\]\]")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_ONE_PER_STEP = {
    "each": (SECTION,), "parallel": (SECTION,), "rounds": (REPAIR,), "prompt": (DRAFT, SECTION),
    "provider": tuple(ASKING), "model": tuple(ASKING),
}  # fmt: skip
"""The steps for which a key means something: elsewhere it would be ignored, so that it is refused."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a workflow's file.

    Attributes:
        message: For people, with a full stop.
        line: Zero-based.
    """

    message: str
    line: int = 0


class InvalidWorkflowError(SettingsError):
    """A file that is no workflow (`invalid_workflow`); `faults` says all that is wrong with it."""

    def __init__(self, where: str, faults: Sequence[Fault]) -> None:
        first = faults[0]
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(ErrorCode.INVALID_WORKFLOW, f"{where}, line {first.line + 1}: {first.message}{more}")
        self.faults = tuple(faults)


def is_name(name: str) -> bool:
    """Whether a workflow, a prompt or a step may have this name: lower case, digits and single hyphens."""
    return len(name) <= LONGEST_NAME and NAME.match(name) is not None


def read_workflow(name: str, text: str, path: str | None = None) -> Workflow:
    """A workflow from the text of its file.

    Args:
        name: The file's name without its suffix.
        text: TOML.
        path: As `Workflow.path` has it.

    Raises:
        InvalidWorkflowError: It is none.
    """
    where = path or f"{name}.toml"
    try:
        values = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) - 1 if at else text.rstrip().count("\n")
        raise InvalidWorkflowError(where, [Fault(f"This is not TOML: {str(error)[:200]}.", line)]) from error
    lines = _Lines(text)
    faults = _shape_faults(values, lines)
    if faults:
        raise InvalidWorkflowError(where, faults)
    steps = [_step(one) for one in values["steps"]]
    faults = [*_key_faults(values["steps"], lines), *_order_faults(steps, lines)]
    if faults:
        raise InvalidWorkflowError(where, faults)
    # The text stands in lists, in messages and in titles of actions, and anybody may have written it.
    description = " ".join(strip_hidden(values.get("description", ""))[0].split())
    return Workflow(name, description, _complete(steps), path)


def _step(values: Mapping[str, Any]) -> WorkflowStep:
    known: dict[str, Any] = {key: value for key, value in values.items() if key not in {"each", "needs"}}
    return WorkflowStep(needs=tuple(values.get("needs", ())), **known)


class _Lines:
    """Where the tables of steps and their keys stand in a file."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self._tables = [number for number, line in enumerate(self._lines) if _TABLE.match(line)]

    def of(self, step: int | None, key: str | None = None) -> int:
        """The line of a key of a step, else of the step; of a key of the file for no step."""
        begin, end = 0, len(self._lines)
        if step is not None:
            begin = self._tables[step] if step < len(self._tables) else 0
            end = self._tables[step + 1] if step + 1 < len(self._tables) else end
        elif self._tables:
            end = self._tables[0]
        if key is not None:
            sought = re.compile(rf"(?:\[\[steps\]\]|.*;)?\s*[\"']?{re.escape(key)}[\"']?\s*=")
            for number in range(begin, end):
                if sought.match(self._lines[number]):
                    return number
        return begin


def _shape_faults(values: Mapping[str, Any], lines: _Lines) -> list[Fault]:
    """Keys that there are not, and values of another type or range."""
    from pydantic import ValidationError

    try:
        file_model.WorkflowFile.model_validate(values)
    except ValidationError as error:
        return _told(error, lines)
    return []


def _told(error: ValidationError, lines: _Lines) -> list[Fault]:
    faults: list[Fault] = []
    for one in error.errors(include_url=False):
        place = list(one["loc"])
        step = next((part for part in place[1:2] if isinstance(part, int)), None)
        key = next((part for part in place[0 if step is None else 2 :] if isinstance(part, str)), None)
        named = f"`{key}`" if key is not None else "A value"
        if one["type"] == "extra_forbidden":
            table = file_model.WorkflowFile if step is None else file_model.StepTable
            meant = near(key or "", table.model_fields)
            message = f"There is no key {named} here" + (f"; did you mean `{meant[0]}`?" if meant else ".")
        elif step is not None and key is None:
            message = "An entry of `steps` is not a table; each step begins with `[[steps]]`."
        elif one["type"] == "missing":
            message = f"{named} is missing."
        else:
            message = f"{named} cannot be this: {one['msg'].removeprefix('Input ')}."
        faults.append(Fault(message, lines.of(step, key)))
    return faults


def _key_faults(steps: Sequence[Mapping[str, Any]], lines: _Lines) -> list[Fault]:
    """Keys that mean nothing for their step, and names that are none."""
    faults: list[Fault] = []
    for number, step in enumerate(steps):
        for key, meant_for in _ONE_PER_STEP.items():
            if key in step and step["id"] in STEPS and step["id"] not in meant_for:
                faults.append(Fault(f"`{key}` means nothing for the step `{step['id']}`.", lines.of(number, key)))
        if step["id"] == SECTION and step.get("each") != "section":
            faults.append(Fault('The step `section` needs `each = "section"`.', lines.of(number)))
        if "prompt" in step and not is_name(step["prompt"]):
            message = "`prompt` is the name of a file below `.orch/prompts/` without `.md`: lower case and hyphens."
            faults.append(Fault(message, lines.of(number, "prompt")))
    return faults


def _order_faults(steps: Sequence[WorkflowStep], lines: _Lines) -> list[Fault]:
    """Steps that there are not or twice, that never begin, or that follow one another in a senseless way."""
    faults: list[Fault] = []
    seen: set[str] = set()
    ids = [step.id for step in steps]
    for number, step in enumerate(steps):
        if step.id not in STEPS:
            meant = near(step.id, STEPS)
            more = f"; did you mean `{meant[0]}`?" if meant else f". Known: {', '.join(STEPS)}."
            faults.append(Fault(f"There is no step `{step.id[:LONGEST_NAME]}`{more}", lines.of(number, "id")))
        elif step.id in seen:
            faults.append(Fault(f"The step `{step.id}` is there twice.", lines.of(number, "id")))
        seen.add(step.id)
        for need in step.needs:
            if need not in ids:
                message = f"`{step.id}` needs `{need[:LONGEST_NAME]}`, which is not a step of this workflow."
                faults.append(Fault(message, lines.of(number, "needs")))
    if faults:
        return faults
    # In each circle a step waits for itself or for one behind it in `STEPS`.
    for number, step in enumerate(steps):
        for need in step.needs:
            if need == step.id:
                faults.append(Fault(f"`{step.id}` waits for itself.", lines.of(number, "needs")))
            elif STEPS.index(need) > STEPS.index(step.id):
                message = f"`{step.id}` cannot wait for `{need}`, which works on what `{step.id}` makes."
                faults.append(Fault(message, lines.of(number, "needs")))
    return [*faults, *_sense_faults(ids, lines)]


def _sense_faults(ids: Sequence[str], lines: _Lines) -> list[Fault]:
    """Steps that are the same by two names, or that have nothing to work on."""
    if CONTEXT in ids and CANDIDATES in ids:
        message = "`context` is another name for `candidates`: one of them is enough."
        return [Fault(message, lines.of(ids.index(CONTEXT), "id"))]
    writing = sum(step in WRITING for step in ids)
    of_a_draft = [step for step in ids if step in {OUTLINE, REPAIR}]
    if writing > 1 or (not writing and of_a_draft):
        return [Fault("A workflow has one step that writes: `draft` for all at once, or `section`.")]
    if not writing and not {CHECK, CRITIC, CLARIFY} & set(ids):
        return [Fault("A workflow that writes nothing has a step that says something: `check`, `critic` or `clarify`.")]
    return []


def _complete(steps: Sequence[WorkflowStep]) -> tuple[WorkflowStep, ...]:
    """The steps with those that every run has, each waiting for all that it works on."""
    by_id = {step.id: step for step in steps}
    if CANDIDATES not in by_id:
        by_id.setdefault(CONTEXT, WorkflowStep(CONTEXT))
    if WRITING & by_id.keys() or CRITIC in by_id:
        by_id.setdefault(CHECK, WorkflowStep(CHECK))
    works_on = _works_on(by_id)
    ordered = [by_id[name] for name in STEPS if name in by_id]
    return tuple(replace(step, needs=tuple(dict.fromkeys((*works_on[step.id], *step.needs)))) for step in ordered)


def _works_on(there: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The steps whose work each step needs, whatever the file says."""

    def first_of(*names: str) -> tuple[str, ...]:
        return next(((name,) for name in names if name in there), ())

    read, files = first_of(READ), first_of(LOCATE, CANDIDATES, CONTEXT)
    gathered = (*files, *first_of(FACTS, READ))
    prepared = first_of(CLARIFY) or gathered
    planned = first_of(OUTLINE) or prepared
    return {
        READ: (), FACTS: read, CANDIDATES: read, CONTEXT: read,
        LOCATE: (*first_of(CANDIDATES, CONTEXT), *first_of(FACTS)),
        CLARIFY: gathered, OUTLINE: prepared, DRAFT: planned, SECTION: planned,
        CHECK: first_of(DRAFT, SECTION) or prepared, CRITIC: (CHECK,), REPAIR: first_of(CRITIC, CHECK),
    }  # fmt: skip
