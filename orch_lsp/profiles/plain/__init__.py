"""The format `plain`: seven sections, for a spec that follows no other tool's format.

`sections` names them, with `translated_titles`; `nodes` finds tasks, criteria and ids.
"""

from __future__ import annotations

from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Format

__all__ = ["FORMAT", "PLAIN"]

FORMAT = Format(PLAIN.name, (PLAIN,))
