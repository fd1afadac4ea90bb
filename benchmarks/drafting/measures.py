"""The measures of one draft, by the labels of its brief: facts, inventions, trace, questions, bytes, tokens.

They share no code with the checks of the product, so that a repair that pleases its check does not please them for it.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from asked import EXCERPTS_BEFORE
from corpus import Alternatives, Brief
from replaying import Call
from running import AT_ONCE, Outcome

_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s")
_QUESTION = re.compile(
    r"[?？]|open (?:question|point)|\bQ\d+\b|NEEDS CLARIFICATION|offene (?:frage|punkte?)|noch offen|未解決|未定|"
    r"要確認|確認事項|待确认|待定|未决|pregunta abierta|question ouverte|por decidir",
    re.IGNORECASE,
)
_PROPOSED = re.compile(r"proposed|default|vorschlag|vorgeschlagen|提案|既定|建议|propuest|propos[ée]", re.IGNORECASE)
_NEW = re.compile(
    r"\bnew\b|\badd(?:s|ed|ing)?\b|introduc|\bcreat|\bneue?[rsmn]?\b|hinzu|anleg|einführ|ergänz|新規|追加|新し|作成|新增|新建|添加|"
    r"nuev|añad|crear|nouve|ajout|cré",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?<![\w/.:@-])(?:[\w.-]+/)+[\w-]+\.(?:py|md|rst|toml|cfg|ini|json|ya?ml|txt|sql|sh|html?|js)\b")
_CODE = re.compile(r"`([^`\n]+)`")
_SYMBOL = re.compile(r"[A-Za-z_][\w.]*[\w]")
_QUANTITY = re.compile(
    r"(?<![\w.-])(\d+(?:[.,]\d+)*)\s?(?:%|percent|prozent|ms\b|s\b|seconds?|minutes?|hours?|days?|weeks?|months?|"
    r"sekunden?|minuten?|stunden?|tagen?|tage\b|wochen?|monaten?|[KMG]i?B\b|times\b|attempts?|retries|mal\b|"
    r"versuchen?|秒|分|時間|日|週|か月|ヶ月|回|件|%|天|小时|分钟|次|个月|segundos?|minutos?|horas?|días?|semanas?|veces)",
    re.IGNORECASE,
)
_ID = re.compile(r"\W*(?:\[[ xX]\]\W*)?([A-Z]{1,4}-?\d+(?:\.\d+)?)\b")
_SERVED = re.compile(r"FR-\d|_Requirements: \d|\[US\d|SC-\d|AC-?\d")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w+")
_MOST_BYTES = 400_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One draft.

    Attributes:
        facts: Share of the brief's facts that it carries.
        silent: Share of the silent topics about which it, or its run, asks.
        traps: How many of the traps it fell into.
        inventions: Paths, symbols and quantities that stand in neither the brief nor the tree nor what was sent.
        trace: Share of requirements that the rest of the document takes up; None where its kind has none.
        errors: Findings of severity error that the person is left with.
        outside: Bytes changed outside the places that were open.
        fresh: Tokens sent that an earlier call of the run did not begin with.
        serial: Tokens written one after another, with as many calls side by side as the workflow allows.
        exact: Whether each answer was written for the very bytes of its request.
        lost, fallen, invented, unasked: Names, for whoever wants to see why.
    """

    facts: float
    silent: float
    traps: int
    inventions: int
    trace: float | None
    errors: int
    outside: int
    calls: int
    tokens_in: int
    fresh: int
    tokens_out: int
    serial: int
    seconds: float
    exact: bool
    lost: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    fallen: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()


