"""The same requirements, scenarios, deltas and tasks are read here as OpenSpec's own program reads.

Each difference that is meant stands in a list below with its reason.
"""

from __future__ import annotations

import re
from random import Random

import pytest

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.parse import parse
from orch_lsp.profiles.openspec.kinds import DELTA, SPEC, TASKS
from tests.openspec.program import Program
from tests.openspec.written import change, good_delta, good_spec, names, requirement, spec

LATER = (1, 13)
"""The version since which more is read than by 1.10."""
BASE = names(Random(7), 6)
METADATA = re.compile(r"^\*\*\w+\*\*: .*$", re.MULTILINE)
Read = tuple[str, tuple[str, ...]]
"""A requirement's own text, and those of its scenarios."""


def read_here(document: SpecDocument, *, below: str | None = None) -> list[Read]:
    """The requirements, or those of one part of a delta."""
    found = document.nodes
    return [
        (_own(document, node), tuple(text for each in _below(document, node) if (text := _body(document, each))))
        for node in found.nodes
        if node.kind in {"requirement", "delta"} and node.key.startswith("Requirement: ")
        if below is None or node.parent == below
    ]


def _below(document: SpecDocument, node: Node) -> list[Node]:
    return [each for each in document.nodes.nodes if each.kind == "scenario" and each.parent == node.key]


def _body(document: SpecDocument, node: Node) -> str:
    section = next(each for each in document.sections if each.heading.start == node.span.start)
    return _folded(document.text[section.heading.end : node.span.end])


def _own(document: SpecDocument, node: Node) -> str:
    """Without fences and lines of metadata, which OpenSpec takes for none of the requirement's words."""
    heading = next((each.heading for each in document.sections if each.heading.start == node.span.start), None)
    if heading is None:
        return ""
    end = min((each.span.start for each in _below(document, node)), default=node.span.end)
    pieces: list[str] = []
    position = heading.end
    for _, span in document.tree.elements("code_block"):
        if heading.end <= span.start < end:
            pieces.append(document.text[position : span.start])
            position = span.end
    return _folded(METADATA.sub("", "".join((*pieces, document.text[position:end]))))


def _folded(text: str) -> str:
    return " ".join(text.split())


def read_there(shown: dict) -> Read:
    return _folded(shown["text"]), tuple(_folded(each["rawText"]) for each in shown["scenarios"])


def test_requirements_and_scenarios_of_specs(program: Program) -> None:
    random = Random(1)
    texts = {f"s{number}": good_spec(random) for number in range(12)}
    shown = program.project({f"specs/{name}/spec.md": text for name, text in texts.items()}).shown("spec", [*texts])
    for name, text in texts.items():
        document = parse(text, SPEC)
        assert read_here(document) == [read_there(each) for each in shown[name]["requirements"]], text


def test_deltas_of_changes(program: Program) -> None:
    random = Random(2)
    texts = {f"c{number}": good_delta(random, BASE) for number in range(16)}
    files = {"specs/base/spec.md": spec([requirement(random, name, scenarios=3) for name in BASE])}
    for name, text in texts.items():
        files |= change(name, text)
    shown = program.project(files).shown("change", [*texts])
    for name, text in texts.items():
        document = parse(text, DELTA)
        there = shown[name]["deltas"]
        for operation in ("ADDED", "MODIFIED"):
            expected = [read_there(each["requirement"]) for each in there if each["operation"] == operation]
            assert read_here(document, below=f"{operation.lower()}-requirements") == expected, text
        cited = [(each.relation, each.key.removeprefix("Requirement: ")) for each in document.nodes.citations]
        removed = [key for relation, key in cited if relation == "removes"]
        # 1.10 takes those in a list and does not show them.
        if program.version >= LATER or ("- `### " not in text and "- ### " not in text):
            assert len(removed) == sum(each["operation"] == "REMOVED" for each in there), text
        renames = [node.title for node in document.nodes.nodes if node.key.startswith("RENAMED ")]
        assert renames == [
            f"{each['rename']['from']} → {each['rename']['to']}" for each in there if each["operation"] == "RENAMED"
        ], text


HEADINGS = [
    "### Requirement: {}", "### requirement: {}", "###  Requirement:   {}", "### Requirement:{}", "### REQUIREMENT: {}",
    "###\tRequirement:\t{}", "### Requirement: {}   ",
]  # fmt: skip
LATER_HEADINGS = ["### Requirement: {} ###"]


