"""Traceability: criteria without a task, ids that name nothing, properties that validate nothing.

Ids are compared within a spec: a document and its neighbours. Nothing is said where people do not trace: an id is
missed only if the spec has others of its shape (`FR-9` where there are `FR-1` and `FR-2`), a criterion's task only if
tasks cite criteria.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath

from orch_lsp.document.given_up import is_given_up, is_said_given_up
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Citation, Node, NodeKind, Nodes, Relation, bare_key
from orch_lsp.rules.rule import Found, Neighbour, Related, Rule, Subject, nothing_else
from orch_lsp.text import Span, end_of_line, start_of_line

_OF_REQUIREMENTS: frozenset[Relation] = frozenset(("covers", "validates"))
_WORK = frozenset(("task", "checklist_item"))
_LEAST_TRACED = 0.2
"""Share of a document's criteria that tasks have to cite before the others are missed."""
_LEAST_TRACING = 0.5
"""Share of the tasks that have to cite something, alone or with the task around them: where only those for tests do,
the others say nothing of what they cover."""
_MOST_RELATED = 50
_LEAST_OF_STORIES = 0.3
_LEAST_OF_REQUIREMENTS = 0.5
_LEAST_TRACED_TASKS = 0.75
_CHECKPOINT = re.compile(
    r"check-?point|検証ポイント|チェックポイント|检查点|檢查點|체크포인트|punto de control|ponto de verificação"
    r"|kontrollpunkt|point de contrôle|\b(?:all|final|full) (?:tests?|verification|validation|test suite)\b",
    re.IGNORECASE,
)
"""Words of a task that looks back on others, and is for no requirement by itself."""
_NUMBERED = re.compile(r"([A-Za-z]{1,8}-?)(\d{1,6})")
_SPLIT = re.compile(r"(?<=\d)[a-z]\Z")
"""The letter by which one id became several: `FR-002` is meant as a whole where there are `FR-002a` and `FR-002b`."""
_AT_MOST_A_WORD = re.compile(r"[^\w\r\n]{0,12}\w{0,20}[^\w\r\n]{0,6}")
_DIGITS = re.compile(r"\d+")


def undefined_reference(subject: Subject) -> Iterator[Found]:
    """Ids in lists of what is covered or validated that no document of the spec defines: one finding for each id."""
    cited = [
        one
        for one in subject.document.nodes.citations
        if one.relation in _OF_REQUIREMENTS and one.scope is None and (one.range is None or _is_written(one))
    ]
    if not cited:
        return
    defined = frozenset[str]().union(*map(_defined, _spec(subject)))
    missing = {one.key for one in cited} - defined
    if missing:
        whole, shapes = _wholes_and_shapes(defined)
        missing = {key for key in missing if key not in whole and _shape(key) in shapes}
    places: dict[str, list[Span]] = {}
    for citation in cited if missing else ():
        if citation.key in missing:
            places.setdefault(citation.key, []).append(citation.span)
    stories = _shapes_of_stories(subject) if places and _is_whole_set(subject) else None
    nodes = subject.document.nodes
    for key, (first, *others) in places.items():
        severity = "error" if stories is not None and _shape(key) not in stories else None
        node = nodes.at(first.start)
        message, related = f"“{key}” names nothing: no document of this spec has it.", ()
        if others:
            message = f"{message} It is named in {len(others) + 1} places."
            related = tuple(Related("Named here, too.", span) for span in others[:_MOST_RELATED])
        yield Found(message, first, None if node is None else node.key, (), related, severity)


def _is_whole_set(subject: Subject) -> bool:
    """Whether the spec has all documents that the format makes of one: no other will come that has the id."""
    wanted = subject.profile.whole_set
    there = {subject.profile.kind, *(PurePosixPath(one.path).stem for one in subject.neighbours)}
    return bool(wanted) and all(not names.isdisjoint(there) for names in wanted)


def _shapes_of_stories(subject: Subject) -> frozenset[str]:
    """A label of a story that is not there is as often a wrong label as a story that is missing."""
    return frozenset(_shape(node.key) for nodes in _spec(subject) for node in nodes.nodes if node.kind == "story")


def _defined(nodes: Nodes) -> frozenset[str]:
    """The ids of a document that can be covered."""
    return nodes.once("defined", lambda: frozenset(node.key for node in nodes.nodes if node.kind not in _WORK))


def _is_written(citation: Citation) -> bool:
    """Whether an id is typed, and not only between two that are: there may be gaps."""
    return citation.range is None or citation.span != citation.range


