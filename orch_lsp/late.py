"""Modules of our own that are loaded when something of them is first used: no function imports them itself.

What starts often, or has to answer at once, must not pay for what it may never need. Such a module is named where all
imports stand, for the type checker as it is and for the interpreter through `late`:

    if TYPE_CHECKING:
        from orch_lsp.settings import schema
    else:
        schema = late("orch_lsp.settings.schema")
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


class _LateModule:
    """Stands for a module; loads it when an attribute is asked for."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(load(self.__name__), attribute)
        # Found without a detour from now on.
        setattr(self, attribute, value)
        return value


def late(name: str) -> Any:
    """A stand-in for the module `name`, which is loaded at the first use of anything in it."""
    return _LateModule(name)


def load_now(*modules: ModuleType) -> None:
    """Load what these stand-ins stand for. Blocking: on a worker thread before an event loop uses them."""
    for module in modules:
        load(module.__name__)


def load(name: str) -> Any:
    """The module `name`, loaded now if it was not. Blocking."""
    # Waits where another thread is loading it just now.
    __import__(name)
    return sys.modules[name]
