"""Shapes of drafted text in documents of GSD: what its own tool finds there, and nothing else.

Each makes of an answer's words the text for a place; None where they are not of its shape.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from orch_lsp.document.drafting import Fit
from orch_lsp.document.shapes import one_line
from orch_lsp.profiles.gsd.references import REQUIREMENT, phase_key
from orch_lsp.text import split_lines

_REQUIREMENT = re.compile(
    rf"[-*+][ \t]+(?P<box>\[ \][ \t]+)?\*\*(?P<id>{REQUIREMENT})(?::\*\*|\*\*:)[ \t]*(?P<words>\S.*)"
)
_HEADING = re.compile(r"(?P<marks>#{1,6})[ \t]+(?P<title>\S.*)")
_HEADED = re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+\S")
_PHASE = re.compile(
    r"[-*+][ \t]+\[ \][ \t]+\*\*(?P<name>Phase (?P<number>\d{1,3}(?:\.\d{1,2})?): [^*]+)\*\*[ \t]*(?:[-–—:][ \t]*)?"
    r"(?P<words>\S.*)"
)
_PHASE_TITLE = re.compile(r"Phase (?P<number>\d{1,3}(?:\.\d{1,2})?): \S.*")
_GOAL = re.compile(r"(?m)^\*\*Goal(?::\*\*|\*\*:)[ \t]*\S")
_CRITERIA = re.compile(r"(?m)^\*\*Success Criteria\b[^\n]*\n(?:[ \t]*\n)*[ \t]*1[.)] \S")
_ID = re.compile(rf"(?<![\w-]){REQUIREMENT}(?![\w-])")
_IDS = re.compile(rf"[\s\[\]`,*-]*(?:\*\*Requirements?:?\*\*:?)?(?:[\s\[\]`,*-]*{REQUIREMENT})+[\s\[\]`,*.]*")
_TAG = re.compile(r"</?[a-z_]{3,20}>")


def requirements(taken: Collection[str], *, boxes: bool) -> Fit:
    """Requirements with ids that none has yet, below headings or without; each with a box or all without."""

    def fit(body: str) -> str | None:
        seen = set(taken)
        lines: list[str] = []
        for line in split_lines(body.strip()):
            found = _REQUIREMENT.fullmatch(line.strip())
            if found is not None:
                if found["id"] in seen:
                    return None
                seen.add(found["id"])
                lines.append(f"- {'[ ] ' if boxes else ''}**{found['id']}**: {found['words'].strip()}")
            elif not line.strip() or _HEADING.fullmatch(line.strip()):
                lines.append(line.strip())
            else:
                return None
        return "\n".join(lines) if len(seen) > len(taken) else None

    return fit


def named_requirement(body: str) -> str | None:
    """One requirement with its id, as it stands behind the list's marks."""
    found = _REQUIREMENT.fullmatch(body.strip() if body.strip().startswith(("- ", "* ")) else f"- {body.strip()}")
    return None if found is None else f"**{found['id']}**: {found['words'].strip()}"


def ids(body: str) -> str | None:
    """Ids of requirements with commas between."""
    found = _IDS.fullmatch(body.strip())
    return None if found is None else ", ".join(dict.fromkeys(_ID.findall(body)))


def phases(body: str) -> str | None:
    """A box for each phase, no number twice."""
    found = [_PHASE.fullmatch(line.strip()) for line in split_lines(body) if line.strip()]
    sound = [one for one in found if one is not None]
    if not sound or len(sound) < len(found) or len({phase_key(one["number"]) for one in sound}) < len(sound):
        return None
    return "\n".join(f"- [ ] **{one['name'].strip()}** - {one['words'].strip()}" for one in sound)


def phase(body: str) -> str | None:
    """The text below the heading of a phase: a goal and numbered criteria at least; a heading is dropped."""
    lines = split_lines(body.strip())
    if lines and (found := _HEADING.fullmatch(lines[0].strip())) is not None and _PHASE_TITLE.match(found["title"]):
        lines = lines[1:]
    text = "\n".join(lines).strip()
    if _HEADED.search(text) or _GOAL.search(text) is None or _CRITERIA.search(text) is None:
        return None
    return text


def details(body: str) -> str | None:
    """Phases with headings, no number twice; nothing in front of the first one."""
    pieces: list[tuple[str, list[str]]] = []
    for line in split_lines(body.strip()):
        found = _HEADING.fullmatch(line.strip())
        if found is not None:
            pieces.append((found["title"], []))
        elif pieces:
            pieces[-1][1].append(line)
        elif line.strip():
            return None
    numbers = [_PHASE_TITLE.fullmatch(title) for title, _ in pieces]
    bodies = [phase("\n".join(lines)) for _, lines in pieces]
    keys = {phase_key(number["number"]) for number in numbers if number is not None}
    if not pieces or None in bodies or len(keys) < len(pieces):
        return None
    return "\n\n".join(f"### {title}\n{text}" for (title, _), text in zip(pieces, bodies, strict=True))


def in_tag(level: int) -> Fit:
    """Text within a tag: any Markdown without tags of its own, with headings deeper than `level`."""

    def fit(body: str) -> str | None:
        text = body.strip()
        if not text or _TAG.search(text):
            return None
        headings = [len(found["marks"]) for line in split_lines(text) if (found := _HEADING.fullmatch(line.strip()))]
        shift = max(0, level + 1 - min(headings, default=level + 1))
        return re.sub(r"(?m)^#{1,6}(?= )", lambda found: found[0] + "#" * shift, text)

    return fit