def broken_reference_range(subject: Subject) -> Iterator[Found]:
    """Ranges of ids in sentences, of which one end names nothing in the spec."""
    nodes = subject.document.nodes
    ends = [
        one
        for one in nodes.citations
        if one.range is not None and one.relation == "cites" and one.scope is None and _is_written(one)
    ]
    if not ends:
        return
    defined = {node.key for each in _spec(subject) for node in each.nodes}
    shapes = {_shape(key) for key in defined}
    for citation in ends:
        if citation.range is None or citation.key in defined or _shape(citation.key) not in shapes:
            continue
        if not is_said_given_up(subject.document.text, citation.range):
            node = nodes.at(citation.span.start)
            message = f"This range has an end that is not there: no document of this spec has “{citation.key}”."
            yield Found(message, citation.span, None if node is None else node.key)


def criterion_without_task(subject: Subject) -> Iterator[Found]:
    """Criteria that no task cites, neither alone nor with their requirement, where tasks trace at all."""
    criteria = [node for node in subject.document.nodes.nodes if node.kind == "criterion"]
    plans = [one for one in subject.neighbours if _holds_tasks(one.nodes)]
    if not criteria or not plans or not _trace(plans):
        return
    covered = frozenset[str]().union(*(_covered(plan.nodes) for plan in plans))
    open_ones = [node for node in criteria if node.key not in covered and covered.isdisjoint(_wholes(node.key))]
    if len(criteria) - len(open_ones) < _LEAST_TRACED * len(criteria):
        return
    shapes = {_shape(key) for key in covered}
    related = tuple(Related("The tasks.", Span(0, 0), plan.path) for plan in plans)
    nodes = subject.document.nodes
    for node in open_ones:
        if not shapes.isdisjoint(map(_shape, (node.key, *_wholes(node.key)))) and not _is_over(nodes, node):
            yield Found(f"No task covers “{bare_key(node.key)}”.", _line(subject, node), node.key, related=related)


def _covered(nodes: Nodes) -> frozenset[str]:
    """The ids that a plan covers."""
    return nodes.once(
        "covered", lambda: frozenset(one.key for one in nodes.citations if one.relation in _OF_REQUIREMENTS)
    )


def _named(nodes: Nodes) -> frozenset[str]:
    """The ids of its own spec that a plan names."""
    return nodes.once("named", lambda: frozenset(one.key for one in nodes.citations if one.scope is None))


def story_without_task(subject: Subject) -> Iterator[Found]:
    """Stories that no task names, where tasks name others."""
    yield from _without_task(subject, "story", _LEAST_OF_STORIES)


def requirement_without_task(subject: Subject) -> Iterator[Found]:
    """Requirements that no task names, where tasks name most of them."""
    yield from _without_task(subject, "requirement", _LEAST_OF_REQUIREMENTS)


def _is_id(node: Node) -> bool:
    """Whether a node has an id of its own, and not only a number in a list."""
    return node.name is not None and node.key[:1].isalpha() and "~" not in node.key


def _is_over(nodes: Nodes, node: Node) -> bool:
    """Whether a node, or one around it, was given up."""
    around: Node | None = node
    while around is not None:
        if around.kind != "section" and is_given_up(around):
            return True
        around = None if around.parent is None else nodes.by_key.get(around.parent)
    return False


def _without_task(subject: Subject, kind: NodeKind, least: float) -> Iterator[Found]:
    nodes = subject.document.nodes
    plans = [one for one in subject.neighbours if _holds_tasks(one.nodes)]
    if not plans:
        return
    divided = {"criterion", "requirement"} if kind == "requirement" else set[str]()
    parts = {node.parent for node in nodes.nodes if node.kind in divided}
    asked = [node for node in nodes.nodes if node.kind == kind and node.key not in parts and _is_id(node)]
    covered = frozenset[str]().union(*(_named(plan.nodes) for plan in plans))
    open_ones = [node for node in asked if node.key not in covered and not _is_over(nodes, node)]
    if len(open_ones) == len(asked) or len(asked) - len(open_ones) < least * len(asked):
        return
    related = tuple(Related("The tasks.", Span(0, 0), plan.path) for plan in plans)
    for node in open_ones:
        yield Found(f"No task is for “{node.key}”.", node.head, node.key, related=related)


def task_without_requirement(subject: Subject) -> Iterator[Found]:
    """Open tasks that say not what they are for, where nearly all others do."""
    nodes = subject.document.nodes
    tasks = [node for node in _without_parts(nodes) if node.state != "optional" and node.name is not None]
    bare = [node for node in tasks if not _traces(nodes, node)]
    if not bare or len(tasks) - len(bare) < _LEAST_TRACED_TASKS * len(tasks):
        return
    for node in bare:
        if node.state == "open" and not _looks_back(node):
            message = f"“{bare_key(node.key)}” names no requirement, and nearly all other tasks here do."
            yield Found(message, _line(subject, node), node.key)


