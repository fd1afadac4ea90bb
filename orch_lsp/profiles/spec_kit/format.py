"""The format `spec-kit` as its entry point names it."""

from __future__ import annotations

from orch_lsp.profiles.protocol import Format
from orch_lsp.profiles.spec_kit.beginning import begin, follow
from orch_lsp.profiles.spec_kit.recognition import recognise, scope_by_content
from orch_lsp.profiles.spec_kit.sections import PROFILES

FORMAT = Format(PROFILES[0].name, PROFILES, recognise, begin, follows=follow, scope_by_content=scope_by_content)
