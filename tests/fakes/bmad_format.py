"""A format as a package of somebody else's would bring it: product requirements and stories in the manner of BMAD."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.document.items import items_of, visible_matches
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Citation, Node, Nodes, Relation, gathered
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.protocol import Clues, Format, Recognition
from orch_lsp.text import Span

_ID = r"(?:FR|UJ|SM)-\d+"
_REQUIREMENT = re.compile(rf"#+[ \t]+({_ID}):?[ \t]*(.*)")
_STORY = re.compile(r"#+[ \t]+(Story (\d+\.\d+)):[ \t]*(.*)")
_CITED = re.compile(
    rf"(?P<verb>Realizes |Validates )?(?P<key>{_ID})\b|Story (?P<story>\d+\.\d+)\b|AC: ?#(?P<criterion>\d+)"
)
_VERBS: dict[str | None, Relation] = {"Realizes ": "covers", "Validates ": "validates", None: "cites"}
_ASSUMPTION = re.compile(r"\[ASSUMPTION: ([^\[\]]+)\]")


def _requirement(section: Section, node: Node, text: str) -> Node:
    found = _REQUIREMENT.match(text, section.heading.start, section.heading.end)
    if found is None:
        return node
    kind = {"FR": "requirement", "UJ": "story", "SM": "success_criterion"}[found[1][:2]]
    return Node(kind, found[1], found[2], node.span, name=Span(*found.span(1)))  # type: ignore[arg-type]


def prd_nodes(document: SpecDocument) -> Nodes:
    """Requirements, journeys and measures by their headings; assumptions as questions."""
    text = document.text
    nodes = [*heading_nodes(document, lambda section, node: _requirement(section, node, text))]
    for number, found in enumerate(visible_matches(document.tree, _ASSUMPTION), 1):
        nodes.append(Node("question", f"assumption/{number}", found[1], Span(*found.span()), "open"))
    return gathered(text, nodes, _citations(document))


def story_nodes(document: SpecDocument) -> Nodes:
    """Stories by their headings, criteria by number, tasks by the words behind their boxes."""
    text = document.text

    def story(section: Section, node: Node) -> Node:
        found = _STORY.match(text, section.heading.start, section.heading.end)
        return node if found is None else Node("story", found[2], found[3], node.span, name=Span(*found.span(2)))

    nodes = [*heading_nodes(document, story), *_items(document)]
    return gathered(text, nodes, _citations(document))


def _items(document: SpecDocument) -> Iterator[Node]:
    criteria = document.profile_sections.get("acceptance-criteria")
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            span = Span(base + item.span.start, base + item.span.end)
            title = document.text[base + item.content.start : base + item.content.end]
            if item.box is not None:
                yield Node("task", title.partition(" (")[0], title, span, "done" if item.box in "xX" else "open")
            elif item.ordinal is not None and criteria is not None and span.start in criteria.body:
                yield Node("criterion", f"AC{item.ordinal}", title, span)


def _citations(document: SpecDocument) -> Iterator[Citation]:
    for found in visible_matches(document.tree, _CITED):
        if found["key"]:
            yield Citation(_VERBS[found["verb"]], Span(*found.span("key")), found["key"])
        elif found["story"]:
            yield Citation("cites", Span(*found.span("story")), found["story"])
        else:
            yield Citation("covers", Span(*found.span("criterion")), f"AC{found['criterion']}")


PRD = Profile(
    name="bmad",
    kind="prd",
    prompt_name="bmad.prd",
    sections=(
        SectionSpec("vision", "Vision", ("Executive Summary",), "What there will be, for whom."),
        SectionSpec("features", "Features", (), "Features with their numbered requirements."),
        SectionSpec("success-metrics", "Success Metrics", (), "Numbers that show that it worked."),
    ),
    nodes=prd_nodes,
    normative_words=frozenset({"shall", "must"}),
    severities={"missing_section": "warning"},
    template="# {title} PRD\n\n## Vision\n\nTODO\n",
)
STORY = Profile(
    name="bmad/story",
    kind="story",
    prompt_name="bmad.story",
    sections=(
        SectionSpec("story", "Story", (), "As a …, I want …, so that …"),
        SectionSpec("acceptance-criteria", "Acceptance Criteria", (), "Numbered."),
        SectionSpec("tasks", "Tasks / Subtasks", ("Tasks",), "Boxes, each with the criteria that it serves."),
    ),
    nodes=story_nodes,
)


def recognise(clues: Clues) -> Recognition | None:
    """By the folder of its own, else by what only its documents hold."""
    below = clues.below("_bmad-output")
    if below is not None:
        scope = "/".join(clues.parts[: len(clues.parts) - len(below)])
        return Recognition("story" if "stories" in below else "prd", "path", scope, frozen="archive" in below)
    if any(_REQUIREMENT.match(f"# {heading.text}") for heading in clues.headings if heading.level == 4):
        return Recognition("prd", "content")
    return None


FORMAT = Format("bmad", (PRD, STORY), recognise)
