"""The forms of arguments and answers: strict, so that a wrong call is told and not guessed at."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

LONGEST_PATH = 1_024
LONGEST_KEY = 512
LONGEST_CURSOR = 64


class Arguments(BaseModel):
    """The arguments of a tool; another name than these is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answer(BaseModel):
    """The structured answer of a tool, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paged(Arguments):
    """Arguments of a tool whose answer may have several pages."""

    cursor: str | None = Field(None, max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="The most items of a page.")


class Page(Answer):
    """An answer that may go on."""

    total: int = Field(description="Items of all pages, as far as they are known.")
    is_complete: bool = Field(
        default=True, description="False while the workspace is still being read: more may be found in a while."
    )
    next_cursor: str | None = Field(None, description="Give it as `cursor` for what follows; null on the last page.")
    notices: list[str] = Field(default_factory=list[str], description="What was left out, and why.")


class Position(Answer):
    """A zero-based line and UTF-16 character, as in LSP."""

    line: int
    character: int


class Range(Answer):
    """From the first position up to the second."""

    start: Position
    end: Position
