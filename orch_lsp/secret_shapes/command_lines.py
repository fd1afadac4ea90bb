"""Secrets that are known by the command or call in which they stand: `curl -u`, `mysql -p`, `login(user, …)`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from orch_lsp.secret_shapes.search import SecretMatch, matches
from orch_lsp.secret_shapes.values import is_common_password, is_stand_in, looks_like_a_password, looks_random
from orch_lsp.text import Span

_VALUE = r"(?P<quote>\\?[\"']?)(?P<value>[^\s\"'`]{6,256}+)"
# The literals that a form begins with, in lower case, and what follows.
_FORMS = (
    (
        (" -u", " --user", " --proxy-user", " -a", " --auth"),
        r"[ =]?\\?[\"']?[^\s:\"'`=]{1,64}+:(?P<value>[^\s\"'`]{6,256}+)",
    ),
    (
        ("sshpass", "mysql", "mariadb", "docker login", "podman login", "helm registry login", "redis-cli", "ldap",
         "az login", "mongo", "sqlcmd", "unzip", "7z "),
        rf"[^\n|;&]{{0,160}}?[ ]-(?:p|a|w|P)[ ]?{_VALUE}",
    ),
    (
        ("smbclient", "rpcclient", "mount.cifs"),
        r"[^\n|;&]{0,160}?[ ]-U[ ]?\\?[\"']?[^\s%\"']{1,64}+%(?P<value>[^\s\"'`]{6,256}+)",
    ),
    (("lftp -u", "lftp --user"), r"[ =]?\\?[\"']?[^\s,\"']{1,64}+,(?P<value>[^\s\"'`]{6,256}+)"),
    (
        ("jdbc:oracle:thin:", "jdbc:oracle:oci:", "sqlplus ", "rman target "),
        r"(?:-[A-Za-z]+[ ]){0,3}\\?[\"']?[^\s/@\"']{1,64}+/(?P<value>[^\s@\"'`]{6,128}+)@",
    ),
    (
        ("login(", "auth(", "auth=(", "auth = (", "authenticate(", "credentials("),
        r"\s{0,8}+\(?\\?[\"'][^\"'\n]{1,64}+\\?[\"'],\s{0,8}+\\?[\"'](?P<value>[^\s\"']{6,256}+)\\?[\"']",
    ),
    (("expect ", "send "), r"[^\n]{0,24}?[\"'](?P<value>[^\s\"'\\]{8,256}+)\\[rn][\"']"),
)  # fmt: skip


@functools.cache
def _forms() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (literals, re.compile(f"(?i:{'|'.join(map(re.escape, literals))}){rest}")) for literals, rest in _FORMS
    )


def commands(text: str, lowered: str) -> Iterator[SecretMatch]:
    """Passwords in command lines and calls. `lowered` is `text` in lower case, and as long."""
    for literals, pattern in _forms():
        for match in matches(pattern, text, lowered, literals):
            value = match["value"]
            if not (looks_random(value) or looks_like_a_password(value)) or is_stand_in(value):
                continue
            if not is_common_password(value):
                yield SecretMatch(Span(*match.span("value")), "password in a command")
