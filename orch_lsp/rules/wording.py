"""Wording that reads well and obliges badly: absolutes, two negations, passives without an actor, pronouns.

They are heuristics over the words of one statement at a time, in the languages in which each of them can be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from orch_lsp.rules.prose import unquoted_within
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.rules.statements import statements
from orch_lsp.text import Span

_DUTY = r"(?:shall|must|should)"
_QUANTIFIER = re.compile(
    r"(?<![\w-])(?:always|never|every(?:thing|one|body|where)|any(?:thing|one|body|where)"
    r"|all[ \t]+(?:cases|circumstances|situations|times|conditions|possible[ \t]+\w+)|immer|stets|niemals"
    r"|siempre|jamás|sempre|jamais|toujours)(?![\w-])"
    r"|总是|總是|永远|永遠|任何情况下|任何情況下|从不|絕不|绝不|常に|いつでも|決して|항상|언제나|절대로?",
    re.IGNORECASE,
)
"""Words that promise a thing for all times and cases."""
_LISTED = (
    r"(?:un(?:able|allowed|authori[sz]ed|available|clear|common|complete|defined|documented|encrypted|expected|finished"
    r"|handled|known|likely|limited|necessary|reachable|readable|reported|resolved|safe|set|signed|supported|tested|used"
    r"|usual|validated|verified)|in(?:accessible|accurate|active|complete|compatible|consistent|correct|valid|visible)"
    r"|im(?:possible|proper)|dis(?:abled|allowed|connected)|non-?existent|missing|absent)"
)
"""Adjectives that negate."""
_TWO_NEGATIONS = re.compile(
    rf"(?<![\w-])(?:not|never|cannot|n't)[ \t]+(?:(?:be|being|become|remain|stay|leave|ever|an?|any)[ \t]+){{0,3}}"
    rf"{_LISTED}(?![\w-])"
    r"|(?<![\w-])(?:not|never|cannot)[ \t]+(?:not|never|fail[ \t]+to|refuse[ \t]+to|omit|neglect[ \t]+to)(?![\w-])"
    r"|(?<![\w-])(?:not|never|cannot)[ \t]+(?:\w+[ \t]+){1,2}(?:nothing|none|nobody|nowhere)(?![\w-])"
    r"|(?<![\w-])(?:nicht|kein|keine|keinen|nie|niemals)[ \t]+(?:un(?:bekannt|gültig|zulässig|möglich|vollständig"
    r"|verschlüsselt|sichtbar)|in(?:aktiv|korrekt|konsistent))\w{0,2}(?![\w-])"
    r"|不得不|不能不|不可不|不会不|不會不|無不|无不|ないわけでは(?:ない|ありません)|なくは(?:ない|ありません)"
    r"|ないことは(?:ない|ありません)|지 않을 수 없",
    re.IGNORECASE,
)
_IRREGULAR = (
    "built|bound|brought|caught|chosen|done|drawn|found|given|held|hidden|kept|known|left|lost|made|met|paid|put|read|run"
    "|seen|sent|set|shown|split|spent|stored|taken|thrown|told|understood|withheld|written"
)
_PASSIVE = re.compile(
    rf"(?<![\w-]){_DUTY}[ \t]+(?:not[ \t]+)?(?:\w+ly[ \t]+|also[ \t]+|only[ \t]+)?be[ \t]+(?:\w+ly[ \t]+|also[ \t]+)?"
    rf"(?P<done>\w{{3,}}ed|{_IRREGULAR})(?![\w-])",
    re.IGNORECASE,
)
"""A passive with a word that obliges."""
_ACTOR = re.compile(r"(?<![\w-])(?:by|via|through|from)(?![\w-])", re.IGNORECASE)
_OPENS = r"(?:\A|(?<=[.;!?。；！？—–] )|(?<=[。；！？]))"
"""At the beginning of a statement, or of a sentence in it."""
_PRONOUN = re.compile(
    rf"{_OPENS}(?:(?:it|they|he|she|this|these|those)[ \t]+(?:also[ \t]+|then[ \t]+)?{_DUTY}(?![\w-])"
    r"|(?:es|er|sie|dieser|diese|dieses)[ \t]+(?:muss|müssen|soll|sollen|darf|dürfen)(?![\w-])"
    r"|(?:il|elle|ils|elles|cela|ceci)[ \t]+(?:doit|doivent|devra|devront)(?![\w-])"
    r"|(?:este|esta|esto|ello|ele|ela|isso|eles|elas)[ \t]+(?:debe|deben|deberá|deverá|deve|devem)(?![\w-])"
    r"|(?:它们?|它們|其|这|這)(?:必须|必須|应当?|應當?|不得|需要)|(?:それ|これ)[はが]|(?:그것|이것)[은이])",
    re.IGNORECASE,
)
_END = re.compile(r"[.;。；！!?？\r\n]|\Z")


def universal_quantifier(subject: Subject) -> Iterator[Found]:
    """Promises for all times and cases, which no test can try."""
    yield from _matches(subject, _QUANTIFIER, "“{}” promises more than a test can try: say in which cases.")


def double_negative(subject: Subject) -> Iterator[Found]:
    """Two negations, which readers take for one."""
    yield from _matches(subject, _TWO_NEGATIONS, "“{}” negates twice: say it without a negation.")


def pronoun_subject(subject: Subject) -> Iterator[Found]:
    """Obligations of a pronoun: a statement that is read alone does not say whose they are."""
    yield from _matches(subject, _PRONOUN, "“{}”: name the thing that has to do this, as a statement is read alone.")


def passive_no_actor(subject: Subject) -> Iterator[Found]:
    """Obligations in the passive that name no actor."""
    for statement in statements(subject):
        start = statement.span.start
        words = unquoted_within(subject.document, statement.span)
        for found in _PASSIVE.finditer(words):
            end = _END.search(words, found.end())
            if not _ACTOR.search(words, found.end(), len(words) if end is None else end.start()):
                span = Span(start + found.start(), start + found.end())
                message = f"“{_shown(found[0])}” does not say who or what does it: name it as the subject."
                yield Found(message, span, statement.node.key)
                break


def _matches(subject: Subject, pattern: re.Pattern[str], message: str) -> Iterator[Found]:
    """The first place of each statement that a pattern finds."""
    for statement in statements(subject):
        found = pattern.search(unquoted_within(subject.document, statement.span))
        if found is not None:
            start = statement.span.start
            span = Span(start + found.start(), start + found.end())
            yield Found(message.format(_shown(found[0])), span, statement.node.key)


def _shown(words: str) -> str:
    return " ".join(words.split())


_Check = Callable[[Subject], Iterator[Found]]


def _rule(code: str, summary: str, check: _Check, *, on: bool) -> Rule:
    return Rule(code, "language", "hint" if on else "off", summary, check, local=True)


RULES = (
    _rule("universal_quantifier", "A promise for all times and cases.", universal_quantifier, on=False),
    _rule("double_negative", "Two negations in one obligation.", double_negative, on=True),
    _rule("passive_no_actor", "An obligation in the passive, without an actor.", passive_no_actor, on=False),
    _rule("pronoun_subject", "An obligation whose subject is a pronoun.", pronoun_subject, on=True),
)
