"""Write another provider and model into a settings file or a front matter, and leave everything else as it is."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import cast

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.markdown.front_matter import FrontMatter, opening_end
from orch_lsp.storage.files import replace_file
from orch_lsp.text import Edit, Span, line_end_of
from orch_lsp.workspace import ORCH_DIRECTORY, resolved

_PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_REST_OF_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def with_choice(toml_text: str, provider: str, model: str | None) -> str:
    """The text of a settings file that names this provider and model; without a model it names none.

    Raises:
        SettingsError: `invalid_settings`: the text is not valid TOML, so that nothing can be put in safely.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(toml_text)
        document["provider"] = provider
        if model is not None:
            document["model"] = model
        elif "model" in document:
            document.remove("model")
        changed = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] -- untyped in tomlkit
    except TOMLKitError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, f"The settings file cannot be changed: it is not valid TOML ({error})."
        ) from error
    return re.sub(r"\r?\n", line_end_of(toml_text), changed) if "\r\n" in toml_text else changed


def choose_in_file(path: Path, provider: str, model: str | None) -> None:
    """Write the choice into a settings file, which need not exist yet. Blocking.

    The file is replaced at once and as a whole. A user's link is followed; one that a workspace brings is not, if it
    leads out of the workspace.

    Raises:
        SettingsError: `invalid_settings`: the file cannot be read, is not valid TOML, or cannot be written.
    """
    target = resolved(path)
    if path.parent.name == ORCH_DIRECTORY and not target.is_relative_to(resolved(path.parent.parent)):
        raise SettingsError(ErrorCode.INVALID_SETTINGS, f"{path.name} is not changed: it leads out of the workspace.")
    try:
        text = target.read_bytes().decode("utf-8") if target.exists() else ""
        changed = with_choice(text, provider, model)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, changed)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS, f"The settings file {path.name} cannot be changed: {reason}."
        ) from error


def _replace(target: Path, text: str) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
    replace_file(target, text.encode("utf-8"), mode=mode)


def front_matter_with_choice(
    text: str, front_matter: FrontMatter, provider: str, model: str | None
) -> tuple[Edit, ...]:
    """Edits that make an existing front matter name this provider and model; comments and other keys stay.

    Returns:
        The edits; none if the front matter is not a block of `key: value` lines.
    """
    body_start = opening_end(text)
    entries = None if body_start is None else _entries(text[body_start : front_matter.span.end])
    if body_start is None or entries is None:
        return ()
    edits: list[Edit] = []
    missing = ""
    for key, value in (("provider", provider), ("model", model)):
        if key not in entries:
            missing += "" if value is None else f"{key}: {yaml_scalar(value)}{line_end_of(text)}"
            continue
        start, value_start, value_end = (body_start + offset for offset in entries[key])
        if value is None:
            rest = _REST_OF_LINE.match(text, value_end)
            edits.append(Edit(Span(start, rest.end() if rest else value_end), ""))
        else:
            # A value of several lines ends on the next line; its line end has to stay.
            kept = text[value_start:value_end].rstrip("\r\n")
            blank = "" if text[value_start - 1] in " \t" else " "
            edits.append(Edit(Span(value_start, value_start + len(kept)), blank + yaml_scalar(value)))
    if missing:
        edits.append(Edit(Span(body_start, body_start), missing))
    return tuple(sorted(edits, key=lambda edit: edit.span))


def _entries(source: str) -> dict[str, tuple[int, int, int]] | None:
    """Offsets of each top-level key, and of its value's start and end; None if there is no block mapping."""
    import yaml

    try:
        node = next(iter(yaml.compose_all(source, Loader=yaml.SafeLoader)), None)
    except (yaml.YAMLError, RecursionError):
        return None
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
        return {}
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    pairs = cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
    return {
        str(key.value): (int(key.start_mark.index), int(value.start_mark.index), int(value.end_mark.index))
        for key, value in pairs
    }


def yaml_scalar(value: str) -> str:
    """A value as YAML: bare where that is safe, else in double quotes."""
    if _PLAIN_SCALAR.fullmatch(value) and value.lower() not in _YAML_WORDS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in escaped) + '"'
