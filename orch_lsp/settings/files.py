"""A settings file as text and as values; what is wrong with it becomes a `Problem`."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from orch_lsp.settings.locate import has_deep_key
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.settings.validate import is_nested_deeply

_MAX_BYTES = {Layer.USER: 1024 * 1024, Layer.PROJECT: 256 * 1024}
"""The largest settings file that is read, in bytes; a project's is read anew for each request, whoever wrote it."""
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def read_text(path: Path, layer: Layer) -> str | Problem:
    """The text of a settings file, or why it is not read; a missing one is empty. Blocking."""
    limit = _MAX_BYTES[layer]
    try:
        # A pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(limit + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        return Problem(layer, "", f"not read: {getattr(error, 'strerror', None) or error}", path)
    if data is None or len(data) > limit:
        return Problem(layer, "", f"not read: expected a file of at most {limit} bytes", path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(layer, "", f"not read: byte {error.start} is not UTF-8", path)


def toml_values(text: str, layer: Layer, path: Path | None) -> dict[str, Any] | Problem:
    """The settings of a TOML text, or the reason why nothing of it is used."""
    if has_deep_key(text):
        return _nested_too_deeply(layer, path)
    try:
        values = tomllib.loads(text)
    except RecursionError:
        return _nested_too_deeply(layer, path)
    except ValueError as error:
        # Not only TOMLDecodeError: a number of thousands of digits is refused by the interpreter itself.
        found = _TOML_PLACE.search(str(error))
        line = int(found[1]) - 1 if found and found[1] else text.count("\n") if found else None
        reason = _TOML_PLACE.sub("", str(error))[:200]
        return Problem(layer, "", f"nothing in this file is used, because it is not valid TOML: {reason}", path, line)
    return _nested_too_deeply(layer, path) if is_nested_deeply(values) else values


def _nested_too_deeply(layer: Layer, path: Path | None) -> Problem:
    return Problem(layer, "", "nothing in this file is used: it is nested too deeply", path, 0)
