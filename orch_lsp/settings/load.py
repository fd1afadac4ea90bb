"""Read the layers of settings, each on its own and none ever failing: what is wrong becomes a `Problem`.

Files are read here; what holds in the end is decided by `resolve`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orch_lsp.late import late
from orch_lsp.settings.files import read_text, toml_values
from orch_lsp.settings.locate import locate_key, locate_path
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.settings.validate import KeyPath, is_nested_deeply, validated, without_blanks
from orch_lsp.workspace import resolved, user_config_path

if TYPE_CHECKING:
    from pydantic import SecretStr

    from orch_lsp.markdown.front_matter import FrontMatter
    from orch_lsp.settings import schema
else:
    schema = late("orch_lsp.settings.schema")

__all__ = [
    "ProjectLayer",
    "UserLayer",
    "load_project",
    "load_user",
    "locate_key",
    "parse_project",
    "parse_user",
    "read_editor",
    "read_front_matter",
    "read_handed_over",
]

# vscode-languageclient reads `<section>.trace.server` itself; `server` is the editor extension's own.
_CLIENT_KEYS = frozenset({"trace", "server"})
_USER_ONLY_KEYS = ("base_url", "api_key", "api_key_env", "headers", "timeout", "providers", "fallback")
_FRONT_MATTER_KEYS = ("provider", "model", "profile", "max_output_tokens", "temperature", "reasoning", "instructions")


@dataclass(frozen=True, slots=True)
class UserLayer:
    """Settings of the user level. `table` is None when it sets nothing; `keys` are handed over by the editor."""

    table: schema.UserTable | None = None
    problems: tuple[Problem, ...] = ()
    path: Path | None = None
    text: str = field(default="", repr=False)
    keys: Mapping[str, SecretStr] = field(default_factory=dict[str, "SecretStr"])

    def line_of(self, path: KeyPath) -> int | None:
        """The line of a key in the file, if the layer is one."""
        return locate_path(self.text, path) if self.text else None


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """Settings of one source of the project level. `table` is None when it chooses nothing."""

    layer: Layer = Layer.EDITOR
    table: schema.ProjectTable | None = None
    problems: tuple[Problem, ...] = ()
    path: Path | None = None
    text: str = field(default="", repr=False)
    lines: Mapping[str, int] = field(default_factory=dict[str, int])

    def line_of(self, path: KeyPath) -> int | None:
        """The line of a key in the file or front matter, if it has one."""
        return locate_path(self.text, path) if self.text else self.lines.get(path[0])


def load_user(path: Path | None = None) -> UserLayer:
    """Read the user config file; a missing one sets nothing. Blocking."""
    path = path or user_config_path()
    text = read_text(path, Layer.USER)
    if isinstance(text, Problem):
        return UserLayer(problems=(text,), path=path)
    return parse_user(text, path)


@lru_cache(maxsize=4)
def parse_user(text: str, path: Path | None = None) -> UserLayer:
    """Read the text of a user config."""
    values = toml_values(text, Layer.USER, path)
    if isinstance(values, Problem):
        return UserLayer(problems=(values,), path=path, text=text)
    table, found = validated(schema.UserTable, values, Layer.USER)
    return UserLayer(table, _located(found, text, path), path, text)


def read_handed_over(payload: object) -> UserLayer:
    """Read the payload of `orch/userSettings`: shaped as the user config, and `keys` by provider name.

    Keys are held as secrets: no repr, problem or log shows one.
    """
    from pydantic import SecretStr

    cleaned = None if is_nested_deeply(payload) else without_blanks(payload)
    if not isinstance(cleaned, dict):
        return UserLayer(problems=(Problem(Layer.USER, "orch/userSettings", "expected an object of settings"),))
    values = cast("dict[str, Any]", cleaned)
    given = values.pop("keys", {})
    keys: dict[str, SecretStr] = {}
    problems: list[Problem] = []
    for name, key in (cast("dict[str, object]", given) if isinstance(given, dict) else {"": given}).items():
        if name and isinstance(key, str):
            keys[name] = SecretStr(key)
        else:
            problems.append(Problem(Layer.USER, f"keys.{name}", f"`keys.{name}` is not used; expected a text"))
    table, found = validated(schema.UserTable, values, Layer.USER)
    return UserLayer(table, (*(problem for _, problem in found), *problems), keys=keys)


def load_project(path: Path) -> ProjectLayer:
    """Read a workspace's `.orch/config.toml`; a missing one sets nothing. Blocking.

    A file that a link leads to outside the root is not read: its content would show in diagnostics.
    """
    outside = not resolved(path).is_relative_to(resolved(path.parent.parent))
    text = Problem(Layer.PROJECT, "", "not read: it leads out of the workspace", path) if outside else None
    text = text or read_text(path, Layer.PROJECT)
    if isinstance(text, Problem):
        return ProjectLayer(Layer.PROJECT, problems=(text,), path=path)
    return parse_project(text, path)


@lru_cache(maxsize=8)
def parse_project(text: str, path: Path | None = None) -> ProjectLayer:
    """Read the text of a project config."""
    values = toml_values(text, Layer.PROJECT, path)
    if isinstance(values, Problem):
        return ProjectLayer(Layer.PROJECT, problems=(values,), path=path, text=text)
    table, found = _project_table(values, Layer.PROJECT)
    return ProjectLayer(Layer.PROJECT, table, _located(found, text, path), path, text)


def read_editor(options: object) -> ProjectLayer:
    """Read initializationOptions, a `workspace/configuration` answer or didChangeConfiguration's settings.

    The settings stand bare or under `orch`; what a client sends for settings that are not set is passed over.
    """
    if is_nested_deeply(options):
        return ProjectLayer(problems=(Problem(Layer.EDITOR, "orch", "`orch` is not used: it is nested too deeply"),))
    cleaned = without_blanks(options)
    if isinstance(cleaned, dict) and isinstance(cleaned.get("orch"), dict):  # pyright: ignore[reportUnknownMemberType] -- JSON or TOML of any shape
        cleaned = cast("dict[str, object]", cleaned)["orch"]
    if cleaned is None or cleaned == [] or cleaned == "":
        return ProjectLayer()
    if not isinstance(cleaned, dict):
        return ProjectLayer(problems=(Problem(Layer.EDITOR, "orch", "`orch` is not used; expected an object"),))
    values = {key: value for key, value in cast("dict[str, Any]", cleaned).items() if key not in _CLIENT_KEYS}
    table, found = _project_table(values, Layer.EDITOR)
    return ProjectLayer(Layer.EDITOR, table, tuple(problem for _, problem in found))


def read_front_matter(front_matter: FrontMatter, path: Path | None = None) -> ProjectLayer:
    """Read what a spec's front matter chooses; keys that are not ours belong to the document and are no problem.

    Args:
        front_matter: The spec's front matter.
        path: The spec's file, if it has one.
    """
    values, lines = front_matter.values, front_matter.lines
    if front_matter.problem is not None:
        # Without a key of ours it belongs to another tool, which may read it otherwise, or is a text between two rules.
        seeming = [key for key in (*_FRONT_MATTER_KEYS, *_USER_ONLY_KEYS) if key in lines]
        message = f"nothing in the front matter is used: {front_matter.problem}"
        unread = tuple(Problem(Layer.FRONT_MATTER, key, message, path, lines[key]) for key in seeming[:1])
        return ProjectLayer(Layer.FRONT_MATTER, None, unread, path, lines=dict(lines))
    ours = {key: values[key] for key in _FRONT_MATTER_KEYS if values.get(key) is not None}
    table, found = validated(schema.FrontMatterTable, ours, Layer.FRONT_MATTER, may_be_elsewhere=True)
    problems = [replace(problem, path=path, line=lines.get(key[0])) for key, problem in found]
    for key in _USER_ONLY_KEYS:
        if key in values:
            message = f"`{key}` is ignored here: it belongs in the user config, where only you can set it"
            problems.append(Problem(Layer.FRONT_MATTER, key, message, path, lines.get(key)))
    chosen = schema.ProjectTable.model_validate(table.model_dump(exclude_unset=True))
    return ProjectLayer(Layer.FRONT_MATTER, chosen, tuple(problems), path, lines=dict(lines))


def _project_table(
    values: Mapping[str, Any], layer: Layer
) -> tuple[schema.ProjectTable, list[tuple[KeyPath, Problem]]]:
    return validated(schema.ProjectTable, values, layer, may_be_elsewhere=True)


def _located(found: list[tuple[KeyPath, Problem]], text: str, path: Path | None) -> tuple[Problem, ...]:
    return tuple(replace(problem, path=path, line=locate_path(text, key)) for key, problem in found)