def _looks_back(task: Node) -> bool:
    return _CHECKPOINT.search(task.title) is not None


def story_without_acceptance(subject: Subject) -> Iterator[Found]:
    """Stories without a scenario or criterion, where others have some."""
    nodes = subject.document.nodes.nodes
    judged = {node.parent for node in nodes if node.kind in {"criterion", "scenario"}}
    stories = [node for node in nodes if node.kind == "story" and _is_id(node)]
    bare = [node for node in stories if node.key not in judged and not is_given_up(node)]
    for node in bare if len(bare) < len(stories) else ():
        yield Found(f"Nothing says when “{node.key}” is done: give it a scenario.", node.head, node.key)


def id_width_mismatch(subject: Subject) -> Iterator[Found]:
    """Ids with another number of digits than the others of their kind: `FR-1` where there is `FR-002`."""
    widths: defaultdict[str, Counter[int]] = defaultdict(Counter)
    numbered: list[tuple[Node, str, str]] = []
    for node in subject.document.nodes.nodes:
        found = _numbered(node.key) if node.name is not None else None
        if found is not None:
            prefix, digits = found
            numbered.append((node, prefix, digits))
            if digits[0] == "0":
                widths[prefix][len(digits)] += 1
    most = {prefix: counts.most_common(1)[0] for prefix, counts in widths.items()}
    for node, prefix, digits in numbered if widths else ():
        usual, count = most.get(prefix, (0, 0))
        if count > 1 and len(digits) < usual:
            meant = f"{prefix}{int(digits):0{usual}}"
            yield Found(f"“{node.key}” has fewer digits than the others: “{meant}” is read alike.", node.head, node.key)


@lru_cache(maxsize=16_384)
def _numbered(key: str) -> tuple[str, str] | None:
    """The letters and the digits of an id that has no other parts."""
    found = _NUMBERED.fullmatch(key)
    return None if found is None else (found[1], found[2])


def property_without_criterion(subject: Subject) -> Iterator[Found]:
    """Properties that name nothing which they validate."""
    nodes = subject.document.nodes
    properties = nodes.of_kind("property")
    if not properties:
        return
    document, starts = subject.document, frozenset(node.span.start for node in properties)
    validating = {holder.key for holder in _holders(nodes, lambda one: _is_named_as_validated(document, one, starts))}
    for node in properties:
        if node.key not in validating:
            name = bare_key(node.key)
            message = f"“{name}” validates no criterion: name those that it checks, `**Validates: Requirements 1.1**`."
            yield Found(message, _line(subject, node), node.key)


def _is_named_as_validated(document: SpecDocument, citation: Citation, starts: Collection[int]) -> bool:
    """Whether a citation says what a property validates: behind a label, alone in its line, or in the heading.

    Args:
        document: The document.
        citation: One of its citations.
        starts: Where its properties begin.
    """
    if citation.relation in _OF_REQUIREMENTS:
        return True
    cited = document.nodes.by_key.get(citation.key)
    if citation.scope is not None or (cited is not None and cited.kind == "property"):
        return False
    text = document.text
    line = start_of_line(text, citation.span.start)
    return line in starts or _AT_MOST_A_WORD.fullmatch(text, line, citation.span.start) is not None


def stale_downstream(subject: Subject) -> Iterator[Found]:
    """Nodes that the document is made of and that were reworded since: one finding a node, at a task."""
    then = {(one.path, one.key) for one in subject.evidence.nodes_then}
    if not then:
        return
    nodes = subject.document.nodes
    by_key: dict[str, list[Citation]] = {}
    for citation in nodes.citations:
        if citation.relation in _OF_REQUIREMENTS and citation.scope is None:
            by_key.setdefault(citation.key, []).append(citation)
    for neighbour in subject.neighbours:
        for key, citations in by_key.items():
            if (neighbour.path, key) not in then or (now := neighbour.nodes.by_key.get(key)) is None:
                continue
            # A section that cites, such as a legend, says less than the tasks below it.
            held = [(one, nodes.at(one.span.start)) for one in citations]
            held.sort(key=lambda pair: pair[1] is None or pair[1].kind == "section")
            keys = list(dict.fromkeys(node.key for _, node in held if node is not None))
            others = f", and {len(keys) - 1} more" if len(keys) > 1 else ""
            still = "still fit" if others else "still fits"
            by = f"“{keys[0]}”{others}" if keys else "it"
            message = f"“{key}” was reworded since this was written: look whether {by} {still}."
            related = (Related("As it is now.", now.head, neighbour.path),)
            yield Found(message, held[0][0].span, keys[0] if keys else None, (), related)


