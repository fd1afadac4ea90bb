import asyncio
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from orch_lsp.cli.main import cli
from orch_lsp.errors import GUIDANCE, ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.lsp import commands
from orch_lsp.providers.base import Finished, GenerationRequest, Provider, SectionRequest, TextDelta
from orch_lsp.providers.presets import PRESETS
from orch_lsp.settings.load import parse_user
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.workflows.reading import read_workflow

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "editors").glob("*/*.md"))
)
COMMANDS = sorted(commands.COMMANDS)


def fences(text: str, language: str) -> Iterator[Token]:
    """Fenced blocks of a language, list items' included."""
    return (token for token in MarkdownIt().parse(text) if token.type == "fence" and token.info.strip() == language)


def links(path: Path) -> Iterator[str]:
    for block in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if target is not None and "://" not in str(target):
                yield str(target)


def anchors(path: Path) -> set[str]:
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    titles = [tokens[number + 1].content for number, token in enumerate(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_begins_with_a_command_that_drafts_and_one_that_tests():
    first, second = list(fences(README, "sh"))[:2]
    assert "orch-lsp draft examples/rate-limiter.spec.md --provider outline" in first.content
    assert "[recommended]" in first.content
    assert "[test]" in second.content
    assert "pytest" in second.content
    for block in (first, second):
        assert "python3 -m venv .venv" in block.content
        assert "npm" not in block.content


def test_nothing_stands_between_the_readmes_title_and_its_two_commands_but_prose():
    tokens = MarkdownIt().parse(README)
    kinds = [token.type for token in tokens[: [token.type for token in tokens].index("fence")]]
    assert kinds.count("heading_open") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readmes_table(command: str):
    assert re.search(rf"^\| `{re.escape(command)}` \| \S", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_editors_page(command: str):
    assert f"`{command}`" in (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")


def test_the_readme_names_no_command_that_does_not_exist():
    assert sorted(set(re.findall(r"^\| `(orch\.\w+)` \|", README, re.MULTILINE))) == COMMANDS


def test_every_command_of_the_command_line_is_in_the_readme():
    context = click.Context(cli)
    names = cli.list_commands(context)
    assert {"draft", "runs", "serve"} <= set(names)
    for name in names:
        command = cli.get_command(context, name)
        for subcommand in getattr(command, "commands", {"": None}):
            assert f"$ orch-lsp {name} {subcommand}".rstrip() in README


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(path: Path):
    for target in links(path):
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        assert found.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(found), f"{target}: there is no such heading"


def test_every_picture_is_shown():
    shown = {
        Path(target).name
        for page in ("README.md", "docs/command-line.md", "docs/editors.md", "editors/vscode-client/README.md")
        for target in links(ROOT / page)
    }
    assert sorted({path.name for path in (ROOT / "docs" / "images").iterdir()} - shown) == []


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_code_has_a_page_with_a_meaning_causes_and_a_cure(code: ErrorCode):
    text = (ROOT / "docs" / "errors" / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}: ")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [one for one in headings if one in {"Usual causes", "What to do", "Where you see it"}] == [
        "Usual causes",
        "What to do",
        "Where you see it",
    ]
    assert re.search(r"^1\. \S", text, re.MULTILINE)
    assert "- **Retried automatically:** " in text


@pytest.mark.parametrize("code", list(ErrorCode))
def test_an_error_page_says_of_a_retry_what_the_program_says(code: ErrorCode):
    text = (ROOT / "docs" / "errors" / f"{code}.md").read_text(encoding="utf-8")
    expected = "can help" if GUIDANCE[code].retryable else "only after the cause is gone"
    assert f"- **Retry by hand:** {expected}." in text


def test_there_is_no_page_on_a_code_that_does_not_exist():
    assert {path.stem for path in (ROOT / "docs" / "errors").glob("*.md")} == set(ErrorCode)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_every_built_in_provider_is_described_with_its_address_and_key_variables(preset: ProviderSettings):
    providers = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{re.escape(preset.name)}` \| `{re.escape(preset.kind)}` \|.*$", providers, re.MULTILINE)
    assert row, f"`{preset.name}` with kind `{preset.kind}` is not in the table"
    if preset.base_url is not None:
        assert f"`{preset.base_url}`" in row[0]
    if preset.docs_url is not None:
        assert f"({preset.docs_url})" in row[0]
    missing_auth = (ROOT / "docs" / "errors" / "missing_auth.md").read_text(encoding="utf-8")
    for variable in preset.key_variables:
        assert f"`{variable}`" in row[0]
        assert re.search(rf"^\| `{re.escape(preset.name)}` \|.*`{variable}`", missing_auth, re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "number", "text"),
    [
        pytest.param(path, number, block.content, id=f"{path.relative_to(ROOT)}-{number}")
        for path in PAGES
        if path.parts[-2] in {"docs", "errors", ROOT.name}
        for number, block in enumerate(fences(path.read_text(encoding="utf-8"), "toml"), start=1)
    ],
)
def test_every_example_of_a_user_config_is_valid(path: Path, number: int, text: str):
    values = tomllib.loads(text)
    if "steps" in values:
        assert read_workflow("example", text).steps
    elif {"project", "package", "language", "language-server", "language_servers"}.isdisjoint(values):
        assert [problem.message for problem in parse_user(text).problems] == [], f"example {number} of {path.name}"


def test_the_example_of_a_provider_package_is_a_provider():
    text = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    namespace: dict[str, object] = {}
    exec(next(iter(fences(text, "python"))).content, namespace)
    create = namespace["create"]
    assert callable(create)
    provider: Provider = create(ProviderSettings("mine", "canned", None, options={"text": "Be quick."}), None)
    request = GenerationRequest("m", "", "", "", (SectionRequest("goal", "Goal", ""),))

    async def ask() -> list[object]:
        return [event async for event in provider.stream(request)]

    events = asyncio.run(ask())
    assert TextDelta("## Goal\n\nBe quick.\n") in events
    assert Finished(FinishReason.STOP, ("stop",)) in events
    assert provider.request_body(request) is None


def test_the_page_on_performance_has_a_place_and_a_command_for_each_of_its_benchmarks():
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    places = re.findall(r"^<!-- figures: (\w+)(?:-\w+)? -->\n(?:.*\n)+?<!-- end -->$", text, re.MULTILINE)
    assert "providers" in places
    for name in places:
        assert (ROOT / "benchmarks" / f"{name}.py").exists()
        assert re.search(rf"^\$ python benchmarks/{name}\.py .*--table docs/performance\.md$", text, re.MULTILINE)


def test_the_architecture_names_only_files_and_folders_that_exist():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z_]+/[a-z_./*]*)`", text):
        patterns = (name.rstrip("/"), f"orch_lsp/{name.rstrip('/')}", f"orch_lsp/{name}.py")
        assert any(True for pattern in patterns for _ in ROOT.glob(pattern)), name


def test_the_first_page_of_each_package_of_orchestration_names_its_modules_and_no_other():
    for page in sorted((ROOT / "orch_lsp" / "orchestration").glob("*/__init__.py")):
        named = set(re.findall(r"`([a-z_]+)`", page.read_text(encoding="utf-8")))
        there = {path.stem for path in page.parent.glob("[a-z]*.py")}
        assert named == there, f"{page.parent.name}: {named ^ there}"


def test_every_module_at_the_top_and_every_folder_is_on_the_code_map():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in (ROOT / "orch_lsp").iterdir():
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists():
            assert f"`{path.stem}`" in text or f"`{path.stem}/`" in text, path.name


def test_every_dependency_is_named_with_its_reason():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    reasons = text.partition("## Dependencies")[2].partition("## ")[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        assert re.split(r"[<>=!~\[; ]", requirement)[0] in reasons
