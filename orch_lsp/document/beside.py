"""Headings above lists of what people write beside requirements: what is assumed, given, unknown or was looked up."""

from __future__ import annotations

import re
from functools import lru_cache

from orch_lsp.document.heading_name import NAMES_KEPT, heading_name

_BESIDE = re.compile(
    r"(?<!\w)(?:assum(?:ptions?|ed)|known (?:gaps?|issues?|limitations?|facts?)|gaps?|limitations?|constraints?|risks?"
    r"|out of scope|audit(?:s|ed)?|mapping|traceability|findings?|change ?log|history)(?!\w)"
    r"|假设|前提|限制|约束|約束|風險|风险|前提条件|制約|制限|가정|제약|제한"
    r"|(?<!\w)(?:annahmen|einschränkungen|risiken|supuestos|restricciones|limitaciones|premissas|restrições|limitações"
    r"|hypothèses|contraintes|limites)(?!\w)"
)


@lru_cache(maxsize=NAMES_KEPT)
def is_beside_requirements(title: str) -> bool:
    """Whether ids that are listed right below a heading are none of requirements."""
    return _BESIDE.search(heading_name(title)) is not None
