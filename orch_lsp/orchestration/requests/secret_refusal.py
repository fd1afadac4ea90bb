"""Texts that are never sent: secrets by their looks, and keys that are in use.

What the user said of a value in a document holds: it is sent as it is, sent without it, or without its lines. Anything
else that looks like a secret is refused. No word of theirs lets a key pass that is in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
_APART = (
    "None of its parts does: write what stands before and behind such a value otherwise, or send less of the workspace "
    "(`context.budget_tokens`)."
)


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A secret in a document.

    Attributes:
        line: Zero-based line on which it begins.
        last_line: The one on which it ends.
        match: Its place and kind.
        value: The text itself: for hashing, and never for showing.
        choice: The user's word on it.
    """

    line: int
    last_line: int
    match: SecretMatch
    value: str
    choice: SecretChoice | None

    @property
    def blocks(self) -> bool:
        """Whether nothing is sent because of it."""
        return self.choice is None or (self.choice == "allow" and self.match.kind == IN_USE)

    def is_on(self, line: int) -> bool:
        """Whether it stands on a line, in full or in part."""
        return self.line <= line <= self.last_line

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
        SecretPlace(
            lines.position(one.span.start)[0], lines.position(one.span.end - 1)[0], one, value, choices.of(value)
        )
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


@dataclass(frozen=True, slots=True)
class Beside:
    """A text of a request that is neither the document nor an excerpt: instructions, or words of one's own.

    Attributes:
        named: For a message, as the beginning of a sentence.
        text: All of it.
        cure: The way out if it holds a secret.
    """

    named: str
    text: str
    cure: str


class Settled:
    """The texts of a request as they may be sent, by the user's word on the secrets in them."""

    def __init__(self, document: SpecDocument, choices: SecretChoices, beside: Sequence[Beside] = ()) -> None:
        """Look at the secrets of a document, then of the texts beside it.

        Raises:
            ContextError: There is one on which the user has said nothing.
        """
        self._choices = choices
        places = secrets_of(document, choices)
        blocking = next((place for place in places if place.blocks), None)
        if blocking is not None:
            raise blocking.refusal
        said = [(place.choice, place.value) for place in places]
        for one in beside:
            for match in find_secrets(one.text):
                value = one.text[match.span.start : match.span.end]
                choice = choices.of(value)
                if choice is None:
                    message = f"{one.named} holds what looks like a secret ({match.kind})."
                    raise ContextError(ErrorCode.SECRET_BLOCKED, message, remediation=one.cure)
                said.append((choice, value))
        self._allowed = tuple(value for choice, value in said if choice == "allow")
        self._takes_out = len(self._allowed) < len(said)

    def text(self, text: str) -> str:
        """A text without the secrets that are not to be sent; its lines stay."""
        if not self._takes_out:
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

    def refuse_secrets(self, request: GenerationRequest, pieces: Mapping[str, str]) -> None:
        """Look through everything that would be sent, but for the values that the user lets pass.

        Each part was looked through before, so that only parts that are put together can make a secret.

        Args:
            request: All that would be sent.
            pieces: Its pieces of the workspace by the path that each is from.

        Raises:
            ContextError: It holds what looks like a secret; the error names the kind, and the file if there is one.
        """
        for text in (request.system_instructions, request.prompt):
            found = first_secret(self._without_allowed(text))
            if found is None:
                continue
            path = next((path for path, piece in pieces.items() if first_secret(self._without_allowed(piece))), None)
            where = "The request as a whole" if path is None else f"`{path}`, as it would be sent,"
            raise ContextError(
                ErrorCode.SECRET_BLOCKED,
                f"{where} holds what looks like a secret ({found[1]}).",
                remediation=_APART if path is None else f"Name `{path}` in `.orchignore`, or rename it.",
            )

    def _without_allowed(self, text: str) -> str:
        for value in self._allowed:
            for line in filter(None, map(str.strip, strip_hidden(value)[0].split("\n"))):
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
