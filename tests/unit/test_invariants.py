"""Rules of the architecture that an import contract cannot say; ARCHITECTURE.md lists them."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orch_lsp.errors import GUIDANCE, ErrorCode
from orch_lsp.lsp import commands
from orch_lsp.lsp.arguments import ARGUMENT_KEYS
from orch_lsp.lsp.features import FEATURES
from orch_lsp.lsp.serving import AtOnce
from orch_lsp.providers.presets import PRESETS
from orch_lsp.providers.registry import kinds

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "orch_lsp"
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
COMMANDS = set(commands.COMMANDS)

HEAVY = (
    "click", "genai_prices", "httpx", "inotify_simple", "markdown_it", "pathspec", "platformdirs", "psutil",
    "pydantic", "pyromark", "rich", "sqlite3", "tomlkit", "yaml",
)  # fmt: skip

SPLITS_BYTES = {"providers/sse.py": "bytes, which are cut at CR, LF and CRLF only"}

STARTS_TASKS = {
    "cli/several.py": "in a group that ends before the command does",
    "lsp/editor_models.py": "a request to the client, which ends with whoever reads its answer",
    "lsp/features/drafts.py": "a wait for the client's answer, which ends with the command",
    "mcp/reviewing.py": "a review whose pages are read while it goes on; aclose() ends it",
    "providers/acp_process.py": "the reading of an agent's stderr; it ends with the process",
    "providers/acp_talk.py": "the turn of an agent; the generator that waits for it ends it",
    "testing/conformance.py": "requests that a test cancels and waits for",
    "lsp/wire/transport.py": "the conversation, the watch over the editor, TCP's connections; all end with the server",
    "lsp/server.py": "run_task, which every feature uses, and the session's opening; close() ends both",
    "providers/batches/desk.py": "the collecting and the waiting; the provider's aclose() ends both",
    "orchestration/running/supervisor.py": "runs and their heartbeat; aclose() ends them",
    "orchestration/running/run_stores.py": "the opening of stores, the dropping of old runs; aclose() ends both",
    "orchestration/index/code_index.py": "the look at a workspace's code; aclose() ends it",
    "orchestration/index/spec_index.py": "the look at a workspace's files; aclose() ends it",
    "orchestration/index/spec_indexes.py": "the reading of open documents into their indexes; aclose() ends it",
    "orchestration/asking/scope.py": "a step's checkpoints; the step ends them",
    "orchestration/running/graph.py": "the steps of a wave; the wave ends with them",
    "orchestration/asking/shielding.py": "what must reach its end although its caller is cancelled; awaited there",
    "testing/server.py": "a server for tests; its close ends them",
}

LOADS_BY_NAME = {
    "context/index/watch.py": "a library that is there on Linux alone",
    "context/parsed_units.py": "parsers that are not always there",
    "late.py": "our own modules",
    "cli/main.py": "the module of a command, from the table of commands",
    "plugins.py": "packages of others",
    "providers/any_llm_client.py": "a library that is not always there",
    "settings/key_ring.py": "a library that is not always there",
}

STARTS_PROCESSES = {
    "context/index/children.py": "our own interpreter with our own module, to read files beside the editor's process",
    "context/index/ripgrep.py": "the user's own ripgrep, looked up outside of the project, to search many files",
    "context/mcp/stdio.py": "servers that the user described or allowed, for a draft or a preview of one",
    "providers/acp_process.py": "the user's own agent, looked up outside of the project, for a draft that asks it",
    "settings/key_command.py": "the user's own `api_key_command`, looked up outside of the project",
}

KNOWS_STDOUT = {
    "context/index/child.py": "is a program of its own: answers those who started it",
    "lsp/wire/transport.py": "hands stdout to the protocol and points sys.stdout at stderr",
    "cli/output.py": "results of commands",
    "mcp/pipe.py": "hands stdout to the protocol and points sys.stdout at stderr",
    "cli/layout.py": "asks whether it is a terminal, and how wide",
    "cli/streams.py": "opens it where the caller closed it",
    "runs/schema.py": "prints the schema when run as a program",
}


READS_MARKS = {
    "document/answer/chatter.py": "takes bullets off the lines of a short body, also such as Markdown does not know",
    "document/answer/echoes.py": "knows how a request frames the brief that an answer repeats",
    "document/answer/marks.py": "asks whether a text can hold a fence at all",
    "document/answer/web_page.py": "asks whether an answer in HTML has headings of Markdown, too",
    "document/answer/wrapping.py": "finds headings and labels in shapes that Markdown does not take for headings",
    "document/brief.py": "the note of a new document",
    "document/heading_name.py": "takes comments out of a heading's words",
    "document/items.py": "finds where the marker of an item ends that the tree has",
    "document/placeholder.py": "takes off what stands around a stand-in, also such as Markdown does not know",
    "language/diff.py": "takes the marker off the text of a node: its number is only that of its place",
    "language/code/syntax.py": "finds comments in pages of HTML, which are code here and no Markdown",
    "rules/openspec.py": "takes a heading of the document for one of another level",
    "rules/openspec_documents.py": "compares how the document's headings are typed with the forms that a tool knows",
    "rules/structure.py": "looks for headings and tasks behind a fence that is never closed: they are code to Markdown",
    "rules/task_lines.py": "finds lines that look like items and that Markdown takes for none; skips a heading's marks",
    "providers/outline_sorting.py": "tells comments from other HTML of the tree",
}
"""Modules outside `markdown/` that know a mark of Markdown's blocks, and why that is no second reading of a text."""

