"""Rules of OpenSpec's own validator for a spec, a delta and a list of tasks. Their profiles switch them on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.document.items import visible_matches
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Citation, Node
from orch_lsp.rules.requirement_blocks import (
    Block,
    blocks,
    each_block,
    head,
    heading_line,
    heading_of,
    is_named,
    part_named,
)  # fmt: skip
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.text import Span

_DELTA_HEADING = re.compile(
    r"[ \t]*##[ \t]+(?:ADDED|MODIFIED|REMOVED|RENAMED)[ \t]+Requirements[ \t]*#*\s*\Z", re.IGNORECASE
)
_PART_HEADING = re.compile(r"##[ \t]+(?:ADDED|MODIFIED|REMOVED|RENAMED) Requirements[ \t]*\Z", re.IGNORECASE)
_SECTION_HEADING = re.compile(r"#{1,6}[ \t]+Purpose\Z|##[ \t]+Requirements\Z", re.IGNORECASE)
_ENTRY_HEADING = re.compile(r"###[ \t]*Requirement:[ \t]*\S", re.IGNORECASE)
_LISTED = re.compile(r"[-*+][ \t]+`?###[ \t]*Requirement:[ \t]*\S")
_RENAME = re.compile(
    r"(?:[-*+][ \t]+)?FROM:[ \t]*`?###[ \t]*Requirement:.*?(?:[-*+][ \t]+)?TO:[ \t]*`?###[ \t]*Requirement:",
    re.DOTALL,
)
_TO = re.compile(r"(?<![^\r\n])[ \t]*(?:[-*+][ \t]*)?(TO:[ \t]*`?###[ \t]*Requirement:[ \t]*([^`\r\n]+))")
_STAND_IN = re.compile(r"\W{0,4}(?:TBD|TODO)\b", re.IGNORECASE)
_GROUP = re.compile(r"[ \t]*#{2}[ \t]+(\d+)\.[ \t]")
_DOTTED = re.compile(r"\d+(?:\.\d+)+\Z")
_SHORTEST_PURPOSE = 50
_NUMBERED = frozenset(("requirement", "task", "criterion", "success_criterion", "story", "checklist_item"))
_MORE = re.compile(r"[\w'’]|[.-]\w")
_SECOND, _THIRD = 2, 3


def no_requirements(subject: Subject) -> Iterator[Found]:
    """A section of requirements in which there is none."""
    section = subject.document.profile_sections.get("requirements")
    if section is None or not section.content.strip():
        return
    if not any(block.part == "requirements" for block in each_block(subject.document)):
        message = "There is no requirement in this section: begin each with a heading, `### Requirement: NAME`."
        yield Found(message, section.heading, section.key)


def purpose_placeholder(subject: Subject) -> Iterator[Found]:
    """A purpose that nobody has written."""
    section = subject.document.profile_sections.get("purpose")
    if section is not None and _STAND_IN.match(section.content.strip()):
        message = "The purpose is still a stand-in: say what this capability is for, and for whom."
        yield Found(message, section.heading, section.key)


def purpose_too_short(subject: Subject) -> Iterator[Found]:
    """A purpose of less than 50 characters."""
    section = subject.document.profile_sections.get("purpose")
    text = "" if section is None else section.content.strip()
    if section is not None and 0 < len(text) < _SHORTEST_PURPOSE and not _STAND_IN.match(text):
        message = f"The purpose has {len(text)} characters: say in at least {_SHORTEST_PURPOSE} what this is for."
        yield Found(message, section.heading, section.key)


def delta_header_in_main_spec(subject: Subject) -> Iterator[Found]:
    """Headings of a delta in a spec, where they end what is read of its requirements."""
    document = subject.document
    levels = document.skeleton.levels
    for section in (document.sections[number] for number, level in enumerate(levels) if level == _SECOND):
        if _DELTA_HEADING.match(heading_line(document, section)):
            message = (
                f"“{section.title}” belongs in the delta of a change: here it ends the section of requirements, and "
                "what stands below it is not read. Move it to a change's delta, or join it with `## Requirements`."
            )
            yield Found(message, section.heading, section.key)


def unread_heading(subject: Subject) -> Iterator[Found]:
    """Headings and lines that say what OpenSpec reads, in a form that it passes over."""
    document = subject.document
    if subject.profile.kind == "spec":
        for key in ("purpose", "requirements"):
            section = document.profile_sections.get(key)
            if section is not None and not _SECTION_HEADING.match(heading_line(document, section).rstrip()):
                yield _unread(section.heading, section.key, f"## {key.capitalize()}")
        for block in blocks(subject):
            if heading_line(document, block.section)[:1].isspace():
                yield _unread(block.section.heading, block.node.key, f"### Requirement: {block.node.title}")
        return
    for block in blocks(subject):
        if block.part is not None and not _ENTRY_HEADING.match(heading_line(document, block.section)):
            yield _unread(block.section.heading, block.node.key, f"### Requirement: {block.node.title or 'NAME'}")
    for node in document.nodes.nodes:
        section = document.headed_at(node.span.start)
        if (part := part_named(node)) is not None:
            if section is not None and not _PART_HEADING.match(heading_line(document, section).rstrip()):
                yield _unread(section.heading, node.key, f"## {part.upper()} Requirements")
        elif node.kind == "delta" and section is None and not _read_as_typed(document, node):
            wanted = "- FROM: `### Requirement: OLD`" if node.key.startswith("RENAMED ") else "- ### Requirement: NAME"
            yield _unread(node.span, node.key, wanted)


def _unread(span: Span, key: str, wanted: str) -> Found:
    return Found(f"OpenSpec ignores this: write `{wanted}`, in these words and nothing around them.", span, key)


def _read_as_typed(document: SpecDocument, node: Node) -> bool:
    text = document.text[node.span.start : node.span.end]
    if node.key.startswith("RENAMED "):
        return _RENAME.match(text) is not None
    return _LISTED.match(text) is not None


def no_delta(subject: Subject) -> Iterator[Found]:
    """A delta in which nothing changes: only a hint where nothing else is written either."""
    document = subject.document
    deltas = document.nodes.of_kind("delta")
    if any(part_named(node) is None for node in deltas):
        return
    if any(block.part is not None for block in each_block(document)):
        return
    if document.is_begun:
        yield Found("This delta is still to be written: it changes nothing yet.", head(document), severity="hint")
        return
    if deltas:
        message = "No part of this delta holds a requirement: begin each with a heading, `### Requirement: NAME`."
    else:
        message = (
            "This delta changes nothing: put requirements below `## ADDED Requirements`, `## MODIFIED Requirements`, "
            "`## REMOVED Requirements` or `## RENAMED Requirements`."
        )
    yield Found(message, head(document))


def stray_heading_in_delta(subject: Subject) -> Iterator[Found]:
    """Headings in a part of a delta that begin no requirement, so that what stands below them is lost."""
    document = subject.document
    nodes = document.nodes
    for node in nodes.nodes:
        section = document.headed_at(node.span.start)
        if node.kind != "section" or section is None or section.level != _THIRD or node.parent is None:
            continue
        if nodes.by_key[node.parent].kind == "delta":
            message = (
                f"“{section.title}” is passed over, with what stands below it: in a delta each heading of the third "
                "level begins a requirement, `### Requirement: NAME`."
            )
            yield Found(message, section.heading, node.key)


def conflicting_operations(subject: Subject) -> Iterator[Found]:
    """Requirements that a delta changes in two ways that exclude each other."""
    seen: dict[str, Block] = {}
    by_name: dict[str, dict[str, Block]] = {}
    for block in blocks(subject):
        if block.part is None or not block.node.title:
            continue
        known = seen.setdefault(block.node.title, block)
        by_name.setdefault(block.node.title, {}).setdefault(block.part, block)
        if known.part != block.part:
            message = (
                f"“{block.node.title}” stands in two parts of this delta, {known.part} and {block.part}: "
                "keep it in the one that is meant."
            )
            yield _conflict(block, message, known.section.heading)
    given: dict[str, Node] = {}
    for rename, old, new in _renames(subject):
        if (first := given.setdefault(new, rename)) is not rename:
            message = f"Two requirements are renamed to “{new}”: choose another name for one of them."
            yield Found(message, rename.span, rename.key, (), (Related("The other one.", first.span),))
        for name, part, message in (
            (old, "removed", f"“{old}” is renamed and removed: keep one of them."),
            (old, "modified", f"“{old}” has the name “{new}” by the time it is modified: use that in its heading."),
            (new, "added", f"“{new}” is added, and what another requirement is renamed to: choose another name."),
        ):
            if (block := by_name.get(name, {}).get(part)) is not None:
                yield _conflict(block, message, rename.span)
        listed = subject.document.nodes.by_key.get(f"Requirement: {old}")
        if listed is not None and listed.kind == "delta" and old not in by_name:
            yield Found(f"“{old}” is renamed and removed: keep one of them.", listed.span, listed.key)


def _conflict(block: Block, message: str, other: Span) -> Found:
    return Found(message, block.section.heading, block.node.key, (), (Related("The other one.", other),))


def _renames(subject: Subject) -> Iterator[tuple[Node, str, str]]:
    """Each rename with the old and the new name."""
    for node in subject.document.nodes.of_kind("delta"):
        if node.key.startswith("RENAMED "):
            old, _, new = node.title.partition(" → ")
            yield node, old, new


def rename_without_pair(subject: Subject) -> Iterator[Found]:
    """Lines that say from what a requirement is renamed, or to what, without the other one."""
    document = subject.document
    deltas = document.nodes.of_kind("delta")
    renames = [node for node in deltas if node.key.startswith("RENAMED ")]
    parts = [node.span for node in deltas if part_named(node) == "renamed"]
    known = {node.name.start for node in renames if node.name}
    for found in visible_matches(document.tree, _TO) if parts else ():
        if found.start(2) not in known and any(found.start(1) in part for part in parts):
            message = f"Nothing says what is renamed to “{found[2].strip()}”: write the line `- FROM:` above it."
            yield Found(message, Span(*found.span(1)))
    paired = {citation.span for node in renames for citation in node.citations}
    # A heading may stand between the two lines: what is renamed stands in no node of the rename then.
    old_names = {old for _, old, _ in _renames(subject)}
    for citation in _renamed(document):
        name = citation.key.removeprefix("Requirement: ")
        if citation.span not in paired and name not in old_names:
            message = f"Nothing says what “{name}” is renamed to: write the line `- TO: ### Requirement: NEW` below it."
            yield Found(message, citation.span)


def _renamed(document: SpecDocument) -> Iterator[Citation]:
    nodes = document.nodes
    renaming = any(relation == "renames" for relation, _ in nodes.named)
    return (citation for citation in nodes.citations if citation.relation == "renames") if renaming else iter(())


def duplicate_id(subject: Subject) -> Iterator[Found]:
    """Requirements, renames and numbered tasks that are there already under the same name or number."""
    nodes = subject.document.nodes
    again = [node for node in nodes.nodes if "~" in node.key]
    if not again:
        return
    parts = {block.node.key: block.part for block in blocks(subject)}
    unnamed = {block.node.key for block in blocks(subject) if not is_named(subject.document, block)}
    for node in again:
        first = nodes.by_key.get(node.key.rpartition("~")[0])
        if first is None or not _has_id(node):
            continue
        if part_named(node) is not None:
            continue
        if parts.get(first.key) != parts.get(node.key) or not {first.key, node.key}.isdisjoint(unnamed):
            continue
        name = node.title if node.kind == "delta" or first.key.startswith("Requirement: ") else first.key
        message = f"“{name}” is here already: give it a name of its own, or join the two."
        span = node.span if node.name is None else node.name
        yield Found(message, span, node.key, (), (Related("The first one.", first.name or first.span),))


def _has_id(node: Node) -> bool:
    """Whether a node was given a name or number, and not one with more behind it (`7.3.6b`, `T028'`)."""
    if node.kind == "delta":
        return True
    if node.kind not in _NUMBERED or node.name is None:
        return False
    return node.key.startswith("Requirement: ") or not _MORE.match(node.source, node.name.end)


def task_group_mismatch(subject: Subject) -> Iterator[Found]:
    """Tasks whose number begins with that of another group than the one that they stand in."""
    document = subject.document
    groups: dict[str, str] = {}
    for node in document.nodes.nodes:
        section = document.headed_at(node.span.start)
        if section is not None and (found := _GROUP.match(heading_line(document, section))) is not None:
            groups[node.key] = found[1]
        if node.kind != "task" or not _DOTTED.match(node.key.partition("~")[0]):
            continue
        group = _group_of(document, node, groups)
        leading = node.key.partition(".")[0]
        if group is not None and int(group) != int(leading):
            message = (
                f"Task {node.key.partition('~')[0]} stands in group {group}: move it to group {leading}, or number it "
                f"{group}.N."
            )
            yield Found(message, node.span if node.name is None else node.name, node.key)


def _group_of(document: SpecDocument, node: Node, groups: dict[str, str]) -> str | None:
    parent = node.parent
    while parent is not None:
        if parent in groups:
            return groups[parent]
        parent = document.nodes.by_key[parent].parent
    return None


RULES = (
    Rule("no_requirements", "structure", "off", "A section of requirements holds none.", no_requirements),
    Rule("purpose_placeholder", "structure", "off", "The purpose is still a stand-in.", purpose_placeholder),
    Rule("purpose_too_short", "structure", "off", "The purpose has fewer than 50 characters.", purpose_too_short),
    Rule(
        "delta_header_in_main_spec", "structure", "off",
        "A heading of a delta stands in a spec.", delta_header_in_main_spec,
    ),
    Rule(
        "unread_heading", "structure", "off", "A heading or line is one that its tool passes over.", unread_heading,
        reads=heading_of, waits_for_word=True,
    ),
    Rule("no_delta", "structure", "off", "A delta changes nothing.", no_delta, graded=True),
    Rule(
        "stray_heading_in_delta", "structure", "off",
        "A heading in a delta begins no requirement.", stray_heading_in_delta,
        reads=heading_of, waits_for_word=True,
    ),
    Rule(
        "conflicting_operations", "identity", "off",
        "A delta changes a requirement in two ways that exclude each other.", conflicting_operations,
        reads=heading_of,
    ),
    Rule("rename_without_pair", "structure", "off", "A rename says from what, but not to what.", rename_without_pair),
    Rule(
        "duplicate_id", "identity", "off", "A name or number is used already.", duplicate_id,
        reads=lambda node: (_has_id(node), heading_of(node)), waits_for_word=True,
    ),
    Rule(
        "task_group_mismatch", "tasks", "off",
        "A task's number begins with that of another group.", task_group_mismatch,
        reads=heading_of,
    ),
)  # fmt: skip
