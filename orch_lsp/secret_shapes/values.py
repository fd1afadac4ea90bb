"""Whether a value was drawn by chance, or is a word, a reference, a stand-in or an example that everybody knows.

Names in programs are made of words, and words of pairs of letters that are common. Values that stand in for a secret
are judged as a whole: a sign such as `<` or `$` somewhere in a value says nothing.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import math
import re
from collections import Counter

# For each letter from a to z those that follow it in English words and in names of programs, rare pairs left out.
_FOLLOWERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            "abcdefgiklmnprstuvwxy", "abcdefijlmnorstuy", "abcdefhiklmnoprstuy", "abcdefgijlmnoprstuy",
            "abcdefghiklmnopqrstuvwxy", "abcdefilnorstuy", "aceghilmnorstu", "adeilmorstuy", "abcdefgklmnoprstvxz",
            "aeosu", "adegilnostw", "abcdefgiklmnopstuvy", "abcdeilmopstuy", "abcdefghiklmnoprstuvy",
            "abcdefgiklmnoprstuvwx", "acdefhiklmnoprstuy", "lsu", "abcdefgiklmnoprstuvwy", "acdefghiklmnopqrstuvwy",
            "abcdefhilmnoprstuvwy", "abcdefgilmnoprst", "aeio", "adehinors", "aceimptx", "acegilmnopst", "aei",
        ),
        strict=True,
    )
)  # fmt: skip
_LONGEST_ACRONYM = 5
_LONGEST_WORD = 24
# Words, perhaps with a short number (`sha256`, `v2`, `PKCS7PrivateKey`), or a short number.
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,40}[0-9]{0,4}(?:[A-Z][a-z]{2,15}){0,8}|[0-9]{1,4}[A-Za-z]{0,3}")
_NEW_HUMP = re.compile(r"[a-z][A-Z]")
_SEGMENT = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]+")

_NUMBER_OR_TIME = re.compile(r"[+-]?[0-9][0-9.,:_-]*+(?:[eE][+-]?[0-9]+)?(?:T[0-9:.]+Z?)?")

_REFERENCE = re.compile(
    r"\$\{\{[^{}]{0,128}\}\}|\$\{[^{}]{0,128}\}|\$\([^()]{0,128}\)|\{\{[^{}]{0,128}\}\}|#?\{[A-Za-z_][\w.:-]{0,64}\}"
    r"|<[A-Za-z][\w.:/|-]{0,64}>|\[[A-Za-z][\w.:|-]{0,64}\]|(?<![A-Za-z0-9])\$[A-Za-z_]\w{0,64}|%[A-Za-z_]\w{0,64}%"
    r"|@[A-Za-z_]\w{0,64}@",
    re.ASCII,
)
_ADDRESS = re.compile(r"(?i)(?:arn|env|file|gs|https?|op|s3|secretsmanager|sm|ssm|vault):")
_CALL = re.compile(r"(?P<name>[A-Za-z_]\w{0,40}(?P<dotted>(?:\.[A-Za-z_]\w{0,40}){0,8}))[(\[]", re.ASCII)
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w{0,63}+(?:(?:\.|->|::)[A-Za-z_]\w{0,63}+){1,8}", re.ASCII)
_STAND_IN = re.compile(r"(?i)x{6}|\*{3}|your[_-]|[_-]here$|example|placeholder|change[_-]?me|dummy|redacted|insert")
_CUT = re.compile(r"\.\.\.|…")
_LONGEST_LEFT_OF_A_CUT = 12

_COMMON_PASSWORDS = frozenset(
    (
        "admin", "administrator", "app", "changeit", "default", "demo", "guest", "letmein", "pass", "passwd",
        "password", "postgres", "pw", "pwd", "qwerty", "root", "secret", "test", "testing", "token", "user", "welcome",
    )
)  # fmt: skip
_SPELLED_WITH_SIGNS = str.maketrans("@4301!5$7", "aaeoiisst")
_PASSWORD_SIGNS = frozenset("!@#$%^&*?+=~")

# Keys that services print in their documentation, by the first half of their SHA-256.
_DOCUMENTED = frozenset(
    (
        "78314b11be2e581549ac1c4f616563fa", "2cafc0970149a84f3b9e62eaf169f36f", "f2d6ca16515033e5dce14eba840b979d",
        "7e8de44ea9ecf6d53415c90f5b249a85", "0011cc25eb4320717494d2703e8cba85", "7f75367e7881255134e1375e723d1dea",
        "c794fa6d20c64efb9adf980ae93af472", "cf4d418ed3de92d71f767db5391d5a2d", "bdfeaef44475711c3abaf41d3ddd3532",
        "ad62d48d8b069026a2a0d0291f857a77", "e4da07ad200089ce7f40110f02910677", "b8e148545b13c78bc74da2f1a7275dd7",
        "9fdb2e159e0f26a93cd3f0ab24d3de13", "ca7459e2b26776de081b9a07e40227fd", "e9974c507d2a802143f614c878fcbb62",
        "584b27d64ebc1b3341f7fc9a9c3f1a54",
    )
)  # fmt: skip


def is_made_of_words(value: str) -> bool:
    """Whether a value is words, names and short numbers, however they are joined."""
    pieces = [piece for piece in _NOT_ALPHANUMERIC.split(value) if piece]
    return all(map(_is_plain, pieces)) and _reads_like_words(pieces)


def looks_random(value: str) -> bool:
    """Whether a value is more likely drawn by chance than written by a person: no words, not few characters."""
    if _NUMBER_OR_TIME.fullmatch(value):
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return len(value) >= 8 and entropy >= 2.5 and not is_made_of_words(value)


def is_mixed(value: str) -> bool:
    """Whether a value holds letters and digits, in one run at least that is no word, name, number or point in time."""
    return (
        any(map(str.isdigit, value))
        and sum(map(str.isalpha, value)) >= 2
        and any(looks_random(piece) for piece in _NOT_ALPHANUMERIC.split(value) if not piece.isalpha())
    )


def is_stand_in(value: str) -> bool:
    """Whether a value says where the secret is or should be, or shows only the ends of one."""
    if _STAND_IN.search(value) or is_documented(value):
        return True
    if _CUT.search(value) and len(_CUT.sub("", value)) <= _LONGEST_LEFT_OF_A_CUT + 8:
        return all(len(piece) <= _LONGEST_LEFT_OF_A_CUT for piece in _CUT.split(value))
    rest, references = _REFERENCE.subn(_unless_random, value)
    return references > 0 and rest != value and not looks_random(rest)


def is_documented(value: str) -> bool:
    """Whether a service's documentation shows exactly this value as an example."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32] in _DOCUMENTED


