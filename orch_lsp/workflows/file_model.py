"""The shape of a workflow's file. Loads pydantic: only for those who read one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from orch_lsp.workflows.model import MOST_PARALLEL, MOST_ROUNDS

MOST_STEPS = 32
Short = Annotated[str, Field(min_length=1, max_length=200)]


class StepTable(BaseModel):
    """One `[[steps]]`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Short
    needs: Annotated[list[Short], Field(max_length=MOST_STEPS)] = []
    each: Literal["section"] | None = None
    parallel: Annotated[int, Field(ge=1, le=MOST_PARALLEL)] = 4
    provider: Short | None = None
    model: Short | None = None
    prompt: Short | None = None
    rounds: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] = 1


class WorkflowFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    description: Annotated[str, Field(max_length=200)] = ""
    steps: Annotated[list[StepTable], Field(min_length=1, max_length=MOST_STEPS)]