def measure(outcome: Outcome) -> Measured:
    """Measure a draft while its tree is there."""
    brief = outcome.brief
    parts = list(blocks(outcome.sections.values()))
    lost = tuple(fact.name for fact in brief.facts if not _said(fact.say, parts))
    asked = [part for part in parts if _QUESTION.search(part)] + [*outcome.questions]
    unasked = tuple(name for name, about in brief.silent.items() if not any(map(about.search, asked)))
    fallen = tuple(trap.name for trap in brief.traps if _fallen(trap.bad, trap.unless, parts))
    invented = tuple(_inventions(outcome, parts))
    calls = outcome.calls
    return Measured(
        facts=_share(len(brief.facts) - len(lost), len(brief.facts)) or 0.0,
        silent=_share(len(brief.silent) - len(unasked), len(brief.silent)) or 0.0,
        traps=len(fallen),
        inventions=len(invented),
        trace=trace(outcome),
        errors=sum(one["severity"] == "error" for one in outcome.findings),
        outside=bytes_outside(brief, outcome.document),
        calls=len(calls),
        tokens_in=sum(call.tokens_in for call in calls),
        fresh=fresh_tokens(calls),
        tokens_out=sum(call.tokens_out for call in calls),
        serial=serial_tokens(calls),
        seconds=outcome.seconds,
        exact=outcome.is_exact,
        lost=lost,
        unasked=unasked,
        fallen=fallen,
        invented=invented,
    )


def blocks(bodies: Iterable[str]) -> Iterator[str]:
    """Paragraphs, items with what is nested in them, rows; what stands below a heading of level four is one block."""
    for body in bodies:
        block: list[str] = []
        below_heading = False
        for line in body.split("\n"):
            is_heading = line.startswith("#")
            starts = is_heading or not line.strip() or _ITEM.match(line) is not None or line.startswith("|")
            if (starts and not below_heading) or is_heading:
                if block:
                    yield "\n".join(block)
                block, below_heading = [], False
            below_heading = below_heading or line.startswith("#### Scenario")
            if line.strip():
                block.append(line)
        if block:
            yield "\n".join(block)


def _said(say: Alternatives, parts: Sequence[str]) -> bool:
    return any(all(pattern.search(part) for pattern in alternative) for alternative in say for part in parts)


def _fallen(bad: Alternatives, unless: re.Pattern[str] | None, parts: Sequence[str]) -> bool:
    return _said(bad, [part for part in parts if unless is None or not unless.search(part)])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _inventions(outcome: Outcome, parts: Sequence[str]) -> Iterator[str]:
    """Names and quantities without a source, each once. A question or a proposal invents nothing."""
    brief, root = outcome.brief, outcome.root
    given = "\n".join(brief.files.values())
    sent = _excerpts(outcome.calls)
    written = [part for part in parts if not _QUESTION.search(part) and not _PROPOSED.search(part)]
    declared = "\n".join(part for part in parts if _NEW.search(part) or part not in written)
    paths, words = _tree(root)
    seen: set[str] = set()

    def is_new(name: str, known: Callable[[str], bool]) -> bool:
        if name in seen or name in given or name in declared or known(name):
            return False
        seen.add(name)
        return True

    for part in written:
        for found in _PATH.finditer(part):
            if is_new(found[0], lambda name: any(f"/{path}".endswith(f"/{name}") for path in paths)):
                yield found[0]
        for code in _CODE.findall(_FENCE.sub("", part)):
            name = code.removesuffix("()")
            if _SYMBOL.fullmatch(name) and _looks_like_symbol(name) and is_new(name, lambda one: _last(one) in words):
                yield name
        for found in _QUANTITY.finditer(part):
            if not re.search(rf"(?<!\d){re.escape(found[1])}(?!\d)", f"{given}\n{sent}") and found[0] not in seen:
                seen.add(found[0])
                yield found[0]


def _looks_like_symbol(name: str) -> bool:
    """Whether a word in inline code is a name of a program rather than a word."""
    return len(name) > 3 and not _PATH.fullmatch(f"a/{name}") and bool(re.search(r"_|[a-z][A-Z]|\w\.\w", name))


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _excerpts(calls: Sequence[Call]) -> str:
    """The files that the first call of a run was given; no plan of a model is among them."""
    prompt = calls[0].asked.prompt if calls else ""
    return prompt.partition("# Excerpts")[2] or prompt.partition(EXCERPTS_BEFORE)[2]