def _spec(subject: Subject) -> Iterable[Nodes]:
    return (subject.document.nodes, *(neighbour.nodes for neighbour in subject.neighbours))


def _holds_tasks(nodes: Nodes) -> bool:
    return any(kind == "task" for kind, _ in nodes.kinds)


def _trace(plans: Iterable[Neighbour]) -> bool:
    """Whether most tasks say what they cover: those that have no parts, each with the tasks around it."""
    tracing = [one for plan in plans for one in _tracing(plan.nodes)]
    return sum(tracing) >= _LEAST_TRACING * len(tracing)


def _tracing(nodes: Nodes) -> tuple[bool, ...]:
    """For each task without parts whether it says what it covers."""
    return nodes.once("tracing", lambda: tuple(_traces(nodes, node) for node in _without_parts(nodes)))


def _without_parts(nodes: Nodes) -> Iterator[Node]:
    tasks = [node for node in nodes.nodes if node.kind == "task"]
    whole = {node.parent for node in tasks}
    return (node for node in tasks if node.key not in whole)


def _traces(nodes: Nodes, task: Node) -> bool:
    around: Node | None = task
    while around is not None and around.kind == "task":
        if any(citation.relation in _OF_REQUIREMENTS for citation in around.citations):
            return True
        around = None if around.parent is None else nodes.by_key.get(around.parent)
    return False


def _holders(nodes: Nodes, counts: Callable[[Citation], bool]) -> Iterator[Node]:
    """The nodes in which something is cited that counts, at any depth."""
    citing = (node for node in nodes.nodes if any(map(counts, node.citations)))
    for node in citing:
        around: Node | None = node
        while around is not None:
            yield around
            around = None if around.parent is None else nodes.by_key.get(around.parent)


@lru_cache(maxsize=16)
def _wholes_and_shapes(defined: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The ids that mean those together with others, and the shapes of all; a key seldom makes them others."""
    return frozenset(chain.from_iterable(map(_meant_by, defined))), frozenset(map(_shape, defined))


@lru_cache(maxsize=16_384)
def _meant_by(key: str) -> tuple[str, ...]:
    """The ids that mean this one together with others: those that hold it by its number, or by which it was split."""
    return (*_wholes(key), _SPLIT.sub("", key))


@lru_cache(maxsize=16_384)
def _wholes(key: str) -> tuple[str, ...]:
    """The id that holds this one by its number: `2` of `2.3`, `US1` of `US1/AC2`."""
    found: list[str] = []
    while (end := max(key.rfind("."), key.rfind("/AC"))) > 0:
        key = key[:end]
        found.append(key)
    return tuple(found)


@lru_cache(maxsize=16_384)
def _shape(key: str) -> str:
    return _DIGITS.sub("#", key)


def _line(subject: Subject, node: Node) -> Span:
    """The first line of a node."""
    return Span(node.span.start, min(node.span.end, end_of_line(subject.document.text, node.span.start)))


RULES = (
    Rule(
        "undefined_reference", "identity", "warning", "An id names nothing in the spec.", undefined_reference,
        reads=nothing_else, needs_spec=True, waits_for_word=True, graded=True,
    ),
    Rule(
        "broken_reference_range", "identity", "warning", "An end of a range of ids names nothing in the spec.",
        broken_reference_range, reads=nothing_else, needs_spec=True, waits_for_word=True,
    ),
    Rule(
        "id_width_mismatch", "identity", "information", "An id has fewer digits than the others of its kind.",
        id_width_mismatch, reads=nothing_else, waits_for_word=True,
    ),
    Rule(
        "criterion_without_task", "traceability", "warning", "No task covers a criterion.", criterion_without_task,
        reads=is_given_up, needs_spec=True,
    ),
    Rule(
        "story_without_task", "traceability", "warning", "A story has no task.", story_without_task,
        reads=is_given_up, needs_spec=True,
    ),
    Rule(
        "requirement_without_task", "traceability", "information",
        "A requirement has no task, where most others have one.", requirement_without_task,
        reads=is_given_up, needs_spec=True,
    ),
    Rule(
        "task_without_requirement", "traceability", "information",
        "A task serves no requirement, where nearly all others serve one.", task_without_requirement,
        reads=_looks_back,
    ),
    Rule(
        "story_without_acceptance", "traceability", "warning", "A story has no scenario, where others have some.",
        story_without_acceptance, reads=is_given_up,
    ),
    Rule(
        "property_without_criterion", "traceability", "warning", "A property validates no criterion.",
        property_without_criterion, local=True,
    ),
    Rule(
        "stale_downstream", "traceability", "warning",
        "The text that a document rests on was reworded since.", stale_downstream, needs_spec=True,
    ),
)  # fmt: skip
