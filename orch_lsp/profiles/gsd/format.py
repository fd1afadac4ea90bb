"""The format `gsd` as its entry point names it."""

from __future__ import annotations

from orch_lsp.profiles.gsd.beginning import begin
from orch_lsp.profiles.gsd.kinds import CONTEXT, NOTES, PLAN, PROJECT, REQUIREMENTS, ROADMAP
from orch_lsp.profiles.gsd.recognition import recognise
from orch_lsp.profiles.protocol import Format

FORMAT = Format(REQUIREMENTS.name, (REQUIREMENTS, ROADMAP, PLAN, PROJECT, CONTEXT, NOTES), recognise, begin)
