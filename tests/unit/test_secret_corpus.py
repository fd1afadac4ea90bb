"""A corpus of secrets and of what only looks like them: what is found, what is passed, and the table in the docs.

Everything is made here, from parts and by chance with a fixed seed: no literal of a secret stands in this file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import string
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from orch_lsp.secret_shapes import find_secrets

PAGE = Path(__file__).parents[2] / "docs" / "secrets.md"
EACH = 12
"""Samples of each kind."""
WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
LOW = string.ascii_lowercase + string.digits
HIGH = string.ascii_uppercase + string.digits


def drawn(chance: random.Random, length: int, letters: str = WORD) -> str:
    return "".join(chance.choice(letters) for _ in range(length))


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


# The beginning in two halves, then the length and the letters of the rest.
TOKENS: Mapping[str, tuple[str, str, int, str]] = {
    "AWS": ("AK", "IA", 16, HIGH),
    "GitHub": ("gh", "p_", 36, WORD),
    "GitHub fine-grained": ("github", "_pat_", 82, WORD),
    "GitLab": ("gl", "pat-", 20, WORD),
    "OpenAI": ("sk-", "proj-", 64, WORD),
    "Anthropic": ("sk-", "ant-api03-", 93, WORD),
    "Hugging Face": ("h", "f_", 34, WORD),
    "Google": ("AI", "za", 35, WORD),
    "Slack": ("xo", "xb-", 40, WORD),
    "Stripe": ("sk_", "live_", 24, WORD),
    "npm": ("np", "m_", 36, WORD),
    "PyPI": ("py", "pi-", 100, WORD),
    "DigitalOcean": ("dop", "_v1_", 64, HEX),
    "Shopify": ("shp", "at_", 32, HEX),
    "Databricks": ("da", "pi", 32, HEX),
    "Docker": ("dckr", "_pat_", 27, WORD),
    "Vault": ("hv", "s.", 90, WORD),
    "Grafana": ("gl", "sa_", 41, WORD),
    "Groq": ("g", "sk_", 52, WORD),
    "OpenRouter": ("sk-", "or-v1-", 64, HEX),
    "RubyGems": ("rubygems", "_", 48, HEX),
    "Alibaba": ("LT", "AI", 20, WORD),
    "Netlify": ("nf", "p_", 40, WORD),
    "Sonar": ("sq", "p_", 40, HEX),
    "Prefect": ("pn", "u_", 36, LOW),
    "Tavily": ("tv", "ly-", 32, WORD),
    "Contentful": ("CF", "PAT-", 43, WORD),
    "Buildkite": ("bk", "ua_", 40, HEX),
    "Typeform": ("tf", "p_", 59, WORD),
    "Artifactory": ("AK", "Cp", 69, WORD),
    "Linear": ("lin", "_oauth_", 64, HEX),
    "Fly": ("fm", "2_", 120, WORD),
    "OpenShift": ("sha", "256~", 43, WORD),
    "Adobe": ("p8", "e-", 32, WORD),
    "ReadMe": ("rd", "me_", 70, LOW),
    "Octopus": ("AP", "I-", 26, HIGH),
    "GitLab runner": ("GR", "1348941", 20, WORD),
    "PostHog": ("ph", "x_", 43, WORD),
    "Neon": ("na", "pi_", 64, LOW),
    "Apify": ("apify", "_api_", 36, WORD),
    "Vercel": ("vc", "p_", 56, WORD),
    "Polar": ("polar", "_pat_", 43, WORD),
    "RunPod": ("rp", "a_", 46, HIGH),
    "Weights & Biases": ("wandb", "_v1_", 77, WORD),
    "Render": ("rn", "d_", 28, WORD),
    "Deno": ("dd", "o_", 36, WORD),
    "Packagist": ("packagist", "_ort_", 68, HEX),
    "LlamaCloud": ("ll", "x-", 48, WORD),
    "Docker Swarm": ("SWMTKN", "-1-", 50, LOW),
}
PLACES = (
    "use `{}` here",
    "{}\n",
    'export X="{}"',
    '{{"value": "{}"}}',
    "- x: {}",
    "// {} is the one",
    "https://h.acme.io/?q={}",
)


def tokens(chance: random.Random) -> list[str]:
    return [
        chance.choice(PLACES).format(first + second + drawn(chance, length, letters))
        for first, second, length, letters in TOKENS.values()
        for _ in range(EACH)
    ]


def named_values(chance: random.Random) -> list[str]:
    forms = (
        "password: {}",
        "DB_PASSWORD={}",
        'api_key = "{}"',
        '"client_secret": "{}"',
        "SECRET_KEY='{}'",
        "<password>{}</password>",
        "Authorization: Bearer {}",
        "x-api-key: {}",
        "- name: API_TOKEN\n  value: {}",
        "aws_secret_access_key = {}",
        "| user | password |\n|---|---|\n| bob | {} |",
    )
    return [form.format(drawn(chance, chance.randint(16, 40))) for form in forms for _ in range(EACH)]


def addresses(chance: random.Random) -> list[str]:
    forms = (
        "postgres://app:{}@db.acme.io:5432/app",
        "mongodb+srv://app:{}@c.acme.io/x",
        "redis://:{}@cache.acme.io:6379",
        "https://{}@git.acme.io/repo",
        "amqp://app:{}@mq.acme.io",
        "https://api.acme.io/v1?api_key={}",
    )
    return [form.format(drawn(chance, 24)) for form in forms for _ in range(EACH)]


def commands(chance: random.Random) -> list[str]:
    forms = (
        "curl -u admin:{} https://x.acme.io/",
        "mysql -uroot -p{} app",
        "docker login -u bob -p {} r.acme.io",
        "sshpass -p {} ssh bob@h",
        "redis-cli -h cache -a {}",
        "smtp.login('bob', '{}')",
    )
    return [form.format(drawn(chance, 18)) for form in forms for _ in range(EACH)]


def private_keys(chance: random.Random) -> list[str]:
    made: list[str] = []
    for kind in ("RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED "):
        for before in ("", "> ", "    ", "# ", " * "):
            body = [drawn(chance, 64, WORD + "+/") for _ in range(8)]
            lines = [f"-----BEGIN {kind}" + "PRIVATE KEY-----", *body, f"-----END {kind}" + "PRIVATE KEY-----"]
            made.append("\n".join(before + line for line in lines))
    return made


def unnamed(chance: random.Random) -> list[str]:
    """Values that only their service knows, in plain prose: nothing tells them from a hash or an id."""
    return [f"it was {drawn(chance, 32, HEX)} then" for _ in range(EACH)] + [
        f"we used {drawn(chance, 32, HEX)}-us{chance.randint(1, 20)} for mail" for _ in range(EACH)
    ]


def hashes(chance: random.Random) -> list[str]:
    forms = ("commit {}", "sha256: {}", "integrity `{}`", '"digest": "sha256:{}"', "{}  file.tar.gz", "at {} (HEAD)")
    lengths = (7, 32, 40, 64, 96, 128)
    return [form.format(drawn(chance, length, HEX)) for form in forms for length in lengths for _ in range(EACH)]


def identifiers(chance: random.Random) -> list[str]:
    forms = ("id: {}", "request {}", '"uuid": "{}"', "GET /users/{}/", "trace={}", "urn:uuid:{}")
    return [form.format(_uuid(chance)) for form in forms for _ in range(EACH)]


def lock_files(chance: random.Random) -> list[str]:
    made: list[str] = []
    for number in range(EACH):
        digest = base64.b64encode(hashlib.sha512(str(number).encode()).digest()).decode()
        sha = hashlib.sha256(str(number).encode()).hexdigest()
        made += [
            (
                f'"node_modules/a{number}": {{\n  "version": "1.{number}.0",\n  "resolved": '
                f'"https://registry.acme.io/a/-/a-1.{number}.0.tgz",\n  "integrity": "sha512-{digest}"\n}}\n'
            ),
            f'[[package]]\nname = "a{number}"\nversion = "1.0"\nchecksum = "{sha}"\n',
            f'{{ file = "a-1.0-py3-none-any.whl", hash = "sha256:{sha}" }},\n',
            f"github.com/acme/a v1.{number}.0 h1:{digest[:43]}=\n",
            f'a@^1.{number}.0:\n  version "1.{number}.0"\n  resolved "https://r.acme.io/a.tgz#{sha[:40]}"\n',
        ]
    return made


def images(chance: random.Random) -> list[str]:
    data = [base64.b64encode(chance.randbytes(1_500)).decode() for _ in range(4 * EACH)]
    wrapped = ["\n".join(one[at : at + 76] for at in range(0, len(one), 76)) for one in data[::2]]
    return [f"![x](data:image/png;base64,{one})" for one in data[1::2]] + wrapped


def documentation(_: random.Random) -> list[str]:
    return [
        "AK" + "IA" + "IOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
        "https://user:pass@example.com/x",
        "postgres://postgres:postgres@localhost:5432/app",
        "mysql://root:root@127.0.0.1/db",
        "redis://:secret@localhost:6379/0",
        "amqp://guest:guest@localhost",
        "mongodb://admin:password@localhost:27017",
        "postgresql://user:secret@db.example.com/x",
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN",
        'api_key = "YOUR_API_KEY"',
        "api_key: ${API_KEY}",
        "password = os.environ['DB_PASSWORD']",
        "token: process.env.TOKEN",
        "password: changeme",
        "password: hunter2",
        "sk-" + "x" * 32,
        "gh" + "p_" + "x" * 36,
        "sk-...",
        "secret_key = settings.SECRET_KEY",
        "password=********",
        "PASSWORD={{ vault_password }}",
        "token = get_token(request)",
        "The password must have twelve characters.",
        'api_key_env = "ORCH_WORK_API_KEY"',
        "passwd: !vault |",
        "private_key: /etc/ssl/private/server.key",
        "-----BEGIN RSA " + "PRIVATE KEY-----\n...\n-----END RSA " + "PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\n" + "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQ" + "\n-----END CERTIFICATE-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJ0example bob@h",
        "smtp.login('bob', password)",
        "curl -u user:password https://x/",
        "mysql -u root -p app",
        'token_type = "bearer"',
        "max_tokens = 4096",
        "password_hash = bcrypt.hash(password)",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "csrf_token: {{ csrf_token }}",
    ]


def minified_code(chance: random.Random) -> list[str]:
    made: list[str] = []
    names = string.ascii_letters
    for _ in range(2 * EACH):
        pieces: list[str] = []
        for _ in range(60):
            one, two, three = (chance.choice(names) for _ in range(3))
            pieces.append(
                chance.choice(
                    (
                        f"function {one}({two},{three}){{return {two}.token?{three}.key:null}}",
                        f"var {one}={{password:{two},secret:{three}.secretKey,apiKey:this.{one}}};",
                        f"{one}.prototype.authToken=function(){{return {two}[{chance.randint(0, 999)}]}};",
                        f'{one}["accessKey"]={two}("{drawn(chance, 4)}");',
                        f"e.exports={{{one}:{two},pass:!0,_key:{chance.randint(0, 99)}}};",
                    )
                )
            )
        made.append("".join(pieces))
    return made


def prose(chance: random.Random) -> list[str]:
    words = [
        "the",
        "token",
        "of",
        "a",
        "session",
        "expires",
        "after",
        "an",
        "hour",
        "and",
        "its",
        "key",
        "is",
        "rotated",
        "by",
        "the",
        "service",
    ]
    forms = ("The api key {}.", "password: {}", "A secret is {}; see below.", "`token` {}", "- auth key: {}")
    return [
        form.format(chance.choice(("-", " ", "_")).join(chance.sample(words, 5))) for form in forms for _ in range(EACH)
    ]


def source_code(_: random.Random) -> list[str]:
    """Every module of this project, but for the tests, is free of secrets."""
    return [path.read_text("utf-8") for path in sorted((PAGE.parents[1] / "orch_lsp").rglob("*.py"))]


Maker = Callable[[random.Random], list[str]]
SECRETS: Mapping[str, Maker] = {
    "tokens of 49 services": tokens,
    "values behind names, in headers, elements and tables": named_values,
    "passwords and keys in addresses": addresses,
    "passwords in commands and calls": commands,
    "private keys, quoted and indented": private_keys,
    "values that nothing names": unnamed,
}
HARMLESS: Mapping[str, Maker] = {
    "hashes": hashes,
    "UUIDs": identifiers,
    "lock files": lock_files,
    "images in Base64": images,
    "examples of documentation, stand-ins and references": documentation,
    "minified code": minified_code,
    "prose about keys and tokens": prose,
    "modules of this project": source_code,
}


def samples(name: str, made: Maker) -> list[str]:
    return made(random.Random(name))


@pytest.mark.parametrize("name", [name for name in SECRETS if SECRETS[name] is not unnamed])
def test_a_secret_is_found(name: str) -> None:
    assert [text for text in samples(name, SECRETS[name]) if not find_secrets(text)] == []


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_none_passes(name: str) -> None:
    found = {text[:200]: find_secrets(text) for text in samples(name, HARMLESS[name]) if find_secrets(text)}
    assert found == {}


@pytest.mark.parametrize("text", samples("private keys", private_keys))
def test_no_line_of_a_private_key_is_left(text: str) -> None:
    lines = f"before\n{text}\nafter\n"
    spans = [match.span for match in find_secrets(lines)]
    for line in text.split("\n"):
        at = lines.index(line)
        assert any(span.start < at + len(line) and at < span.end for span in spans), line


def test_the_table_of_the_docs_is_what_was_counted() -> None:
    rows: list[str] = []
    for name, made in SECRETS.items():
        texts = samples(name, made)
        rows.append(f"| {name} | {len(texts)} | {sum(not find_secrets(text) for text in texts)} missed |")
    for name, made in HARMLESS.items():
        if made is source_code:
            continue
        texts = samples(name, made)
        rows.append(f"| {name} | {len(texts)} | {sum(bool(find_secrets(text)) for text in texts)} taken for one |")
    page = re.findall(r"^\| .* (?:missed|taken for one) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert page == rows, json.dumps(rows, indent=1)
