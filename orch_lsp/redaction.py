"""Secrets in text: find what is shaped like one, and keep known ones out of everything that is written or shown.

`find_secrets` knows the shapes of well-known tokens, private keys, and assignments of random-looking values. Its
findings decide whether a request may be sent, so that it would rather miss an unknown shape than stop a person over
prose, a hash or a placeholder. `Redactor` knows the live keys as well, whatever they look like.

Every pattern takes time linear in the text: starts are literal, and repetitions are bounded or possessive.
"""

from __future__ import annotations

import bisect
import functools
import json
import logging
import math
import re
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.text import Span

REPLACEMENT = "[redacted]"

# Keys that the documentation of local servers tells people to type; they protect nothing and are ordinary words.
DUMMY_KEYS = frozenset(
    {"dummy", "empty", "lm-studio", "no-key", "no-key-required", "none", "not-needed", "null", "ollama", "test", "vllm"}
)


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """Where a secret stands, and what it looks like, in words for a person (`GitHub token`)."""

    span: Span
    kind: str


# Kind, literals of which one must occur in the text, pattern. A group named `value` narrows the match to the secret.
_SHAPES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{30,255}+"),
    ("GitHub token", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{22,255}+"),
    ("GitLab token", ("gl",), r"gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|agent|oas)-[A-Za-z0-9_.-]{20,300}+"),
    ("API key", ("sk-",), r"(?P<random>c?sk-[A-Za-z0-9_-]{16,300}+)"),
    ("API key", ("gsk_", "xai-", "pplx-", "nvapi-"), r"(?:gsk_|xai-|pplx-|nvapi-)[A-Za-z0-9_-]{20,300}+"),
    ("API key", ("fw_", "tgp_v1_", "r8_"), r"(?P<random>(?:fw_|tgp_v1_|r8_)[A-Za-z0-9_-]{20,300}+)"),
    ("Hugging Face token", ("hf_",), r"(?P<random>hf_[A-Za-z0-9]{30,100}+)"),
    ("Google API key", ("AIza",), r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    ("Google OAuth token", ("ya29.", "GOCSPX-"), r"(?:ya29\.|GOCSPX-)[A-Za-z0-9_-]{20,2000}+"),
    ("Slack token", ("xox", "xapp-"), r"(?:xox[abeoprs](?:\.xox[abp])?|xapp)-[A-Za-z0-9-]{10,300}+"),
    (
        "Slack webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows)/(?P<value>[A-Za-z0-9/_-]{20,200}+)",
    ),
    ("Stripe key", ("k_live_", "k_test_"), r"[rsp]k_(?:live|test)_[A-Za-z0-9]{16,255}+"),
    ("webhook secret", ("whsec_",), r"whsec_[A-Za-z0-9+/=]{24,255}+"),
    ("SendGrid key", ("SG.",), r"SG\.[A-Za-z0-9_-]{16,64}+\.[A-Za-z0-9_-]{16,128}+"),
    ("npm token", ("npm_",), r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    ("PyPI token", ("pypi-",), r"pypi-[A-Za-z0-9_-]{50,1000}+"),
    ("DigitalOcean token", ("_v1_",), r"do[opr]_v1_[a-f0-9]{64}"),
    ("Shopify token", ("shp",), r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("Databricks token", ("dapi",), r"dapi[a-f0-9]{32}(?![a-f0-9])"),
    ("Atlassian token", ("ATATT3",), r"ATATT3[A-Za-z0-9_=-]{50,500}+"),
    ("Docker token", ("dckr_",), r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}+"),
    ("Linear key", ("lin_api_",), r"lin_api_[A-Za-z0-9]{32,100}+"),
    ("Notion token", ("ntn_",), r"ntn_[A-Za-z0-9]{40,100}+"),
    ("Vault token", ("hvs.", "hvb."), r"hv[sb]\.[A-Za-z0-9_-]{24,500}+"),
    ("Postman key", ("PMAK-",), r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("Sentry token", ("sntry",), r"sntry[su]_[A-Za-z0-9+/=_-]{40,500}+"),
    ("Telegram token", (":AA",), r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    ("age key", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{50,70}+"),
    ("JSON Web Token", ("eyJ",), r"eyJ[A-Za-z0-9_-]{8,8192}+\.[A-Za-z0-9_-]{8,16384}+\.[A-Za-z0-9_-]{8,8192}+"),
    (
        "password in a URL",
        ("://",),
        r"(?<=://)(?P<user>[^\s/@:?#\"'<>`]{0,128}+):(?P<value>[^\s/?#\"'<>`\[\]]{1,256})@(?=[A-Za-z0-9\[])",
    ),
    ("token in a URL", ("://",), r"(?<=://)(?P<random>[A-Za-z0-9_.~%-]{16,256}+)@(?=[A-Za-z0-9\[])"),
    (
        "key in a URL",
        ("key=", "token=", "sig="),
        r"[?&](?:api_?|access_?)?(?:key|token|sig)=(?P<random>[A-Za-z0-9_.~%+/=-]{16,512}+)",
    ),
)
# A token starts where no word runs on: `risk-free` holds no `sk-`.
_NOT_INSIDE_A_WORD = r"(?<![A-Za-z0-9_-])"

_WORDS = (
    r"passw(?:or)?d|passphrase|pwd|secret|token|credentials?"
    r"|(?:api|access|account|auth|private|encryption|signing|master)[_-]?key"
)
_ASSIGNMENT = (
    rf"(?i:{_WORDS})(?P<suffix>[A-Za-z0-9_-]{{0,24}}+)[\"'`]?[ \t]{{0,8}}+(?::=|=>|[:=])[ \t]{{0,8}}+"
    r"(?:\"(?P<double>[^\"\s]{8,256}+)\"|'(?P<single>[^'\s]{8,256}+)'|`(?P<code>[^`\s]{8,256}+)`"
    r"|(?P<bare>[A-Za-z0-9+/=_.~!@%^&*-]{8,256}+)(?=[\s,;\"'`)\]}<|]|$))"
)
_WORD_NEEDLES = ("passw", "passphrase", "pwd", "secret", "token", "credential", "key")
_HEADER = (
    r"(?i:authorization|x-api-key|api-key|x-goog-api-key)[\"']?[ \t]{0,8}+[:=,][ \t]{0,8}+[\"']?"
    r"(?P<scheme>(?i:bearer|basic|token)[ \t]{1,8}+)?(?P<value>[A-Za-z0-9+/=_.~:-]{6,4096}+)"
)
_HARMLESS_SUFFIX = re.compile(
    r"(?i)(?:^|[_-])(?:algorithm|at|budget|count|digest|endpoint|env|expires|expiry|field|file|format|hash|header|id|ids"
    r"|length|limit|max|min|name|names|param|path|policy|prefix|ref|sha\d*|size|ttl|type|uri|url|usage|var|variable"
    r"|version)$"
)
# A word, perhaps with a short number (`sha256`, `v2`), or a short number.
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,24}[0-9]{0,4}|[0-9]{1,4}[A-Za-z]{0,3}")
_PLACEHOLDER = re.compile(
    r"(?i)\.\.\.|…|[<>{}]|\$[({A-Z_]|\*{3}|x{6}|your[_-]|[_-]here$|example|placeholder|change[_-]?me|dummy|redacted|insert"
)
_COMMON_PASSWORDS = frozenset(
    ("admin", "guest", "pass", "passwd", "password", "postgres", "pw", "pwd", "root", "secret", "test", "token", "user")
)

_KEY_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"(?:[A-Za-z0-9+/=]|\\n|\s){0,32768}+")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/=]{8}")


@functools.cache
def _compiled() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (
            kind,
            needles,
            re.compile(pattern if pattern.startswith(("(?<=", "[?&]", "hooks")) else _NOT_INSIDE_A_WORD + pattern),
        )
        for kind, needles, pattern in _SHAPES
    )


@functools.cache
def _assignment() -> re.Pattern[str]:
    return re.compile(_ASSIGNMENT)


@functools.cache
def _header() -> re.Pattern[str]:
    return re.compile(_HEADER)


def looks_random(value: str) -> bool:
    """Whether a value is more likely drawn by chance than written by a person: no words, not few characters."""
    pieces = re.split(r"[^A-Za-z0-9]+", value)
    if all(_PLAIN_WORD.fullmatch(piece) for piece in pieces if piece):
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return len(value) >= 8 and entropy >= 2.5


def _secret_span(match: re.Match[str]) -> tuple[int, int] | None:
    groups = match.re.groupindex
    if "random" in groups:
        value = match["random"]
        return match.span("random") if looks_random(value) and not _PLACEHOLDER.search(value) else None
    if "user" in groups:
        value = match["value"]
        harmless = value.lower() in _COMMON_PASSWORDS or value == match["user"] or _PLACEHOLDER.search(value)
        return None if harmless else match.span("value")
    if "value" in groups:
        return match.span("value")
    return None if set(match[0][-12:].lower()) in ({"x"}, {"0"}) else match.span()


def _private_keys(text: str) -> Iterator[SecretMatch]:
    if "PRIVATE KEY" not in text:
        return
    begins = list(_KEY_BEGIN.finditer(text))
    ends = [match.end() for match in _KEY_END.finditer(text)]
    for index, begin in enumerate(begins):
        following = begins[index + 1].start() if index + 1 < len(begins) else len(text)
        found = bisect.bisect_left(ends, begin.end())
        closed = found < len(ends) and ends[found] <= following
        body = _KEY_BODY.match(text, begin.end(), following)
        end = ends[found] if closed else (body.end() if body else begin.end())
        content = text[begin.end() : text.rfind("-----END", begin.end(), end) if closed else end]
        if _BASE64_RUN.search(content) and not _PLACEHOLDER.search(content[:200]):
            yield SecretMatch(Span(begin.start(), end), "private key")


def _assignments(text: str) -> Iterator[SecretMatch]:
    lowered = text.lower()
    if not any(needle in lowered for needle in _WORD_NEEDLES):
        return
    for match in _assignment().finditer(text):
        group = next(name for name in ("double", "single", "code", "bare") if match[name] is not None)
        value = match[group]
        if _HARMLESS_SUFFIX.search(match["suffix"]) or _PLACEHOLDER.search(value) or not looks_random(value):
            continue
        yield SecretMatch(Span(*match.span(group)), "assigned secret")


def _headers(text: str, *, strict: bool) -> Iterator[SecretMatch]:
    for match in _header().finditer(text):
        value = match["value"]
        random = looks_random(value) and not _PLACEHOLDER.search(value)
        if random or (not strict and match["scheme"]):
            yield SecretMatch(Span(*match.span("value")), "authorization header")


def _candidates(text: str, *, strict: bool) -> Iterator[SecretMatch]:
    for kind, needles, pattern in _compiled():
        if any(needle in text for needle in needles):
            for match in pattern.finditer(text):
                if span := _secret_span(match):
                    yield SecretMatch(Span(*span), kind)
    yield from _private_keys(text)
    yield from _assignments(text)
    yield from _headers(text, strict=strict)


def _merged(candidates: Iterator[SecretMatch]) -> list[SecretMatch]:
    merged: list[SecretMatch] = []
    for match in sorted(candidates, key=lambda match: (match.span.start, -match.span.end)):
        if merged and match.span.start < merged[-1].span.end:
            last = merged[-1]
            merged[-1] = SecretMatch(Span(last.span.start, max(last.span.end, match.span.end)), last.kind)
        else:
            merged.append(match)
    return merged


def find_secrets(text: str) -> list[SecretMatch]:
    """What is shaped like a secret, in order and without overlaps. A span covers the value, not the name before it."""
    return _merged(_candidates(text, strict=True))


def redact(text: str) -> str:
    """`text` with everything replaced that is shaped like a secret, and the value of every credential header."""
    pieces: list[str] = []
    position = 0
    for match in _merged(_candidates(text, strict=False)):
        pieces += (text[position : match.span.start], REPLACEMENT)
        position = match.span.end
    return "".join((*pieces, text[position:]))


def _spellings(value: str) -> set[str]:
    """The value as it may stand in a log, a JSON text or a URL."""
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], urllib.parse.quote(value, safe="")}


