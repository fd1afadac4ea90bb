"""What secrets look like: shapes of well-known tokens, private keys, and random-looking values in telling places.

What is found decides whether a request may be sent: prose, hashes, placeholders and the examples of documentation stop
nobody. Whether a value is one of those is judged in `secret_values`.

A search looks for the literals that shapes begin with, and tries the shape only there. Repetitions are bounded or
possessive, so that the time is linear in the text.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.secret_values import (
    is_code,
    is_common_password,
    is_made_of_words,
    is_stand_in,
    looks_like_a_password,
    looks_random,
)
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
    _Shape(
        "private key",
        # The armour of a private key, in Base64 once more, as in a kubeconfig.
        tuple(
            "LS0tLS1CRUdJTi" + kind
            for kind in (
                "BQUklWQVRF",
                "BSU0EgUFJJVkFUR",
                "BFQyBQUklWQVRF",
                "BPUEVOU1NI",
                "BFTkNSWVBURUQg",
                "BEU0EgUFJJVkFUR",
            )
        ),
        r"[A-Za-z0-9+/=]{40,65536}+",
    ),
    _Shape("JSON Web Token", ("eyJ",), r"[A-Za-z0-9_-]{8,8192}+\.[A-Za-z0-9_-]{8,16384}+\.[A-Za-z0-9_-]{8,8192}+"),
)
# The same for shapes that stand within a word or an address.
_INNER_SHAPES = (
    _Shape("Telegram token", (":AA",), r"(?<=[0-9]{8}:AA)(?P<value>[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])"),
    _Shape(
        "password in a URL",
        ("://",),
        r"(?P<user>[^\s/@:?#\"'<>`]{0,128}+):(?P<value>[^\s/?#\"'<>`\[\]]{1,256})@(?P<host>[A-Za-z0-9.-]{1,255}+|\[[0-9a-f:]*\])",
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

_PASSWORD_WORDS = ("password", "passwd", "passphrase", "pwd")
_SECRET_WORDS = ("secret", "token", "credential", "key-data", "key_data", '"auth"')
_KEY_WORDS = ("api", "access", "account", "auth", "private", "encryption", "signing", "master")
_ASSIGNED_NAMES = (
    *_PASSWORD_WORDS, *_SECRET_WORDS, *(f"{word}{sign}key" for word in _KEY_WORDS for sign in ("", "_", "-"))
)  # fmt: skip
# A sign of assignment; or what stands between a name and its value in a call, an element, a list of names and values.
_ASSIGNED = (
    r"(?P<suffix>[A-Za-z0-9_-]{0,24}+)"
    r"(?:(?:\\?[\"'`])?[ \t]{0,8}+(?::=|=>|[:=])[ \t]{0,8}+"
    r"|\\?[\"'][ \t]{0,8}+,[ \t]{0,8}+(?=\\?[\"'])"
    r"|\\?[\"']?\s{0,40}+,?\s{0,40}+\\?[\"']?(?:value|Value)\\?[\"']?[ \t]{0,8}+[:=][ \t]{0,8}+"
    r"|(?P<element>\\?[\"']?(?:[ \t][^<>\n]{0,200}+)?>))"
    r"(?:\\?\"(?P<double>[^\"\s\\]{6,4096}+)\\?\"|'(?P<single>[^'\s]{6,4096}+)'|`(?P<code>[^`\s]{6,4096}+)`"
    r"|(?(element)(?P<content>[^<\s]{6,4096}+)</|(?P<bare>[^\s\"'`,;&]{6,4096}+)))"
)
_NOBODYS_HOST = re.compile(
    r"localhost|127(?:\.[0-9]{1,3}){3}|::1|0\.0\.0\.0|host\.docker\.internal"
    r"|(?:[a-z0-9-]{1,63}\.){0,8}(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost)"
)
_ENDS_A_SENTENCE = ".,;:!?)]}>|\\"
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
_VALUE_GROUPS = ("double", "single", "code", "content", "bare")
_ARMOUR_STAND_IN = re.compile(r"(?i)\.\.\.|…|[<{][a-z]|\*{3}|x{6}|your[_-]|example|placeholder|redacted|dummy|insert")
_KEY_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
# With what a quote, a list, a comment or a program puts before and behind each line.
_KEY_BODY = re.compile(
    r"(?:[^\n]{0,12}\n(?:[^\n]{0,12}?[A-Za-z0-9+/=]{16,76}+[^\n]{0,12}(?:\n|\Z)){1,1000}+)?+"
    r"(?:[A-Za-z0-9+/=>|#*\"',-]|\\n|\s){0,32768}+"
)
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/=]{8,}+")
_WHOLE_KEY = 64
"""Characters of Base64 that the shortest private keys have."""


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


def _is_a_secret(value: str) -> bool:
    return looks_random(value) and not is_stand_in(value)


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
    if shape.must_not_be_words and is_made_of_words(value):
        return False
    if "user" in match.re.groupindex:
        return _is_a_password_of(match["user"], value, match["host"])
    return not is_stand_in(value) and set(value[-12:].lower()) not in ({"x"}, {"0"})


def _is_a_password_of(user: str, password: str, host: str) -> bool:
    if is_common_password(password) or password == user or is_stand_in(password):
        return False
    # A database on one's own machine, and the addresses that are reserved for documentation.
    return _is_a_secret(password) if _NOBODYS_HOST.fullmatch(host.strip("[]").lower()) else True


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
        if _holds_a_key(content):
            yield SecretMatch(Span(begin.start(), end), "private key")


def _holds_a_key(content: str) -> bool:
    """Whether what stands in the armour is a key, and not words about one, or the ends of one."""
    runs = [run for run in _BASE64_RUN.findall(content.replace("\\n", "\n")) if not is_made_of_words(run)]
    return sum(map(len, runs)) >= _WHOLE_KEY or (bool(runs) and not _ARMOUR_STAND_IN.search(content[:200]))


def _assignments(text: str, lowered: str) -> Iterator[SecretMatch]:
    for match in _matches(_assigned(), text, lowered, _ASSIGNED_NAMES):
        group = next(name for name in _VALUE_GROUPS if match[name] is not None)
        value = match[group]
        whole = value
        if group == "bare":
            value = value.rstrip(_ENDS_A_SENTENCE)
        if _HARMLESS_SUFFIX.search(match["suffix"]) or (group in {"bare", "content"} and is_code(value)):
            continue
        is_password = lowered.startswith(_PASSWORD_WORDS, match.start()) and looks_like_a_password(whole)
        if (is_password or looks_random(value)) and not is_stand_in(whole) and not is_common_password(value):
            start = match.start(group)
            yield SecretMatch(Span(start, start + len(whole if is_password else value)), "assigned secret")


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
