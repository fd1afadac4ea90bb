"""What secrets look like: shapes of well-known tokens, private keys, and random-looking values in telling places.

What is found decides whether a request may be sent, so that an unknown shape is rather missed than a person stopped
over prose, a hash or a placeholder.

A search looks for the literals that shapes begin with, and tries the shape only there. Repetitions are bounded or
possessive, so that the time is linear in the text.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.text import Span


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """Where a secret stands, and what it looks like, in words for a person (`GitHub token`)."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """Literals that a secret begins with, and what follows; a group `value` narrows the match to the secret."""

    kind: str
    literals: tuple[str, ...]
    rest: str
    must_not_be_words: bool = False


_SHAPES = (
    _Shape("AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _Shape("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"[A-Za-z0-9]{30,255}+"),
    _Shape("GitHub token", ("github_pat_",), r"[A-Za-z0-9_]{22,255}+"),
    _Shape(
        "GitLab token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-", "glimt-", "glagent-", "gloas-"),
        r"[A-Za-z0-9_.-]{20,300}+",
    ),
    _Shape("API key", ("sk-", "csk-"), r"[A-Za-z0-9_-]{16,300}+", must_not_be_words=True),
    _Shape(
        "API key",
        ("gsk_", "xai-", "pplx-", "nvapi-", "fw_", "tgp_v1_", "r8_"),
        r"[A-Za-z0-9_-]{20,300}+",
        must_not_be_words=True,
    ),
    _Shape("Hugging Face token", ("hf_",), r"[A-Za-z0-9]{30,100}+", must_not_be_words=True),
    _Shape("Google API key", ("AIza",), r"[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _Shape("Google OAuth token", ("ya29.", "GOCSPX-"), r"[A-Za-z0-9_-]{20,2000}+"),
    _Shape("Slack token", ("xox",), r"[abeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{10,300}+"),
    _Shape("Slack token", ("xapp-",), r"[A-Za-z0-9-]{10,300}+"),
    _Shape("Slack webhook", ("hooks.slack.com/",), r"(?:services|workflows)/(?P<value>[A-Za-z0-9/_-]{20,200}+)"),
    _Shape("Stripe key", ("sk_live_", "sk_test_", "rk_live_", "rk_test_"), r"[A-Za-z0-9]{16,255}+"),
    _Shape("webhook secret", ("whsec_",), r"[A-Za-z0-9+/=]{24,255}+"),
    _Shape("SendGrid key", ("SG.",), r"[A-Za-z0-9_-]{16,64}+\.[A-Za-z0-9_-]{16,128}+"),
    _Shape("npm token", ("npm_",), r"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _Shape("PyPI token", ("pypi-",), r"[A-Za-z0-9_-]{50,1000}+"),
    _Shape("DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"[a-f0-9]{64}"),
    _Shape("Shopify token", ("shpat_", "shpca_", "shppa_", "shpss_"), r"[a-fA-F0-9]{32}"),
    _Shape("Databricks token", ("dapi",), r"[a-f0-9]{32}(?![a-f0-9])"),
    _Shape("Atlassian token", ("ATATT3",), r"[A-Za-z0-9_=-]{50,500}+"),
    _Shape("Docker token", ("dckr_pat_", "dckr_oat_"), r"[A-Za-z0-9_-]{20,100}+"),
    _Shape("Linear key", ("lin_api_",), r"[A-Za-z0-9]{32,100}+"),
    _Shape("Notion token", ("ntn_",), r"[A-Za-z0-9]{40,100}+"),
    _Shape("Vault token", ("hvs.", "hvb."), r"[A-Za-z0-9_-]{24,500}+"),
    _Shape("Postman key", ("PMAK-",), r"[a-f0-9]{24}-[a-f0-9]{34}"),
    _Shape("Sentry token", ("sntrys_", "sntryu_"), r"[A-Za-z0-9+/=_-]{40,500}+"),
    _Shape("age key", ("AGE-SECRET-KEY-1",), r"[0-9A-Z]{50,70}+"),
    _Shape("JSON Web Token", ("eyJ",), r"[A-Za-z0-9_-]{8,8192}+\.[A-Za-z0-9_-]{8,16384}+\.[A-Za-z0-9_-]{8,8192}+"),
)
# The same for shapes that stand within a word or an address.
_INNER_SHAPES = (
    _Shape("Telegram token", (":AA",), r"(?<=[0-9]{8}:AA)(?P<value>[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])"),
    _Shape(
        "password in a URL",
        ("://",),
        r"(?P<user>[^\s/@:?#\"'<>`]{0,128}+):(?P<value>[^\s/?#\"'<>`\[\]]{1,256})@(?=[A-Za-z0-9\[])",
    ),
    _Shape(
        "token in a URL",
        ("://",),
        r"(?P<value>[A-Za-z0-9_.~%-]{16,256}+)@(?=[A-Za-z0-9\[])",
        must_not_be_words=True,
    ),
    _Shape(
        "key in a URL",
        ("?key=", "&key=", "?api_key=", "&api_key=", "?token=", "&token=", "?access_token=", "&access_token=", "&sig="),
        r"(?P<value>[A-Za-z0-9_.~%+/=-]{16,512}+)",
        must_not_be_words=True,
    ),
)
# A token starts where no word runs on: `risk-free` holds no `sk-`. An escape of a text in JSON or of a URL ends a word.
_WORD_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

_PASSWORD_WORDS = ("password", "passwd", "passphrase", "pwd", "secret", "token", "credential")
_KEY_WORDS = ("api", "access", "account", "auth", "private", "encryption", "signing", "master")
_ASSIGNED_NAMES = _PASSWORD_WORDS + tuple(f"{word}{sign}key" for word in _KEY_WORDS for sign in ("", "_", "-"))
_ASSIGNED = (
    r"(?P<suffix>[A-Za-z0-9_-]{0,24}+)(?:\\?[\"'`])?[ \t]{0,8}+(?::=|=>|[:=])[ \t]{0,8}+"
    r"(?:\\?\"(?P<double>[^\"\s\\]{8,256}+)\\?\"|'(?P<single>[^'\s]{8,256}+)'|`(?P<code>[^`\s]{8,256}+)`"
    r"|(?P<bare>[A-Za-z0-9+/=_.~!@%^&*-]{8,256}+)(?=[\s,;\"'`)\]}<|\\]|$))"
)
_HEADER_NAMES = ("authorization", "api-key")
_HEADER = (
    r"(?:\\?[\"'])?[ \t]{0,8}+[:=,][ \t]{0,8}+(?:b?\\?[\"'])?"
    r"(?P<scheme>(?i:bearer|basic|token)[ \t]{1,8}+)?(?P<value>[A-Za-z0-9+/=_.~:-]{6,4096}+)"
)
_HARMLESS_SUFFIX = re.compile(
    r"(?i)(?:^|[_-])(?:algorithm|at|budget|count|digest|endpoint|env|expires|expiry|field|file|format|hash|header|id|ids"
    r"|length|limit|max|min|name|names|param|path|policy|prefix|ref|sha\d*|size|ttl|type|uri|url|usage|var|variable"
    r"|version)$"
)
# Words, perhaps with a short number (`sha256`, `v2`, `PKCS7PrivateKey`), or a short number.
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,40}[0-9]{0,4}(?:[A-Z][a-z]{2,15}){0,8}|[0-9]{1,4}[A-Za-z]{0,3}")
_NEW_HUMP = re.compile(r"[a-z][A-Z]")
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w{0,63}+(?:\.[A-Za-z_]\w{0,63}+){1,8}", re.ASCII)
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
def _shapes() -> tuple[tuple[_Shape, re.Pattern[str]], ...]:
    return (
        *((shape, _compiled(_WORD_START, shape)) for shape in _SHAPES),
        *((shape, _compiled("", shape)) for shape in _INNER_SHAPES),
    )


def _compiled(start: str, shape: _Shape) -> re.Pattern[str]:
    return re.compile(f"{start}(?:{'|'.join(map(re.escape, shape.literals))}){shape.rest}")


@functools.cache
def _assigned() -> re.Pattern[str]:
    return re.compile(f"(?i:{'|'.join(_ASSIGNED_NAMES)}){_ASSIGNED}")


@functools.cache
def _header() -> re.Pattern[str]:
    return re.compile(f"(?i:{'|'.join(_HEADER_NAMES)}){_HEADER}")


def _is_plain(piece: str) -> bool:
    if not piece.isalpha():
        return _PLAIN_WORD.fullmatch(piece) is not None
    humps = len(_NEW_HUMP.findall(piece))
    return humps * 5 <= len(piece) and (humps > 0 or len(piece) <= 24)


def _is_made_of_words(value: str) -> bool:
    return all(_is_plain(piece) for piece in re.split(r"[^A-Za-z0-9]+", value) if piece)


def looks_random(value: str) -> bool:
    """Whether a value is more likely drawn by chance than written by a person: no words, not few characters."""
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return len(value) >= 8 and entropy >= 2.5 and not _is_made_of_words(value)


def _is_a_secret(value: str) -> bool:
    return looks_random(value) and not _PLACEHOLDER.search(value)


def _matches(pattern: re.Pattern[str], text: str, searched: str, literals: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Matches at the places where `searched`, which is `text` or as long, holds a literal; none within another."""
    for literal in literals:
        position = searched.find(literal)
        while position >= 0:
            match = pattern.match(text, position)
            if match:
                yield match
            position = searched.find(literal, match.end() if match else position + 1)


