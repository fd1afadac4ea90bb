"""How the code speaks: a docstring or comment names its subject."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import orch_lsp

_PACKAGE = Path(orch_lsp.__file__).parent
_NO_SUBJECT = re.compile(r'(?:"""|# )(?:What|Whom|It|Somebody|Nobody|Why it|Who|Whoever) ')


@pytest.mark.parametrize("folder", sorted({path.parent for path in _PACKAGE.rglob("*.py")}), ids=lambda path: path.name)
def test_docstrings_and_comments_begin_with_their_subject(folder: Path) -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(folder.glob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if _NO_SUBJECT.search(line)
    ]
    assert found == []