_MARKS = re.compile(r"#\{1,|`\{3|~\{3|```|~~~|<!--|\[[-*+\\•]{3,}|h\[1-6\]")
_MARKS_IN_HEADINGS = "profiles/"
"""Formats know what stands behind the words of their headings, which the tree gave them."""


def strings_in(path: Path) -> Iterator[str]:
    """The strings of a module that are no documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def calls(path: Path) -> Iterator[str]:
    """The dotted names of what a module calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def modules_that_call(*endings: str) -> set[str]:
    return {name for name, path in MODULES.items() if any(call.split(".")[-1] in endings for call in calls(path))}


def imported_by(code: str) -> set[str]:
    """Modules that a fresh interpreter holds after running `code`, beyond those that it starts with."""
    program = f"import sys; before = set(sys.modules)\n{code}\nprint('\\n'.join(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_imports_nothing_else():
    assert imported_by("import orch_lsp") == {"orch_lsp"}


def test_building_the_server_loads_nothing_heavy():
    assert not imported_by("import orch_lsp.app.server; orch_lsp.app.server.build_server()") & set(HEAVY)


def test_the_server_loads_nothing_heavy_before_it_has_answered_initialize(tmp_path: Path):
    # Measuring coverage in the process would load its own libraries.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = {**inherited, "ORCH_CONFIG_HOME": str(tmp_path), "ORCH_STATE_HOME": str(tmp_path)}
    arguments = [sys.executable, "-P", "-X", "importtime", "-m", "orch_lsp", "serve"]
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    pipe = subprocess.PIPE
    with (
        (tmp_path / "imports").open("wb") as stderr,
        subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=stderr, env=environment) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(message), message))
        process.stdin.flush()
        header = process.stdout.readline()
        # What comes after the answer may load anything.
        process.kill()
    assert header.startswith(b"Content-Length:")
    imports = (tmp_path / "imports").read_text(encoding="utf-8", errors="replace")
    loaded = {line.rpartition("|")[2].strip() for line in imports.split("\n") if line.startswith("import time:")}
    assert "orch_lsp.lsp.wire.first_answer" in loaded
    assert sorted(loaded & set(HEAVY)) == []


def test_no_document_is_split_where_an_editor_sees_no_line_end():
    assert sorted(modules_that_call("splitlines") - set(SPLITS_BYTES)) == []