def line_in_tag(body: str) -> str | None:
    """One line within a tag."""
    line = one_line(body)
    return None if line is None or _TAG.search(line) else line


_TASK = re.compile(r"<task\b(?P<attributes>[^<>]{0,200})>(?P<body>.*?)</task>[ \t]*\n*", re.DOTALL)
_TYPE = re.compile(r"\btype=[\"'](?P<type>[\w:-]{1,40})[\"']")
_NEEDED = {
    "checkpoint:human-verify": ("what-built", "how-to-verify", "resume-signal"),
    "checkpoint:decision": ("decision", "options", "resume-signal"),
    "checkpoint:human-action": ("action", "instructions", "verification", "resume-signal"),
}
"""Tags that the tool asks for, by type of task."""
_OF_OTHERS = ("name", "files", "action", "verify", "done")
_FENCE = re.compile(r"\A(?:```|~~~)[a-z]{0,10}\n(?P<inside>.*)\n(?:```|~~~)\Z", re.DOTALL)
_WRAPPED = re.compile(r"\A<tasks>(?P<inside>.*)</tasks>\Z", re.DOTALL)


def tasks(*, checkpoints: bool) -> Fit:
    """Tasks in tags, each with what the tool asks of its type, and nothing between them.

    Args:
        checkpoints: Whether a task may wait for a person.
    """

    def fit(body: str) -> str | None:
        text = "\n".join(split_lines(body)).strip()
        for around in (_FENCE, _WRAPPED):
            found = around.match(text)
            text = text if found is None else found["inside"].strip()
        at, pieces = 0, list[str]()
        while (found := _TASK.match(text, at)) is not None:
            kind = _TYPE.search(found["attributes"])
            name = "" if kind is None else kind["type"]
            waits = name.startswith("checkpoint")
            if not name or (waits and not checkpoints) or not _is_whole(name, found["body"]):
                return None
            pieces.append(found[0].rstrip())
            at = found.end()
        return "\n\n".join(pieces) if pieces and at == len(text) else None

    return fit


def _is_whole(kind: str, body: str) -> bool:
    needed = _NEEDED.get(kind, ("resume-signal",) if kind.startswith("checkpoint") else _OF_OTHERS)
    return all(re.search(rf"<{tag}>(?:(?!</).)*?[^\W_]", body, re.DOTALL) is not None for tag in needed)


def listed_values(indent: str, *, paths: bool = False) -> Fit:
    """A list of YAML with one value a bullet, below a key."""

    def fit(body: str) -> str | None:
        values = _bullets(body)
        if paths:
            values = [value.strip("`") for value in values]
        if not values or (paths and not all(map(_is_path, values))):
            return None
        return "".join(f"\n{indent}- {value if paths else _quoted(value)}" for value in values)

    return fit


def inline_ids(body: str) -> str | None:
    """Ids as a list of YAML on one line."""
    found = ids(", ".join(_bullets(body)) or body)
    return None if found is None else f"[{found}]"


def artifacts(indent: str) -> Fit:
    """Files with what each gives: `- path: what it gives`."""

    def fit(body: str) -> str | None:
        found = [_ARTIFACT.fullmatch(value) for value in _bullets(body)]
        if not found or not all(found):
            return None
        pairs = [(one["path"].strip("`"), one["gives"]) for one in found if one is not None]
        return "".join(
            f"\n{indent}- path: {_quoted(path)}\n{indent}  provides: {_quoted(gives)}" for path, gives in pairs
        )

    return fit


def links(indent: str) -> Fit:
    """Connections: `- from → to: how`."""

    def fit(body: str) -> str | None:
        found = [_LINK.fullmatch(value) for value in _bullets(body)]
        if not found or not all(found):
            return None
        return "".join(
            f"\n{indent}- from: {_quoted(one['from'].strip('` '))}\n{indent}  to: {_quoted(one['to'].strip('` '))}"
            f"\n{indent}  via: {_quoted(one['via'])}"
            for one in found
            if one is not None
        )

    return fit


_BULLET = re.compile(r"[ \t]*[-*+][ \t]+(?P<value>\S.*)")
_ARTIFACT = re.compile(r"(?P<path>`[^`\s]+`|[^\s:]+)[ \t]*(?:[:–—]|[-=]?->?|→)[ \t]+(?P<gives>\S.*)")
_LINK = re.compile(r"(?P<from>[^→]{1,200}?)[ \t]*(?:→|->)[ \t]*(?P<to>[^:→]{1,200}|`[^`]{1,200}`):[ \t]+(?P<via>\S.*)")


def _bullets(body: str) -> list[str]:
    """The values of a list with one value a line; none if anything else stands there."""
    found = [_BULLET.fullmatch(line) for line in split_lines(body) if line.strip()]
    return [one["value"].strip().strip("\"'") for one in found if one is not None] if all(found) else []


def _is_path(value: str) -> bool:
    return re.fullmatch(r"[\w@.()\[\]+-]+(?:/[\w@.()\[\]+-]+)*/?", value) is not None


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
