"""The format `plain` as its entry point names it. It recognises nothing: it is for documents that no format knows."""

from __future__ import annotations

from orch_lsp.profiles.plain.beginning import begin
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Format

FORMAT = Format(PLAIN.name, (PLAIN,), started=begin)