def test_markdown_is_parsed_in_one_place():
    imports = re.compile(r"^\s*(?:import|from) (?:pyromark|markdown_it|mistune|markdown|commonmark)\b", re.MULTILINE)
    found = {name for name, path in MODULES.items() if imports.search(path.read_text("utf-8"))}
    assert found == {"markdown/reader.py"}


def test_what_begins_a_heading_a_fence_a_comment_or_an_item_is_known_to_the_reader_of_markdown_alone():
    found = {name for name, path in MODULES.items() if any(map(_MARKS.search, strings_in(path)))}
    assert "markdown/reader.py" in found
    others = {name for name in found if not name.startswith(("markdown/", _MARKS_IN_HEADINGS))}
    assert sorted(others) == sorted(READS_MARKS)


def test_tasks_are_started_only_where_somebody_owns_them():
    assert sorted(modules_that_call("create_task", "ensure_future", "TaskGroup") - set(STARTS_TASKS)) == []


def test_only_the_command_line_prints():
    assert sorted(name for name in modules_that_call("print") if not name.startswith("cli/")) == []


def test_no_process_is_started_but_for_a_key_for_servers_of_the_user_and_to_read_files():
    starts = ("create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "Popen", "check_output", "system")
    found = modules_that_call(*starts) | {
        name
        for name, path in MODULES.items()
        if re.search(
            r"^\s*(?:import|from) (?:subprocess|multiprocessing|webbrowser|pty)\b",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    }
    assert sorted(found) == sorted(STARTS_PROCESSES)


def test_only_a_few_modules_know_stdout():
    found = {name for name, path in MODULES.items() if "sys.stdout" in path.read_text(encoding="utf-8")}
    assert sorted(found - set(KNOWS_STDOUT)) == []


def test_the_pause_of_a_retry_or_a_quiet_moment_is_never_a_blocking_sleep_on_the_loop():
    blocking = {name for name, path in MODULES.items() if "time.sleep" in calls(path)}
    assert blocking <= {"storage/database.py", "orchestration/index/breath.py"}, (
        "only threads of a store and of a scan may sleep, the latter for no time at all"
    )


def test_a_package_holds_its_first_page_alone_but_for_the_version_two_tables_of_parts_and_the_names_of_the_test_kit():
    packages = {
        name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items() if path.name == "__init__.py"
    }
    filled = {name for name, tree in packages.items() if len(tree.body) > (ast.get_docstring(tree) is not None)}
    assert filled == {"__init__.py", "lsp/features/__init__.py", "secret_shapes/__init__.py", "testing/__init__.py"}


def test_every_feature_is_in_the_table():
    files = {path.stem for path in (PACKAGE / "lsp" / "features").glob("*.py")} - {"__init__"}
    served = [row.register if isinstance(row, AtOnce) else row.handler() for row in FEATURES]  # type: ignore[union-attr]
    assert {handler.__module__.rpartition(".")[2] for handler in served} == files


def test_no_function_imports_a_module_of_ours_but_through_the_loader():
    found = {
        (name, node.module if isinstance(node, ast.ImportFrom) else ast.unparse(node))
        for name, path in MODULES.items()
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom | ast.Import) and "orch_lsp" in ast.unparse(node)
    }
    assert sorted(found) == []


def test_the_loader_names_modules_that_there_are_and_each_is_imported_for_the_type_checker_too():
    for name, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "late"):
                continue
            (argument,) = node.args
            package = ".".join(Path(name).with_suffix("").parts).removesuffix(".__init__")
            module = eval(ast.unparse(argument), {"__name__": f"orch_lsp.{package}"})
            place = module.removeprefix("orch_lsp.").replace(".", "/")
            assert {f"{place}.py", f"{place}/__init__.py"} & set(MODULES), f"{name}: {module}"
            last = module.rpartition(".")[2]
            typed = [one for block in ast.walk(tree) if isinstance(block, ast.If) for one in block.body]
            names = {alias.name for one in typed if isinstance(one, ast.ImportFrom) for alias in one.names}
            assert last in names, f"{name}: {module} is not imported for the type checker"


