"""Loads the protocol's types with each class made at its first use: a session uses a fifth of them.

lsprotocol declares some five hundred and fifty classes, and attrs writes and compiles the methods of each; that is a
quarter of the time to the first answer. Here a class has its slots at once, and gets from attrs all else when it is
called, asked for its fields, or read or written by the converter. Afterwards it is as attrs would have made it.
"""

from __future__ import annotations

import sys
import threading
from typing import Any, get_type_hints

import attrs
from typing_extensions import override

from orch_lsp.late import load

_TYPES = "lsprotocol.types"
_HOOKS = "lsprotocol._hooks"

_lock = threading.RLock()


class _Made(type):
    """The metaclass of a type that attrs has made. Like `type`, which no class can be changed to."""


class _MadeAtUse(type):
    """The metaclass of a type that attrs has not made yet."""

    @override
    def __call__(cls, *values: Any, **named: Any) -> Any:
        _make(cls)
        return cls(*values, **named)

    def __getattr__(cls, name: str) -> Any:
        if name != "__attrs_attrs__":
            raise AttributeError(name)
        _make(cls)
        return getattr(cls, name)


def load_types() -> None:
    """Load the types, if nobody has. To be called while nothing else loads classes of attrs. Blocking."""
    if _TYPES in sys.modules:
        return
    define: Any = attrs.define
    attrs.define = _declared
    try:
        load(_TYPES)
    finally:
        attrs.define = define
    # Each class resolves its own names when it is made.
    load(_HOOKS)._resolved_forward_references = True  # noqa: SLF001 -- what its loop over all classes would set


def _declared(cls: Any) -> Any:
    """The class with its slots, to be made at its first use. lsprotocol gives `define` no options."""
    values: dict[str, Any] = {**cls.__dict__}
    names: tuple[str, ...] = tuple(values.get("__annotations__", ()))
    fields = {name: _field(values.pop(name, attrs.NOTHING)) for name in names}
    del values["__dict__"], values["__weakref__"]
    values |= {"__slots__": (*names, "__weakref__"), "__match_args__": names, "_fields_to_be": fields}
    return _MadeAtUse(cls.__name__, cls.__bases__, values)


def _field(value: Any) -> Any:
    return value if hasattr(value, "counter") else attrs.field(default=value)


def _make(cls: Any) -> None:
    with _lock:
        if _Made is type(cls):
            return  # by another thread, meanwhile
        fields = cls._fields_to_be
        del cls._fields_to_be
        # As `attrs.resolve_types` does it, but before anybody can see a field.
        cls.__annotations__ = get_type_hints(cls, sys.modules[_TYPES].ALL_TYPES_MAP, {}, include_extras=True)
        attrs.define(cls, these=fields, slots=False)
        cls.__class__ = _Made
