"""Loads the protocol's types without the third of the time that goes into text which nobody reads.

attrs writes and compiles a `__repr__` for each of some four hundred classes. One that serves them all says the same.
"""

from __future__ import annotations

import sys
from typing import Any

import attrs

from orch_lsp.late import load

_TYPES = "lsprotocol.types"


def load_types() -> None:
    """Load the types, if nobody has. To be called while nothing else loads classes of attrs. Blocking."""
    if _TYPES in sys.modules:
        return
    define: Any = attrs.define

    def lighter(cls: Any = None, **options: Any) -> Any:
        if cls is None:
            return lambda decorated: lighter(decorated, **options)  # pyright: ignore[reportUnknownLambdaType, reportUnknownVariableType]
        if "__repr__" not in vars(cls):
            cls.__repr__ = _repr
        return define(cls, repr=False, **options)

    attrs.define = lighter
    try:
        load(_TYPES)
    finally:
        attrs.define = define


def _repr(self: Any) -> str:
    """The text that attrs would have written."""
    cls: Any = self.__class__
    return (
        f"{cls.__qualname__}({', '.join(f'{field.name}={getattr(self, field.name)!r}' for field in attrs.fields(cls))})"
    )