class Redactor:
    """Knows the live keys of this process. Keys may be added at any time and from any thread.

    A value of less than four characters, or one of the words that local servers accept as a key (`ollama`), is not
    taken up. Below eight characters a value is replaced only where it stands alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: set[str] = set()
        self._known: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Take up a live key, a short-lived token or any other value that must not be written anywhere."""
        stripped = value.strip()
        if len(stripped) < 4 or stripped.lower() in DUMMY_KEYS:
            return
        with self._lock:
            self._values |= _spellings(stripped)
            longest_first = sorted(self._values, key=lambda known: (-len(known), known))
            self._known = re.compile("|".join(_exactly(known) for known in longest_first))

    def redact_known(self, text: str) -> str:
        """`text` without the live keys, otherwise unchanged: for drafts, which are the user's own text."""
        known = self._known
        return text if known is None else known.sub(REPLACEMENT, text)

    def redact(self, text: str) -> str:
        """`text` without the live keys and without anything shaped like a secret: for logs, records and messages."""
        return redact(self.redact_known(text))

    def __repr__(self) -> str:
        return f"Redactor({len(self._values)} values)"


def _exactly(value: str) -> str:
    pattern = re.escape(value)
    return pattern if len(value) >= 8 else rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"


class RedactingFilter(logging.Filter):
    """Redacts a log record in place: its message with arguments, its exception and its stack."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, redacted."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 -- an argument's own __str__ may raise anything; logging would print it raw
            message = f"{record.msg} (arguments could not be formatted)"
        record.msg = self._redactor.redact(message)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        # Formatters print exc_text; one that reads exc_info would print the exception unredacted.
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


def install_log_filter(redactor: Redactor, *handlers: logging.Handler) -> RedactingFilter:
    """Redact everything that `handlers` write; without handlers, everything that the root logger's write now.

    Filters belong on handlers: one on a logger does not see what its descendants log.
    """
    redacting = RedactingFilter(redactor)
    for handler in handlers or logging.getLogger().handlers:
        handler.addFilter(redacting)
    return redacting
