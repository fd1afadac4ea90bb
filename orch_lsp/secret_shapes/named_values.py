"""Secrets that are known by what stands before them: a name, or a header of HTTP.

Between a name and its value stands what languages, formats and people put there: a sign of assignment with or without
a type, the call of a function, an element, the next cell of a table, `is`, or only a blank. The less a place tells, the
more the value has to.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from orch_lsp.secret_shapes.search import SecretMatch, matches
from orch_lsp.secret_shapes.values import (
    is_code,
    is_common_pair,
    is_common_password,
    is_mixed,
    is_stand_in,
    looks_like_a_password,
    looks_random,
)
from orch_lsp.text import Span

_PASSWORD_WORDS = (
    "password", "passwd", "passphrase", "pwd", "pass", "passwort", "kennwort", "contraseña", "contrasena", "senha",
    "mot de passe", "wachtwoord", "hasło", "пароль", "密码", "密碼", "パスワード", "비밀번호", "identified by",
    "convertto-securestring",
)  # fmt: skip
_SECRET_WORDS = (
    "secret",
    "token",
    "credential",
    "key-data",
    "key_data",
    '"auth"',
    "_auth",
    "masterauth",
    "psk",
    "devops_pat",
    "github_pat",
    "gitlab_pat",
)
_KEY_WORDS = (
    "access", "account", "admin", "aes", "api", "app", "auth", "deploy", "encryption", "hmac", "jwt", "master",
    "preshared", "private", "service", "shared", "signing", "stripe", "subscription", "webhook", "write",
)  # fmt: skip
_NAMES = (
    *_PASSWORD_WORDS, *_SECRET_WORDS, *(f"{word}{sign}key" for word in _KEY_WORDS for sign in ("", "_", "-", " ")),
    "_key", "_pw", "_salt",
)  # fmt: skip
# Words that are also parts of other words (`compass`, `passed`, `PRIMARY_KEY`), and are names only where they end.
_BOUND_NAME = (
    r"(?:(?:(?<![A-Za-z])(?i:pass)|(?<=[a-z])Pass|(?i:(?<=store|query)pass|(?<=require)pass|(?<=key|ssh)pass))"
    r"(?![A-Za-z])"
    r"|(?i:_pw|_salt|_auth|psk)(?![A-Za-z])"
    r"|(?i:(?<!public)(?<!primary)(?<!foreign)(?<!cache)(?<!sort)_key)(?![A-Za-z_]))"
)
_LOOSE_NAME = "|".join(
    re.escape(name)
    for name in sorted(_NAMES, key=len, reverse=True)
    if name not in {"pass", "_pw", "_salt", "_auth", "psk", "_key"}
)

_BLANKS = r"[ \t]{0,40}+"
_CLOSED = r"(?:\\?[\"'`]|\]|\*{1,2}|__){0,3}+"
_TYPE = (
    r"(?::[ \t]{0,4}+(?:&(?:'static[ \t])?)?[A-Za-z][\w.|? ]{0,30}+(?==)"
    r"|(?<=[ \t])(?:string|str|String|\*string|SecretStr)[ \t]{0,4}+(?=:?=)"
    r"|\[[0-9]{0,6}\][ \t]{0,4}+(?==))?"
)
_SIGN = r"(?::=|=>|->|\\?[:=：＝])"
# Text between the sign and the value: marks of YAML, another value that is preferred, a call.
_BEFORE_VALUE = (
    r"(?:!!?[a-z]{1,12}[ \t]++|&[A-Za-z]\w{0,24}[ \t]++)?"
    r"(?:[A-Za-z_][\w.]{0,60}+(?:[(\[]\\?[\"'][\w.-]{0,60}+\\?[\"'][)\]])?"
    r"(?:[ \t]{0,4}+(?:\|\||\?\?|or\b)[ \t]{0,4}+|\((?:[\"'][^\"'\n]{1,64}+[\"'],[ \t]{0,4}+)?)(?=[\"'`]))?"
)
_ASSIGNED = (
    r"(?P<suffix>[A-Za-z0-9_-]{0,24}+)"
    rf"(?:(?P<sign>{_CLOSED}{_BLANKS}{_TYPE}{_SIGN}(?:\*{{1,2}}|__)?{_BLANKS}{_BEFORE_VALUE})"
    rf"|(?P<below>{_CLOSED}{_BLANKS}{_SIGN}{_BLANKS}(?:[|>][+-]?{_BLANKS}|\()?\r?\n[ \t]{{1,40}}+)"
    r"|\\?[\"'][ \t]{0,8}+,[ \t]{0,8}+(?=\\?[\"'])"
    r"|\\?[\"']?\s{0,40}+[:,]?\s{0,40}+\{?\s{0,40}+\\?[\"']?(?:value|Value|default)\\?[\"']?[ \t]{0,8}+[:=][ \t]{0,8}+"
    r"|\\?[\"'][ \t]{0,8}+\{\s{0,40}+default[ \t]{0,8}+=[ \t]{0,8}+"
    r"|(?P<element>(?:\\?[\"']?(?:[ \t][^<>\n]{0,200}+)?>\s{0,40}+(?:<!\[CDATA\[)?|</key>\s{0,40}+<string>))"
    r"|(?P<call>\((?:\\?[\"'][^\"'\n]{1,64}\\?[\"'],[ \t]{0,4}+)?(?=\\?[\"'`]))"
    rf"|(?P<loose>{_CLOSED}{_BLANKS}(?:(?:is|are|was|ist|lautet|est)(?::)?[ \t]{{1,4}}+|[(|/]{_BLANKS})?(?<=[ \t(|/])))"
    r"(?:[bBrRfFuU]{0,2}(?:\\\"(?P<escaped>[^\"\s\\]{6,4096}+)\\\"|\"{1,3}(?P<double>(?:[^\"\s\\]|\\[^\s\"]|\\\"){6,4096}+)\""
    r"|'{1,3}(?P<single>[^'\s]{6,4096}+)'|`(?P<code>[^`\s]{6,4096}+)`)"
    r"|(?(element)(?P<content>[^<>\s\]]{6,4096}+)\s{0,40}+(?:\]\]>)?</|(?P<bare>[^\s\"'`,;&]{6,4096}+)))"
)
_VALUE_GROUPS = ("escaped", "double", "single", "code", "content", "bare")
_QUOTED = frozenset(("escaped", "double", "single", "code"))
# An option of a command, and a line of a `.netrc`.
_IN_A_COMMAND = re.compile(r"(?:--[a-z-]{0,24}|\blogin[ \t]+[^\s]{1,64}\s{1,8})\Z")
_ENDS_A_SENTENCE = ".,;:!?)]}>|\\"
_HARMLESS_SUFFIX = re.compile(
    r"(?i)(?:^|[_-])(?:algorithm|at|budget|count|digest|endpoint|env|expires|expiry|field|file|format|hash|header|id|ids"
    r"|length|limit|max|min|name|names|param|path|policy|prefix|ref|sha\d*|size|ttl|type|uri|url|usage|var|variable"
    r"|version)$"
)
_SHORTEST_OF_A_WEAK_NAME = 20
_BASE64 = re.compile(r"[A-Za-z0-9+/]+")
_LONGEST_BASE64_LINE = 100
_SURELY_BASE64 = 48
"""Letters and digits without any sign in between that no name and no statement has."""

_COLUMN_NAMES = tuple(name for name in _NAMES if not name.startswith("_"))
_TABLE = re.compile(
    r"^[ \t>]{0,16}+(?P<head>\|?[^\n|]{0,200}+(?:\|[^\n|]{0,200}+){1,30}+)\n[ \t>]{0,16}+\|?[ \t:|-]{3,400}+\n"
    r"(?P<rows>(?:[^\n|]{0,400}+\|[^\n]{0,4096}+\n?){0,200}+)",
    re.MULTILINE,
)
_ROW = re.compile(r"[^\n]++")
_MANIFEST = re.compile(r"\bkind\\?[\"']?:[ \t]{0,8}+\\?[\"']?secret\b")
_MANIFEST_DATA = re.compile(
    r"^[ \t>]{0,16}(?:stringData|data):[ \t]{0,8}\r?\n(?P<entries>(?:[ \t>]{1,24}+[^\n]{1,65536}+(?:\n|\Z)){1,200}+)",
    re.MULTILINE,
)
_MANIFEST_ENTRY = re.compile(
    r"^[ \t>]{1,24}+[\w.-]{1,128}+:[ \t]{1,8}+[\"']?(?P<value>[^\s\"'{]{8,65536}+)", re.MULTILINE
)

_HEADER_NAMES = ("authorization", "api-key", "subscription-key", "auth-key")
_HEADER = (
    r"(?:\\?[\"'])?[ \t]{0,8}+[:=,][ \t]{0,8}+(?:b?\\?[\"'])?"
    r"(?P<scheme>(?i:bearer|basic|token|apikey|ssws|digest|negotiate)[ \t]{1,8}+)?"
    r"(?P<value>[A-Za-z0-9+/=_.~:-]{6,4096}+)"
)
_COOKIE = r"\\?[\"']?[ \t]{0,8}+[:=,][ \t]{0,8}+\\?[\"']?[\w.-]{1,64}=(?P<value>[A-Za-z0-9+/=_.~%-]{20,4096}+)"
_BEARER = r"[ \t]{1,8}+(?P<value>[A-Za-z0-9+/=_.~-]{20,4096}+)"


def compiled_assignment() -> re.Pattern[str]:
    """A name, what stands between, and a value; it takes a while to compile."""
    return re.compile(f"(?:(?i:{_LOOSE_NAME})|(?P<bound>{_BOUND_NAME})){_ASSIGNED}")


def compiled_header() -> re.Pattern[str]:
    """A header that carries credentials, and its value."""
    return re.compile(f"(?i:{'|'.join(_HEADER_NAMES)}){_HEADER}")


@functools.cache
def _cookie() -> re.Pattern[str]:
    return re.compile(f"(?i:cookie){_COOKIE}")


@functools.cache
def _bearer() -> re.Pattern[str]:
    return re.compile(f"(?i:(?<![a-z])bearer){_BEARER}")


def assignments(text: str, lowered: str, assigned: re.Pattern[str]) -> Iterator[SecretMatch]:
    """Values that are given to a name such as `password`. `lowered` is `text` in lower case, and as long."""
    for match in matches(assigned, text, lowered, _NAMES):
        group = next(name for name in _VALUE_GROUPS if match[name] is not None)
        whole = match[group]
        value = whole.rstrip(_ENDS_A_SENTENCE) if group == "bare" else whole
        if _HARMLESS_SUFFIX.search(match["suffix"]) or (group not in _QUOTED and is_code(value)):
            continue
        is_password = lowered.startswith(_PASSWORD_WORDS, match.start()) and looks_like_a_password(whole)
        if (is_password or _is_random_enough(match, group, value)) and not is_stand_in(whole):
            if is_common_password(value) or _stands_in_base64(text, match.start()):
                continue
            start = match.start(group)
            yield SecretMatch(Span(start, start + len(whole if is_password else value)), "assigned secret")


def _stands_in_base64(text: str, start: int) -> bool:
    """Whether a name is a few letters of an image or other data in Base64, in one line or in lines of 76."""
    begin = text.rfind("\n", max(start - _LONGEST_BASE64_LINE, 0), start) + 1 or max(start - _LONGEST_BASE64_LINE, 0)
    if _BASE64.fullmatch(text, max(start - _SURELY_BASE64, begin), start) and start - begin >= _SURELY_BASE64:
        return True
    line = _BASE64.match(text, begin, begin + _LONGEST_BASE64_LINE)
    return line is not None and line.end() > start and line.end() - line.start() >= _SURELY_BASE64


def _is_random_enough(match: re.Match[str], group: str, value: str) -> bool:
    if not looks_random(value):
        return False
    if match["bound"] is not None and match["bound"].lower() in {"_key", "_salt"}:
        return len(value) >= _SHORTEST_OF_A_WEAK_NAME and is_mixed(value)
    if match["below"] is None and (match["loose"] is None or group in {"double", "single"}):
        return True
    return is_mixed(value) or _IN_A_COMMAND.search(match.string[max(match.start() - 80, 0) : match.start()]) is not None


def cells(text: str, lowered: str) -> Iterator[SecretMatch]:
    """Values of a table's column whose head is `password` or another such name."""
    for head in _TABLE.finditer(text):
        names = [cell.strip(" \t*_`") for cell in lowered[head.start("head") : head.end("head")].split("|")]
        columns = [index for index, name in enumerate(names) if name.endswith(_COLUMN_NAMES)]
        for row in _ROW.finditer(text, head.start("rows"), head.end("rows")) if columns else ():
            position = row.start()
            for index, cell in enumerate(row[0].split("|")):
                value = cell.strip(" \t\r\n*_`")
                if index in columns and looks_random(value) and is_mixed(value) and not is_stand_in(value):
                    start = position + cell.index(value)
                    yield SecretMatch(Span(start, start + len(value)), "secret in a table")
                position += len(cell) + 1


