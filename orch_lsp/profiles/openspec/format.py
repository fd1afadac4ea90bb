"""The format `openspec` as its entry point names it."""

from __future__ import annotations

from orch_lsp.profiles.openspec.beginning import begin, follow
from orch_lsp.profiles.openspec.kinds import DELTA, DESIGN, NOTES, PROPOSAL, SPEC, TASKS
from orch_lsp.profiles.openspec.recognition import recognise
from orch_lsp.profiles.protocol import Format

FORMAT = Format(
    "openspec", (SPEC, DELTA, PROPOSAL, DESIGN, TASKS, NOTES), recognise, begin, ascii_names=True, follows=follow
)