def _lowered(text: str) -> str:
    """As `str.lower`, but always as long as `text`."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(char.lower() if char.isascii() else char for char in text)


def _tokens(text: str) -> Iterator[SecretMatch]:
    for shape, pattern in _shapes():
        for match in _matches(pattern, text, text, shape.literals):
            group = "value" if "value" in pattern.groupindex else 0
            if _counts(shape, match, match[group]):
                yield SecretMatch(Span(*match.span(group)), shape.kind)


def _counts(shape: _Shape, match: re.Match[str], value: str) -> bool:
    if shape.must_not_be_words and (_is_made_of_words(value) or _PLACEHOLDER.search(value)):
        return False
    if "user" in match.re.groupindex:
        return not (value.lower() in _COMMON_PASSWORDS or value == match["user"] or _PLACEHOLDER.search(value))
    return set(value[-12:].lower()) not in ({"x"}, {"0"})


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


def _assignments(text: str, lowered: str) -> Iterator[SecretMatch]:
    for match in _matches(_assigned(), text, lowered, _ASSIGNED_NAMES):
        group = next(name for name in ("double", "single", "code", "bare") if match[name] is not None)
        value = match[group]
        is_code = group == "bare" and _DOTTED_NAME.fullmatch(value)
        if not is_code and not _HARMLESS_SUFFIX.search(match["suffix"]) and _is_a_secret(value):
            yield SecretMatch(Span(*match.span(group)), "assigned secret")


def _headers(text: str, lowered: str, *, strict: bool) -> Iterator[SecretMatch]:
    for match in _matches(_header(), text, lowered, _HEADER_NAMES):
        if _is_a_secret(match["value"]) or (not strict and match["scheme"]):
            yield SecretMatch(Span(*match.span("value")), "authorization header")


def _merged(candidates: Iterator[SecretMatch]) -> list[SecretMatch]:
    merged: list[SecretMatch] = []
    for match in sorted(candidates, key=lambda match: (match.span.start, -match.span.end)):
        if merged and match.span.start < merged[-1].span.end:
            last = merged[-1]
            merged[-1] = SecretMatch(Span(last.span.start, max(last.span.end, match.span.end)), last.kind)
        else:
            merged.append(match)
    return merged


def find_secrets(text: str, *, strict: bool = True) -> list[SecretMatch]:
    """What is shaped like a secret, in order and without overlaps. A span covers the value, not the name before it.

    Args:
        text: Where to look.
        strict: Whether the value of a credential header has to look random; if not, any value of one counts.
    """
    lowered = _lowered(text)
    found = (
        _tokens(text), _private_keys(text), _assignments(text, lowered), _headers(text, lowered, strict=strict)
    )  # fmt: skip
    return _merged(itertools.chain.from_iterable(found))