def manifest_values(text: str, lowered: str) -> Iterator[SecretMatch]:
    """Values of a secret of Kubernetes, whatever they are called."""
    if _MANIFEST.search(lowered) is None:
        return
    for block in _MANIFEST_DATA.finditer(text):
        for entry in _MANIFEST_ENTRY.finditer(text, block.start("entries"), block.end("entries")):
            if looks_random(entry["value"]) and not is_stand_in(entry["value"]):
                yield SecretMatch(Span(*entry.span("value")), "secret of a cluster")


def headers(text: str, lowered: str, header: re.Pattern[str], *, strict: bool) -> Iterator[SecretMatch]:
    """Values of headers that carry credentials; if not `strict`, also those that do not look random."""
    for match in matches(header, text, lowered, _HEADER_NAMES):
        value = match["value"]
        is_secret = looks_random(value) and not is_stand_in(value) and not is_common_pair(value)
        if is_secret or (not strict and match["scheme"]):
            yield SecretMatch(Span(*match.span("value")), "authorization header")
    for pattern, literal in ((_cookie(), "cookie"), (_bearer(), "bearer")):
        for match in matches(pattern, text, lowered, (literal,)):
            value = match["value"]
            if looks_random(value) and is_mixed(value) and not is_stand_in(value):
                yield SecretMatch(Span(*match.span("value")), "authorization header")
