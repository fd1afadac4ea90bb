"""Files that settings pin to the context: how an entry of `context.pin` is read, and put into a settings file."""

from __future__ import annotations

import re
from typing import Any, cast

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.locate import has_deep_key
from orch_lsp.text import Edit, Span, line_end_of

_LINES = re.compile(r"L(\d{1,9})(?:-L?(\d{1,9}))?")


def parse_pin(written: str) -> tuple[str, tuple[int, int] | None]:
    """The file and the lines, from one and with the last one, of an entry."""
    path, mark, fragment = written.rpartition("#")
    found = _LINES.fullmatch(fragment) if mark else None
    if found is None:
        return written, None
    first, last = int(found[1]), int(found[2] or found[1])
    return path, (max(1, min(first, last)), max(1, first, last))


def pinning(toml_text: str, entry: str) -> Edit | None:
    """The edit of a settings file that adds an entry; None if it is there.

    Raises:
        SettingsError: `invalid_settings`: the text is not valid TOML, or `context.pin` is no list.
    """
    import tomlkit

    document = _parsed(toml_text)
    if entry in _pins(document):
        return None
    context = document.get("context")
    if context is None:
        context = document["context"] = tomlkit.table()
    if "pin" in context:
        context["pin"].append(entry)
    else:
        context["pin"] = [entry]
    return _difference(toml_text, document)


def unpinning(toml_text: str, path: str) -> Edit | None:
    """The edit of a settings file that takes all entries of a file away; None if there are none.

    Raises:
        SettingsError: As `pinning`.
    """
    document = _parsed(toml_text)
    pins = _pins(document)
    left = [entry for entry in pins if not isinstance(entry, str) or parse_pin(entry)[0] != path]
    if len(left) == len(pins):
        return None
    if left:
        for number in reversed(range(len(pins))):
            if pins[number] not in left:
                del pins[number]
    else:
        del document["context"]["pin"]
    return _difference(toml_text, document)


def _parsed(toml_text: str) -> Any:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    if has_deep_key(toml_text):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, "The settings file cannot be changed: a key is nested too deep."
        )
    try:
        return tomlkit.parse(toml_text)
    except TOMLKitError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, f"The settings file cannot be changed: it is not valid TOML ({error})."
        ) from error


def _pins(document: Any) -> list[Any]:
    context: Any = document.get("context", {})
    pins: object = cast("dict[str, object]", context).get("pin", []) if isinstance(context, dict) else None
    if not isinstance(pins, list):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, "The settings file cannot be changed: `context.pin` is not a list of files."
        )
    return cast("list[Any]", pins)


def _difference(before: str, document: Any) -> Edit:
    import tomlkit

    after = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] -- untyped in tomlkit
    if "\r\n" in before:
        after = re.sub(r"\r?\n", line_end_of(before), after)
    start = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    start = min(len(before), len(after)) if start is None else start
    rest = min(len(before), len(after)) - start
    tail = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    return Edit(Span(start, len(before) - tail), after[start : len(after) - tail])
