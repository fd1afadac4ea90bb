"""Names that somebody may type: of which files they are read, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from orch_lsp.context.index.look import stamps_of
from orch_lsp.context.names import SLICE_SECONDS, KnownNames

FILES = {
    "src/app/limit.py": "RATE = 1\n\n\nclass Limiter:\n    def take(self): ...\n",
    "src/app/other.py": "def limited(): ...\n",
    "tests/test_limit.py": "def limit_test(): ...\n",
    "docs/limit.md": "class LimitOfProse\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def look(names: KnownNames, root: Path) -> bool:
    files = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]
    return names.look(stamps_of(root, files, lambda: False), lambda: False)


def test_names_begin_as_written_those_of_code_first(root: Path) -> None:
    names = KnownNames(root)
    assert look(names, root)
    assert names.beginning("lim", 9) == [
        ("Limiter", "src/app/limit.py"),
        ("limited", "src/app/other.py"),
        ("limit_test", "tests/test_limit.py"),
    ]
    assert names.beginning("lim", 1) == [("Limiter", "src/app/limit.py")]


def test_dotted_ones_begin_a_module_or_a_name_in_it(root: Path) -> None:
    names = KnownNames(root)
    look(names, root)
    assert names.beginning("app.li", 9) == [("app.limit", "src/app/limit.py")]
    assert names.beginning("app.limit.L", 9) == [("app.limit.Limiter", "src/app/limit.py")]
    assert names.beginning("limit.Limiter.", 9) == [
        ("limit.Limiter.RATE", "src/app/limit.py"),
        ("limit.Limiter.take", "src/app/limit.py"),
        ("limit.Limiter.Limiter", "src/app/limit.py"),
    ]
    assert names.beginning("gone.L", 9) == []
    known = names.defined()
    assert all(known.holds(name) for name in ("Limiter", "app.limit", "app.limit.Limiter"))
    assert not any(known.holds(name) for name in ("Gone", "gone.x", "."))


def test_a_change_is_read_again_and_what_is_gone_forgotten(root: Path) -> None:
    names = KnownNames(root)
    look(names, root)
    (root / "src/app/other.py").write_text("def limitless(): ...  # longer than before\n")
    (root / "tests/test_limit.py").unlink()
    assert look(names, root)
    assert [name for name, _ in names.beginning("limit", 9)] == ["Limiter", "limitless"]


def test_a_question_reads_for_a_while_and_the_next_goes_on(root: Path) -> None:
    times = iter([0.0, 0.0, 0.0, SLICE_SECONDS + 1, 10.0, 10.0, 10.0, 10.0, 10.0])
    names = KnownNames(root, lambda: next(times))
    assert not look(names, root)
    assert names.beginning("limiter", 9) == [("Limiter", "src/app/limit.py")]
    assert names.beginning("limited", 9) == []
    assert look(names, root)
    assert names.beginning("limited", 9) == [("limited", "src/app/other.py")]
