"""Texts that are never sent: secrets by their looks, and keys that are in use.

What the user said of a value in a document holds: it is sent as it is, sent without it, or without its lines. Anything
else that looks like a secret is refused. No word of theirs lets a key pass that is in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from orch_lsp.context.scan import first_secret, without_lines
from orch_lsp.document.model import SpecDocument
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.hidden import strip_hidden
from orch_lsp.providers.base import GenerationRequest
from orch_lsp.redaction import Redactor
from orch_lsp.secret_shapes import find_secrets
from orch_lsp.secret_shapes.search import SecretMatch
from orch_lsp.settings.secret_choices import SecretChoice, SecretChoices
from orch_lsp.text import LineIndex, Span

IN_USE = "key that is in use"
"""The kind of a secret that is known, whatever it looks like."""


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A secret in a document.

    Attributes:
        line: Zero-based line on which it begins.
        match: Its place and kind.
        value: The text itself: for hashing, and never for showing.
        choice: The user's word on it.
    """

    line: int
    match: SecretMatch
    value: str
    choice: SecretChoice | None

    @property
    def blocks(self) -> bool:
        """Whether nothing is sent because of it."""
        return self.choice is None or (self.choice == "allow" and self.match.kind == IN_USE)

    @property
    def refusal(self) -> ContextError:
        """The error of a draft that it stops."""
        holds = (
            "holds a key that is in use" if self.match.kind == IN_USE else f"looks like a secret ({self.match.kind})"
        )
        message = f"Line {self.line + 1} of the document {holds}."
        return ContextError(ErrorCode.SECRET_BLOCKED, message, line=self.line)


def secrets_of(
    document: SpecDocument, choices: SecretChoices, redactor: Redactor | None = None
) -> tuple[SecretPlace, ...]:
    """All secrets of a document in order, those included that the redactor knows. Searched once for a text."""
    text = document.text
    matches: tuple[SecretMatch, ...] = document.once("secrets", lambda: tuple(find_secrets(text)))
    known = tuple(_in_use(text, redactor)) if redactor is not None else ()
    if not matches and not known:
        return ()
    apart = [one for one in matches if not any(_meet(one.span, other.span) for other in known)]
    lines = LineIndex(text)
    return tuple(
        SecretPlace(lines.position(one.span.start)[0], one, value, choices.of(value))
        for one in sorted((*apart, *known), key=lambda one: one.span)
        for value in (text[one.span.start : one.span.end],)
    )


def _in_use(text: str, redactor: Redactor) -> Iterator[SecretMatch]:
    """Keys of the redactor in a text; longer spellings first, so that none is found within another."""
    if redactor.redact_known(text) == text:
        return
    found: list[Span] = []
    for key in redactor.values:
        at = text.find(key)
        while at >= 0:
            span = Span(at, at + len(key))
            if not any(_meet(span, other) for other in found):
                found.append(span)
            at = text.find(key, span.end)
    yield from (SecretMatch(span, IN_USE) for span in found)


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


class Settled:
    """A document's texts as they may be sent, by the user's word on the secrets in it."""

    def __init__(self, document: SpecDocument, choices: SecretChoices) -> None:
        """Look at the secrets of a document.

        Raises:
            ContextError: There is one on which the user has said nothing.
        """
        self._choices = choices
        self._places = secrets_of(document, choices)
        blocking = next((place for place in self._places if place.blocks), None)
        if blocking is not None:
            raise blocking.refusal

    @property
    def redactions(self) -> int:
        """How many secrets of the document are not sent."""
        return sum(place.choice != "allow" for place in self._places)

    def text(self, text: str) -> str:
        """A text of the document without the secrets that are not to be sent; its lines stay."""
        if not self.redactions:
            return text
        found = [(match, self._choices.of(text[match.span.start : match.span.end])) for match in find_secrets(text)]
        text, _ = without_lines(text, [match for match, choice in found if choice == "exclude"])
        if any(choice == "exclude" for _, choice in found):
            found = [(match, self._choices.of(text[match.span.start : match.span.end])) for match in find_secrets(text)]
        pieces: list[str] = []
        at = 0
        for match, choice in found:
            if choice == "redact":
                ends = text.count("\n", match.span.start, match.span.end)
                pieces += (text[at : match.span.start], f"[redacted: {match.kind}]" + "\n" * ends)
                at = match.span.end
        return "".join((*pieces, text[at:]))

    def refuse_secrets(self, request: GenerationRequest) -> None:
        """Look through everything that would be sent, but for the values that the user lets pass.

        Raises:
            ContextError: It holds what looks like a secret; the error names the kind.
        """
        for text in (request.system_instructions, request.prompt):
            found = first_secret(self._without_allowed(text))
            if found is not None:
                raise ContextError(
                    ErrorCode.SECRET_BLOCKED, f"The assembled request holds what looks like a secret ({found[1]})."
                )

    def _without_allowed(self, text: str) -> str:
        for place in self._places:
            if place.choice == "allow":
                value, _ = strip_hidden(place.value)
                for line in filter(None, map(str.strip, value.split("\n"))):
                    text = text.replace(line, "[allowed]")
        return text


def without_live_keys(
    document: SpecDocument, choices: SecretChoices, request: GenerationRequest, redactor: Redactor
) -> GenerationRequest:
    """The request with live keys taken out of what the workspace gave; they need not look like secrets.

    Raises:
        ContextError: The document itself holds one, and the user has not said to leave it out; the error names the
            line.
    """
    places = secrets_of(document, choices, redactor)
    live = next((place for place in places if place.blocks and place.match.kind == IN_USE), None)
    if live is not None:
        raise live.refusal
    bounds = (0, *request.cache_marks, len(request.prompt))
    pieces = [redactor.redact_known(request.prompt[start:end]) for start, end in pairwise(bounds)]
    return replace(
        request,
        prompt="".join(pieces),
        cache_marks=tuple(accumulate(map(len, pieces[:-1]))),
        system_instructions=redactor.redact_known(request.system_instructions),
    )