def _tree(root: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Paths and words of a tree, but for what a run keeps there and what was put there for the brief."""
    return _read_tree(root, root.name)


@cache
def _read_tree(root: Path, _: str) -> tuple[frozenset[str], frozenset[str]]:
    paths: set[str] = set()
    words: set[str] = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in {".orch", "specs", "openspec", ".kiro"}]
        for name in files:
            path = Path(folder, name)
            paths.add(path.relative_to(root).as_posix())
            if path.stat().st_size < _MOST_BYTES:
                words.update(_WORD.findall(path.read_text("utf-8", errors="ignore")))
    return frozenset(paths), frozenset(words)


def trace(outcome: Outcome) -> float | None:
    """The share that the document takes up: of criteria those with an id that a task and a check name; of
    requirements and stories those with a criterion or scenario; of tasks those that name what they serve."""
    text = outcome.document
    match outcome.brief.trace:
        case "plain":
            ids = [_ID.match(item) for item in _items(outcome.sections.get("acceptance-criteria", ""))]
            users = [outcome.sections.get(key, "") for key in ("tasks", "verification-plan")]
            good = [one for one in ids if one and all(_names(user, one[1]) for user in users)]
            return _share(len(good), len(ids)) if ids else 0.0
        case "scenarios":
            return _with(text, r"^### Requirement", r"\*\*WHEN\*\*[\s\S]*\*\*THEN\*\*")
        case "criteria":
            return _with(
                text, r"^### (?:Requirement|要件|Anforderung|Requisito|需求) ?\d", r"^\d+\. .*SHALL|^- .*SHALL"
            )
        case "stories":
            return _with(text, r"^### User Story", r"\*\*Given\*\*[\s\S]*\*\*Then\*\*")
        case "tasks":
            tasks = re.split(r"^\s*- \[[ xX]\]", text, flags=re.MULTILINE)[1:]
            return _share(len([1 for one in tasks if _SERVED.search(one)]), len(tasks)) if tasks else 0.0
        case _:
            return None


def _items(body: str) -> list[str]:
    return [block for block in blocks([body]) if _ITEM.match(block) and not _QUESTION.search(block)]


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _with(text: str, heading: str, needed: str) -> float | None:
    pieces = re.split(heading, text, flags=re.MULTILINE)[1:]
    return _share(len([1 for one in pieces if re.search(needed, one, re.MULTILINE)]), len(pieces)) if pieces else 0.0


def bytes_outside(brief: Brief, document: str) -> int:
    """Bytes of the document's own lines that are not there any more, but for those that were open."""
    before, after = brief.text.split("\n"), document.split("\n")
    changed = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    gone = [line for kind, start, end, _, _ in changed if kind in {"delete", "replace"} for line in before[start:end]]
    return sum(len(line.encode()) + 1 for line in gone if line.strip() and line.strip() not in brief.open)


def fresh_tokens(calls: Sequence[Call]) -> int:
    """Tokens sent, less the beginning that each call shares with one before it."""
    seen: list[str] = []
    fresh = 0
    for call in calls:
        whole = f"{call.asked.system}\n{call.asked.prompt}"
        shared = max((_shared(whole, one) for one in seen), default=0)
        fresh += call.tokens_in * (len(whole) - shared) // max(len(whole), 1)
        seen.append(whole)
    return fresh


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    ends = (place for place, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its)
    return next(ends, min(len(one), len(other)))


def serial_tokens(calls: Sequence[Call]) -> int:
    """Tokens of the longest chain of calls: sections are written side by side, all else one after another."""
    lanes = [0] * AT_ONCE
    for call in calls:
        if call.asked.step == "section":
            lanes[lanes.index(min(lanes))] += call.tokens_out
    return max(lanes) + sum(call.tokens_out for call in calls if call.asked.step != "section")


NAMES: Mapping[str, str] = {
    "facts": "facts covered",
    "silent": "silent topics raised",
    "traps": "traps fallen into",
    "inventions": "inventions",
    "trace": "trace",
    "errors": "errors left to the person",
    "outside": "bytes changed outside",
    "calls": "calls",
    "tokens_in": "tokens in",
    "fresh": "of which not shared with an earlier call",
    "tokens_out": "tokens out",
    "serial": "of which one after another",
    "seconds": "seconds of the program",
}