def test_only_the_loader_and_the_tables_of_others_load_by_name():
    assert sorted(modules_that_call("import_module", "__import__")) == sorted(LOADS_BY_NAME)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_code_has_guidance_that_is_a_sentence(code: ErrorCode):
    assert re.fullmatch(r"[A-Z].*\.", GUIDANCE[code].remediation)


def test_the_server_announces_exactly_the_commands_of_the_table():
    from orch_lsp.app.server import build_server

    assert set(build_server().protocol.fm.commands) == COMMANDS


@pytest.mark.parametrize(("name", "subject"), commands.COMMANDS.items())
def test_a_command_takes_the_key_of_what_it_is_about_and_only_keys_that_are_read(
    name: str, subject: commands.CommandSubject
):
    assert set(subject.takes) <= set(ARGUMENT_KEYS), name
    wanted = {"document": "uri", "run": "runId", "failure": "code", "workspace": None}[subject.about]
    assert wanted is None or subject.takes[0] == wanted
    assert (subject.run is not None) == (subject.about == "run")


def vscode_contributions() -> Any:
    manifest = (ROOT / "editors" / "vscode-client" / "package.json").read_text(encoding="utf-8")
    return json.loads(manifest)["contributes"]


def test_every_command_is_in_the_vscode_manifest():
    contributed = {command["command"] for command in vscode_contributions()["commands"]}
    assert contributed >= COMMANDS


def test_the_vscode_settings_suggest_the_providers_and_kinds_that_there_are():
    settings = vscode_contributions()["configuration"]["properties"]
    assert settings["orch.provider"]["anyOf"][0]["enum"] == list(PRESETS)
    kind = settings["orch.providers"]["additionalProperties"]["properties"]["kind"]
    assert kind["anyOf"][0]["enum"] == sorted(kinds())


@pytest.mark.parametrize("name", ["orch_lsp", "tests", "docs", "examples", "benchmarks", "editors", ".ci", ".github"])
def test_nothing_names_a_folder_of_the_machine_that_it_was_written_on(name: str):
    built = {"node_modules", "out", "server", "__pycache__", ".package", ".ruff_cache"}
    pattern = re.compile(rb"(?<![\w.~-])/(?:work|root)/[\w.]")
    suffixes = {".py", ".md", ".toml", ".ts", ".mjs", ".json", ".lua", ".el", ".sh", ".txt", ".yml", ""}
    for folder, folders, files in os.walk(ROOT / name):
        folders[:] = [one for one in folders if one not in built]
        for file in files:
            path = Path(folder, file)
            if path.suffix in suffixes:
                assert not pattern.search(path.read_bytes()), path


def test_the_name_of_a_step_is_a_literal_in_its_own_module_alone():
    """Whoever else needs it takes it from there: another step may have the same kind, or take its place."""
    steps = {path.stem: path for path in (PACKAGE / "orchestration" / "steps").glob("[a-z]*.py")}
    assert set(steps) == {
        "read", "facts", "context", "locate", "clarify", "outline", "draft", "section", "check", "critic", "repair",
    }  # fmt: skip
    modules = [path for name, path in MODULES.items() if name.startswith(("orchestration/", "runs/", "lsp/"))]
    for name, own in steps.items():
        named = {
            path.relative_to(PACKAGE).as_posix()
            for path in modules
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            for step in named_by(node)
            if step == name and path != own
        }
        assert named == set(), name


def named_by(node: ast.AST) -> Iterator[str]:
    """Literals that are compared with a step's id or name, handed over as one, or its default."""
    match node:
        case ast.Compare(left=ast.Attribute(attr="id" | "name"), comparators=values):
            pass
        case ast.Call(func=ast.Name("Step" | "StepSpec" | "DraftDelta" | "Progress"), args=values):
            pass
        case ast.Call(func=ast.Attribute(attr="scope" | "checkpoint"), args=values):
            pass
        case ast.arguments(defaults=values):
            pass
        case _:
            return
    yield from (value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str))
