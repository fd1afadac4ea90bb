"""The user config as a file that is changed: a choice put in, all else kept, whole or not at all.

Comments, order and line ends are the person's. Processes that change the file take turns; each reads it anew when its
turn comes, so that neither loses the other's change.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.files import read_text, toml_values
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.storage.claim import exclusive
from orch_lsp.storage.files import replace_file
from orch_lsp.text import line_end_of
from orch_lsp.workspace import resolved

_BOM = "\ufeff"
_FIRST_LINE = "# Settings of orch-lsp for all your specs; `orch-lsp doctor` shows what holds. Keys never stand here.\n"
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
"""Errors of a file system on which nothing can be locked."""


@dataclass(frozen=True, slots=True)
class ConfigChoice:
    """A provider that is to be the user's own, its model, and what its table `[providers.NAME]` has to say.

    `table` holds keys as the file has them, such as `base_url`; what is not in it stays as it is.
    """

    provider: str
    model: str | None
    table: Mapping[str, Any] = field(default_factory=dict[str, Any])


def checked_text(path: Path) -> str:
    """The text of the user config, empty if there is none. Blocking.

    Raises:
        SettingsError: `invalid_settings`: it cannot be read or is not valid TOML; the message names the line.
    """
    text = read_text(path, Layer.USER)
    values = text if isinstance(text, Problem) else toml_values(text, Layer.USER, path)
    if isinstance(values, Problem):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{values.place}: {values.message}. The file was not changed.",
            remediation=f"Correct that place in {path}, then try again.",
            line=values.line,
        )
    return cast("str", text)


def with_provider(text: str, choice: ConfigChoice) -> str:
    """The text of a user config that names the provider and its model.

    A `model` at the top belongs to the provider that is named there, and is changed or taken away with it.

    Raises:
        SettingsError: `invalid_settings`: the text is written in a way in which nothing can be put in safely.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        wanted = _merged(tomllib.loads(text), choice)
        document = tomlkit.parse(text or _FIRST_LINE)
        document["provider"] = choice.provider
        if "model" in document and choice.model is None:
            document.remove("model")
        elif "model" in document:
            document["model"] = choice.model
        if table := _table(choice):
            providers = document.setdefault("providers", tomlkit.table(is_super_table=True))
            if choice.provider not in providers:
                providers[choice.provider] = tomlkit.table()
            own = providers[choice.provider]
            for key, value in table.items():
                if own.get(key) != value:
                    own[key] = value
        changed = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] -- untyped in tomlkit
        is_as_wanted = tomllib.loads(changed) == wanted
    except (TOMLKitError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise _unchangeable(choice) from error
    if not is_as_wanted:
        raise _unchangeable(choice)
    return re.sub(r"\r?\n", line_end_of(text), changed) if "\r\n" in text else changed


def change_user_config(path: Path, change: Callable[[str], str]) -> bool:
    """Replace the user config by what `change` makes of its text; the folder is made where it is missing. Blocking.

    A link is followed, and the file's permissions stay.

    Returns:
        Whether the file has another text now.

    Raises:
        SettingsError: `invalid_settings`: the file cannot be read, is not valid TOML or cannot be written, or whatever
            `change` raises. The file is what it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _turn(path):
            target = resolved(path)
            text = checked_text(path)
            changed = change(text)
            if changed == text:
                return False
            begins = _BOM if _has_bom(target) else ""
            replace_file(target, (begins + changed).encode("utf-8"), mode=_mode_of(target))
    except OSError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"{path} cannot be written: {error.strerror or type(error).__name__}. It is what it was.",
            remediation="Make the file and its folder writable, or name another folder in ORCH_CONFIG_HOME.",
        ) from error
    return True


def _table(choice: ConfigChoice) -> dict[str, Any]:
    model = {} if choice.model is None else {"model": choice.model}
    return {**choice.table, **model}


def _merged(values: dict[str, Any], choice: ConfigChoice) -> dict[str, Any]:
    """The values that the changed text has to have."""
    merged: dict[str, Any] = {**values, "provider": choice.provider}
    if "model" in values:
        merged["model"] = choice.model
        if choice.model is None:
            del merged["model"]
    if table := _table(choice):
        providers = merged.get("providers", {})
        merged["providers"] = {**providers, choice.provider: {**providers.get(choice.provider, {}), **table}}
    return merged


def _unchangeable(choice: ConfigChoice) -> SettingsError:
    lines = [f'provider = "{choice.provider}"', f"[providers.{choice.provider}]"]
    lines += [f"{key} = {value!r}" for key, value in _table(choice).items()]
    return SettingsError(
        ErrorCode.INVALID_SETTINGS,
        "The user config is written in a way in which nothing can be put in safely; it was not changed.",
        remediation=f"Write this into it by hand: {'; '.join(lines)}.",
    )


@contextmanager
def _turn(path: Path) -> Generator[None]:
    """The only change of the file among all processes, where the file system has locks."""
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(path.with_name(f".{path.name}.lock")))
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield


def _has_bom(target: Path) -> bool:
    try:
        with target.open("rb") as file:
            return file.read(3) == _BOM.encode()
    except FileNotFoundError:
        return False


def _mode_of(target: Path) -> int:
    """The permission bits that the file has and keeps.

    Raises:
        PermissionError: The person has made it read-only.
    """
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o644
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    return mode
