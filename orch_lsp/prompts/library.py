"""Where the words of a prompt come from: the package, the user's own files, those of the project.

A user may replace any file, below `prompts/` beside their config. A project may replace the part for a kind of
document, below `.orch/prompts/`: it comes with a checkout that anybody may have made, so that it never touches the
words that say whom a model is to believe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orch_lsp.context.choke import read_bytes
from orch_lsp.context.item import Exclusion
from orch_lsp.document.prompt import PromptTemplate
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.prompts.layout import NAMES_IN_FRAME, NAMES_IN_RULES, NEEDED_IN_FRAME, TASK, Frame, Words
from orch_lsp.prompts.words import Fault, check_names, packaged
from orch_lsp.text import sha256
from orch_lsp.workspace import ORCH_DIRECTORY, PROMPTS_FOLDER, config_home

MAX_BYTES = 64 * 1024

PLAIN_DRAFT = PromptTemplate("plain.draft", "2", "a specification", packaged("plain.draft"))
TEMPLATES = {template.name: template for template in (PLAIN_DRAFT,)}
"""By the name that profiles use."""

_VERSION = "4"
"""Of `core.md` and the frames of tasks; changes with any change to their words."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The words of a request, and where those are from that the package did not bring."""

    words: Words
    own: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those words by their files, as a person may name them: `.orch/prompts/plain.draft.md`."""
    frame: str = TASK
    """Name of the words around the task."""

    @property
    def name(self) -> str:
        """The name for the record: that of the part, and the frame if the task is to write something anew."""
        part = self.words.template.name
        return part if self.frame == TASK else f"{self.frame}/{part}"

    @property
    def replaced(self) -> tuple[str, ...]:
        """The names of the files."""
        return tuple(self.own)

    @property
    def version(self) -> str:
        """Version of the shared words and of the part, as `2.3`."""
        return f"{_VERSION}.{self.words.template.version}"

    @property
    def sha256(self) -> str:
        """Hash of all words, before any name in them is filled."""
        words = self.words
        parts = (words.core, words.task, words.template.document, words.template.rules)
        return sha256("\n\x00\n".join(parts))


def choose(template: PromptTemplate, root: Path | None, *, frame: Frame = TASK, part: str | None = None) -> Chosen:
    """The words for a kind of document in a workspace. Blocking: looks for files of the user and the project.

    Args:
        template: The part for the kind of document.
        root: The workspace; None if there is none.
        frame: Which task is asked for.
        part: Name of a file of the project whose words stand in place of the part.

    Raises:
        SettingsError: A file of theirs cannot be used (`invalid_settings`); the message names it.
    """
    core, own_core = _user_words("core", packaged("core"))
    task, own_task = _user_words(frame, packaged(frame))
    rules, own_rules = _user_words(template.name, template.rules)
    name = part or template.name
    of_project = None if root is None else _project_words(root, name)
    if of_project is not None:
        own_rules = f"{ORCH_DIRECTORY}/{PROMPTS_FOLDER}/{name}.md"
        rules = of_project
    elif part is not None:
        raise SettingsError(
            ErrorCode.INVALID_WORKFLOW,
            f"There is no prompt {ORCH_DIRECTORY}/{PROMPTS_FOLDER}/{part}.md, which a step names.",
        )
    own = {file: words for file, words in ((own_core, core), (own_task, task), (own_rules, rules)) if file is not None}
    check_names(core, own_core or "core.md", ())
    check_names(task, own_task or f"{frame}.md", NAMES_IN_FRAME[frame], NEEDED_IN_FRAME[frame])
    check_names(rules, own_rules or template.name, NAMES_IN_RULES)
    return Chosen(Words(core, task, replace(template, rules=rules)), own, frame)


def words_at(folder: Path, path: str) -> str | Fault | None:
    """The words of a small text file that is really below its folder, a fault of the file, or None if there is none.

    Blocking.
    """
    real = _resolved(folder)
    if real is None or not (real / path).exists():
        return None
    opened = read_bytes(real, path, MAX_BYTES)
    if isinstance(opened, Exclusion):
        return _unusable(opened.reason)
    try:
        text = opened.data.decode("utf-8")
    except UnicodeDecodeError:
        return _unusable("not UTF-8 text")
    if not text.strip():
        return _unusable("empty")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _user_words(name: str, otherwise: str) -> tuple[str, str | None]:
    """The user's words of a name and the file that they are from, else those of the package."""
    folder = config_home() / PROMPTS_FOLDER
    words = _read(folder, f"{name}.md", str(folder))
    return (otherwise, None) if words is None else (words, str(folder / f"{name}.md"))


def _project_words(root: Path, name: str) -> str | None:
    return _read(root, f"{ORCH_DIRECTORY}/{PROMPTS_FOLDER}/{name}.md", "")


def _read(folder: Path, path: str, shown_below: str) -> str | None:
    words = words_at(folder, path)
    if isinstance(words, Fault):
        where = f"{shown_below}/{path}" if shown_below else path
        raise SettingsError(ErrorCode.INVALID_SETTINGS, f"The prompt {where} {words.message}.", remediation=words.cure)
    return words


def _resolved(folder: Path) -> Path | None:
    try:
        return folder.resolve(strict=True)
    except (OSError, RuntimeError):
        return None


def _unusable(reason: str) -> Fault:
    cure = "Correct the file, or remove it; without it the words of the package are used."
    return Fault(f"cannot be used: {reason}", cure)
