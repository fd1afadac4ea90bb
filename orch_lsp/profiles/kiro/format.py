"""The format `kiro` as its entry point names it."""

from __future__ import annotations

from orch_lsp.profiles.kiro.beginning import begin, follow
from orch_lsp.profiles.kiro.recognition import recognise, scope_by_content
from orch_lsp.profiles.kiro.sections import (
    BUGFIX,
    DESIGN,
    NOTES,
    REQUIREMENTS,
    REQUIREMENTS_ELSEWHERE,
    STEERING,
    TASKS,
)
from orch_lsp.profiles.protocol import Format

FORMAT = Format(
    REQUIREMENTS.name,
    (REQUIREMENTS, REQUIREMENTS_ELSEWHERE, BUGFIX, DESIGN, TASKS, STEERING, NOTES),
    recognise,
    begin,
    follows=follow,
    scope_by_content=scope_by_content,
)
