"""The documentation pages that ship with the package."""

from __future__ import annotations

from pathlib import Path

import orch_lsp


def docs_folder() -> Path | None:
    """The folder of the pages: in the installed package, or beside it in a checkout."""
    package = Path(orch_lsp.__file__).parent
    for folder in (package / "docs", package.parent / "docs"):
        if (folder / "errors").is_dir():
            return folder
    return None


def page_on(code: str) -> Path | None:
    """The page on an error code; None if this installation has none."""
    folder = docs_folder()
    page = folder / "errors" / f"{code}.md" if folder else None
    return page if page is not None and page.is_file() else None


def page_uri(code: str, docs_base: str | None) -> str | None:
    """Where an error code is explained: below `docs_base` if that is set, else a file that came with the package."""
    if docs_base:
        return f"{docs_base.rstrip('/')}/errors/{code}.md"
    page = page_on(code)
    return page.as_uri() if page is not None else None