def is_code(value: str) -> bool:
    """Whether a value that stands without quotes is an expression: a dotted name, a call, an address."""
    call = _CALL.match(value)
    if call is not None and (call["dotted"] or not looks_random(call["name"])):
        return not looks_random(value[call.end() :])
    return _DOTTED_NAME.fullmatch(value) is not None or _ADDRESS.match(value) is not None


def is_common_password(value: str) -> bool:
    """Whether a password is one that everybody tries first, in its usual spellings: `admin`, `Passw0rd1`."""
    word = value.lower().rstrip("0123456789!?.#*")
    return bool({word, value.lower()} & _COMMON_PASSWORDS) or word.translate(_SPELLED_WITH_SIGNS) in _COMMON_PASSWORDS


def is_common_pair(value: str) -> bool:
    """Whether a value is a name and a password that everybody tries first, in Base64, as in `Basic dXNlcjpwYXNz`."""
    try:
        pair = base64.b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return False
    _, colon, password = pair.partition(":")
    return bool(colon) and (is_common_password(password) or is_stand_in(password))


def looks_like_a_password(value: str) -> bool:
    """Whether a value has what password rules ask for: eight characters, both cases, a digit and a sign."""
    if len(value) < 8 or not all(char.isascii() and (char.isalnum() or char in "_.-!@#$%^&*?+=~") for char in value):
        return False
    kinds = (str.islower, str.isupper, str.isdigit, _PASSWORD_SIGNS.__contains__)
    return all(any(map(kind, value)) for kind in kinds)


def _unless_random(reference: re.Match[str]) -> str:
    """Nothing in place of a reference; what only looks like one stays."""
    return "" if is_made_of_words(reference[0]) else reference[0]


def _is_plain(piece: str) -> bool:
    if not piece.isalpha():
        return _PLAIN_WORD.fullmatch(piece) is not None
    humps = len(_NEW_HUMP.findall(piece))
    return humps * 5 <= len(piece) and (humps > 0 or len(piece) <= _LONGEST_WORD)


def _reads_like_words(pieces: list[str]) -> bool:
    """Whether no fifth of the pairs of letters is rare. Acronyms and pairs across a change of case do not count."""
    rare = pairs = 0
    for piece in pieces:
        segments = _SEGMENT.findall(piece)
        if len(segments) > 1 and len(piece) < 3 * len(segments) - 1:
            rare += len(segments) - 1
            pairs += len(segments) - 1
        for segment in segments:
            if segment.isupper() and len(segment) <= _LONGEST_ACRONYM:
                continue
            letters = segment.lower()
            pairs += len(letters) - 1
            rare += sum(after not in _FOLLOWERS[before] for before, after in itertools.pairwise(letters))
    return rare < 2 or rare * 5 < pairs