def test_names_of_requirements(program: Program) -> None:
    """A requirement without SHALL is named in a warning, which tells by which name it is known."""
    named = ["One", "One two", "One  two", "一", "A: b", "`a.b`", "a/b (c)", "ünd", "x" * 90, "1.2 x", 'Say "it"']
    headings = [*HEADINGS, *(LATER_HEADINGS if program.version >= LATER else [])]
    pieces = [(heading, name) for heading in headings for name in named]
    texts = {
        f"s{number}": spec([f"{heading.format(name)}\nIt does.\n\n#### Scenario: S\n- **WHEN** a\n"])
        for number, (heading, name) in enumerate(pieces)
    }
    deltas = {
        f"c{number}": f"## ADDED Requirements\n\n{heading.format(name)}\nIt does.\n\n#### Scenario: S\n- **WHEN** a\n"
        for number, (heading, name) in enumerate(pieces)
    }
    files = {f"specs/{name}/spec.md": text for name, text in texts.items()}
    for name, text in deltas.items():
        files |= change(name, text)
    verdicts = program.project(files).verdicts()
    for kind, profile, written in (("spec", SPEC, texts), ("change", DELTA, deltas)):
        for name, text in written.items():
            (node,) = (node for node in parse(text, profile).nodes.nodes if node.kind == "requirement")
            expected = node.title.replace("`a.b", "a.b")
            said = verdicts[kind, name].messages()
            assert f'"{expected}"' in said or f'"`{expected}`"' in said, (text, said)


TASK_LINES = [
    "- [ ] 1.1 a", "* [ ] 1.1 a", "- [x] 1.1 a", "- [X] 1.1 a", "  - [ ] 1.1 a", "- a\n  - [ ] 1.1 a", "- [ ] a",
    "- [ ] **1.1** a", "-\t[ ] 1.1 a", "-  [ ] 1.1 a", "- 1.1 a", "### 1.1 a", "> - [ ] 1.1 a",
    "- 【 】 1.1 a", "[ ] 1.1 a",
    "- [ ] 1.1 a\n  - [x] 1.1.1 b\n- [x] 1.2 c", "nothing", "1.1 a", "- [ ] 1.1 a\n\n  text\n- [ ] 1.2 b",
]  # fmt: skip
LATER_TASK_LINES = ["+ [ ] 1.1 a", "1. [ ] a", "1) [ ] a", "- [~] 1.1 a", "- [-] 1.1 a"]


def test_tasks(program: Program) -> None:
    lines = [*TASK_LINES, *(LATER_TASK_LINES if program.version >= LATER else [])]
    texts = {f"c{number}": f"## 1. Group\n\n{line}\n" for number, line in enumerate(lines)}
    delta = "## ADDED Requirements\n\n### Requirement: A\nIt SHALL.\n\n#### Scenario: S\n- **WHEN** a\n"
    files = dict(pair for name, text in texts.items() for pair in change(name, delta, tasks=text).items())
    counted = program.project(files).tasks()
    for name, text in texts.items():
        tasks = [node for node in parse(text, TASKS).nodes.nodes if node.kind == "task"]
        # In quotes people show what others wrote; as a list it is read here all the same, and never counted there.
        tasks = [node for node in tasks if not text[: node.span.start].endswith("> ")]
        assert (sum(node.state == "done" for node in tasks), len(tasks)) == counted[name], text


DIFFERENCES = {
    "## ADDED Requirements\n\n<!--\n### Requirement: A\nx\n\n#### Scenario: S\n- a\n-->\n": (
        "A comment is no text: what stands in it is not there. OpenSpec reads it.",
        1,
        0,
    ),
    "## ADDED Requirements\n\n###Requirement: A\nx\n\n####Scenario: S\n- a\n": (
        "Without a blank it is no heading for any reader of Markdown. OpenSpec takes it in deltas, and not in specs.",
        1,
        0,
    ),
    "## ADDED Requirements\n\n### 需求：A\nx\n\n#### 场景：S\n- a\n": (
        "People write in their language; that OpenSpec passes the heading over is a rule's to say.",
        0,
        1,
    ),
    "## ADDED Requirements\n\n### **Requirement: A**\nx\n\n#### Scenario: S\n- a\n": (
        "A heading in bold reads the same; that OpenSpec passes it over is a rule's to say.",
        0,
        1,
    ),
    "## ADDED Requirements ##\n\n### Requirement: A\nx\n\n#### Scenario: S\n- a\n": (
        "A closed heading is the same heading; that OpenSpec does not know it is a rule's to say.",
        0,
        1,
    ),
}
"""A delta; why it is read otherwise here; how many requirements are read there, and here."""


def test_what_is_read_otherwise_on_purpose(program: Program) -> None:
    texts = {f"c{number}": text for number, text in enumerate(DIFFERENCES)}
    files = dict(pair for name, text in texts.items() for pair in change(name, text).items())
    shown = program.project(files).shown("change", [*texts])
    for name, text in texts.items():
        reason, there, here = DIFFERENCES[text]
        found = [node for node in parse(text, DELTA).nodes.nodes if node.kind == "requirement"]
        if program.version >= LATER or "###R" not in text:
            assert (len(shown[name]["deltas"]), len(found)) == (there, here), reason


@pytest.mark.parametrize("text", DIFFERENCES)
def test_each_difference_has_its_reason(text: str) -> None:
    reason, there, here = DIFFERENCES[text]
    assert reason.endswith(".")
    assert there != here
