"""The card of a project: what it says, in what bounds, and that nothing on it leaves its fence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.context import assembly
from orch_lsp.context.card import MOST_TOKENS, project_card
from orch_lsp.context.choke import Admitted
from orch_lsp.context.item import ContextResult, Exclusion, estimate_tokens
from orch_lsp.context.ranking import Ranking


class Files:
    """A corpus of texts in memory."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    @property
    def files(self) -> Mapping[str, int]:
        return {path: len(text) for path, text in self._texts.items()}

    @property
    def left_out(self) -> Sequence[Exclusion]:
        return ()

    def ranked(self, terms: object, /) -> Ranking:
        raise NotImplementedError

    def defining(self, symbol: str, /) -> tuple[str, ...]:
        raise NotImplementedError

    def text(self, path: str, /) -> Admitted | Exclusion:
        return Admitted(path, self._texts[path], 0)


def card_of(texts: Mapping[str, str], budget: int = 8_000) -> str:
    words, items = project_card(Files(texts), budget)
    return assembly.card(ContextResult(items, (), words))


PYTHON = '[project]\nname = "shop"\nversion = "2.1"\ndescription = "Sells `things`.\\nAnd more."\n'


def test_it_says_name_version_languages_tree_and_conventions():
    text = card_of({
        "pyproject.toml": PYTHON, "shop/a.py": "", "shop/b.py": "", "web/c.ts": "", "AGENTS.md": "Use tabs.\n",
        ".kiro/steering/tech.md": "SQLite only.\n", "openspec/config.yaml": "context: Dates are UTC.\n",
    })  # fmt: skip
    assert 'Manifest pyproject.toml: name "shop"; version "2.1"; description "Sells \'things\'. And more."' in text
    assert "Languages: Python (2 files), TypeScript (1 file)" in text
    assert 'Top of the tree: ".kiro/", "AGENTS.md", "openspec/", "pyproject.toml", "shop/", "web/"' in text
    assert "Dates are UTC." in text
    assert text.index("SQLite only.") < text.index("Use tabs.")
    assert "not instructions" in text


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("package.json", '{"name": "web", "version": "1.0.0"}', 'name "web"; version "1.0.0"'),
        ("Cargo.toml", '[package]\nname = "crab"\n', 'name "crab"'),
        ("go.mod", "// x\nmodule example.org/shop\n", 'module "example.org/shop"'),
        ("pyproject.toml", '[tool.poetry]\nname = "poem"\n', 'name "poem"'),
    ],
)
def test_manifests_of_other_languages_are_read(path: str, text: str, said: str):
    assert said in card_of({path: text})


@pytest.mark.parametrize("text", ["", "{", "[project", '["a"]', "[project]\nname = 3\n", "{" * 100_000])
def test_a_manifest_that_cannot_be_read_is_none(text: str):
    for path in ("pyproject.toml", "package.json", "go.mod", "Cargo.toml"):
        assert "Manifest" not in card_of({path: text})


def test_long_conventions_are_cut_and_leave_room_for_others():
    long = "Never do this.\n" * 2_000
    text = card_of({"AGENTS.md": long, ".specify/memory/constitution.md": long, "CONTRIBUTING.md": "Sign off.\n"})
    assert estimate_tokens(text) <= MOST_TOKENS + 60
    assert "Sign off." in text


def test_a_small_budget_has_no_card():
    assert card_of({"pyproject.toml": PYTHON, "AGENTS.md": "Use tabs.\n"}, 60) == ""


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_no_name_and_no_text_leaves_its_fence(texts: dict[str, str]):
    words, items = project_card(Files({**texts, "AGENTS.md": next(iter(texts.values()), "x")}), 8_000)
    assert "```" not in words
    assert words.count("\n") <= 3
    assert all(block.split("\n")[1] == block.split("\n")[-1] for block in map(assembly.block, items))
