"""How the parts that formats bring to a prompt are made: their words are files, one for each kind of document."""

from __future__ import annotations

from importlib.resources import files

from orch_lsp.document.prompt import PromptTemplate

FOLDER = "prompts"


def asking(package: str | None, name: str, version: str, document: str) -> PromptTemplate:
    """The part for one kind of document. Blocking: it reads the words of `prompts/KIND.md`.

    Args:
        package: Name of the format's package, in which the file lies.
        name: `FORMAT.KIND`.
        version: Changes with any change to the words.
        document: The kind of document, with an article.

    Raises:
        OSError: There is no such file.
        ValueError: No package is named.
    """
    if package is None:
        msg = f"the prompt {name} needs the package that its words lie in"
        raise ValueError(msg)
    _, _, kind = name.partition(".")
    return PromptTemplate(name, version, document, words_in(package, FOLDER, f"{kind}.md"))


def words_in(package: str, *path: str) -> str:
    """The words of a file that a package brings. Blocking.

    Raises:
        OSError: There is no such file.
    """
    return files(package).joinpath(*path).read_text(encoding="utf-8")
