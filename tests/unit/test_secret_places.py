"""Secrets in the places where people and programs put them, and what stands in such places without being one."""

from __future__ import annotations

import base64

import pytest

from orch_lsp.context.scan import first_secret
from orch_lsp.secret_shapes import find_secrets

# Built from parts, so that scanners of this repository see no token.
RANDOM = "q7Zr2Lx9Wv4Kt8Ys3Bn6Hd1Mf5Gp0JcQeRuTa"
PASSWORD = RANDOM[:14]
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ARMOUR = "RSA " + "PRIVATE KEY"
KEY = f"-----BEGIN {ARMOUR}-----\n" + f"{RANDOM}{RANDOM[:26]}\n" * 6 + f"-----END {ARMOUR}-----"


def spotted(text: str) -> list[str]:
    return [text[match.span.start : match.span.end] for match in find_secrets(text)]


@pytest.mark.parametrize(
    "text",
    [
        "machine api.acme.io login bob password {}",
        "machine api.acme.io\n  login bob\n  password {}\n",
        "curl -u admin:{} https://x.acme.io/",
        "curl -s --user 'admin:{}' https://x.acme.io/",
        "curl -uadmin:{} https://x.acme.io/",
        "http -a bob:{} https://x.acme.io",
        "wget --user bob --password {} https://x.acme.io",
        "mysql -uroot -p{} app",
        "mysqldump -h db -P 3306 -p'{}' app",
        "sshpass -p {} ssh bob@h",
        "SSHPASS={} sshpass -e ssh x",
        "docker login -u bob -p {} registry.acme.io",
        "redis-cli -h cache -a {}",
        "ldapsearch -D cn=admin -w {} -b dc=x",
        "smbclient //h/s -U bob%{}",
        "lftp -u bob,{} sftp://h",
        "sqlplus bob/{}@ORCL",
        "jdbc:oracle:thin:bob/{}@db.acme.io:1521/x",
        "openssl rsa -in k.pem -passin pass:{}",
        "keytool -list -storepass {} -keystore x",
        'requests.get(url, auth=("bob", "{}"))',
        "smtp.login('bob', '{}')",
        'expect "password:" {{ send "{}\\r" }}',
        'ConvertTo-SecureString "{}" -AsPlainText -Force',
        "CREATE USER bob WITH PASSWORD '{}';",
        "CREATE USER 'bob'@'%' IDENTIFIED BY '{}';",
    ],
)
def test_a_password_in_a_command_or_a_call_is_found(text: str) -> None:
    assert spotted(text.format(PASSWORD)) == [PASSWORD]


@pytest.mark.parametrize(
    "text",
    [
        "db_pass: {}",
        '{{"user": "bob", "pass": "{}"}}',
        'export SMTP_PASS="{}"',
        "SMTP_PW={}",
        "ansible_become_pass: {}",
        "requirepass {}",
        "password: |\n  {}\n",
        "password:\n  {}\n",
        "password: !!str {}",
        "password: &pw {}",
        '"password":\n    "{}"',
        '"password": {{"value": "{}"}}',
        '  password           = "{}"',
        'variable "db_password" {{\n  default = "{}"\n}}',
        'password = """{}"""',
        "password = '''{}'''",
        'secret = b"{}"',
        'password: str = "{}"',
        'let password: &str = "{}";',
        'const apiKey string = "{}"',
        'static const char wifi_password[] = "{}";',
        '#define DB_PASSWORD "{}"',
        'os.environ["DB_PASSWORD"] = "{}"',
        'PASSWORD = os.getenv("DB_PASSWORD", "{}")',
        'token = os.environ.get("T") or "{}"',
        "const secret = process.env.SECRET || '{}';",
        'password = SecretStr("{}")',
        'source.setPassword("{}");',
        "<password>\n  {}\n</password>",
        "<password><![CDATA[{}]]></password>",
        "<key>password</key>\n<string>{}</string>",
        "| Password | {} |",
        "| user | password |\n|---|---|\n| bob | {} |",
        "**Password:** {}",
        "**Password**: {}",
        "The admin password is `{}` for now.",
        "The password is {}, please.",
        "the password ({}) is shared",
        "Passwort: {}",
        "Mot de passe : {}",
        "Contraseña: {}",
        "пароль: {}",
        "密码：{}",
        "Ocp-Apim-Subscription-Key: {}",
        "Authorization: ApiKey {}",
        "https://x.acme.io/?u=bob&pass={}",
        "fish: set -x API_TOKEN {}",
        "kind: Secret\nstringData:\n  hook: {}\n",
    ],
)
def test_a_password_is_found_however_it_is_given_to_its_name(text: str) -> None:
    assert spotted(text.format(PASSWORD)) == [PASSWORD]


@pytest.mark.parametrize(
    "text",
    [
        "APP_KEY=base64:{}",
        "STRIPE_KEY={}",
        "JWT_KEY = '{}'",
        "API Key: {}",
        "- Secret access key: `{}`",
        "AUTH_SALT={}",
        "Bearer {}",
        "Cookie: sessionid={}",
        "https://b.acme.io/k?X-Amz-Signature={}",
    ],
)
def test_a_long_random_value_is_found_behind_a_name_that_tells_less(text: str) -> None:
    assert [value.removeprefix("base64:") for value in spotted(text.format(RANDOM))] == [RANDOM]


@pytest.mark.parametrize(
    "token",
    [
        "SK" + HEX[:32],
        "key-" + HEX[:32],
        "glsa_" + RANDOM,
        "NRAK-" + RANDOM[:27].upper(),
        "pat" + RANDOM[:14] + "." + HEX,
        "dt0c01." + RANDOM[:24].upper() + "." + (RANDOM * 2)[:64].upper(),
        "tskey-auth-" + RANDOM[:12] + "-" + RANDOM[:32],
        "rubygems_" + HEX[:48],
        "pul-" + HEX[:40],
        "figd_" + RANDOM + RANDOM[:6],
        "sq0atp-" + RANDOM[:22],
        "M" + RANDOM[:23] + "." + RANDOM[:6] + "." + RANDOM[:27],
        "b3BlbnNzaC1rZXktdjEA" + "AAAABG5vbmUAAAAE" + RANDOM,
        "MIIE" + "pAIBAAKCAQEA" + RANDOM,
    ],
)
def test_tokens_of_more_services_are_found(token: str) -> None:
    assert spotted(f"use `{token}` here") == [token]


@pytest.mark.parametrize("sign", ["-----", "---- ", "\\-\\-\\-\\-\\-", "—–-", "%2D%2D%2D%2D%2D"])
def test_the_armour_of_a_private_key_may_be_written_otherwise(sign: str) -> None:
    assert first_secret("A key:\n" + KEY.replace("-----", sign)) == (1, "private key")


@pytest.mark.parametrize(
    "text",
    [
        KEY.replace("\n", "%0A").replace(" ", "%20"),
        KEY.replace("PRIVATE KEY", "PRIVATE\u200b KEY"),
        KEY.title().replace("Private Key", "Private Key"),
        KEY.split("\n", 1)[1],
        "---- BEGIN SSH2 ENCRYPTED " + f"PRIVATE KEY ----\nComment: x\n{RANDOM}{RANDOM[:30]}\n",
        f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{RANDOM}{RANDOM[:11]}\n",
    ],
)
def test_a_private_key_is_found_in_other_wrappings(text: str) -> None:
    assert [match.kind for match in find_secrets(f"Use it:\n\n{text}\n")][:1] == ["private key"]


@pytest.mark.parametrize(
    "disguised",
    [
        "gh" + "p_" + "\u200b".join(RANDOM[:36]),
        "gh" + "p_" + RANDOM[:18] + "\u00ad" + RANDOM[18:36],
        "gh" + "p&#95;" + RANDOM[:36],
        "gh" + "p%5F" + RANDOM[:36],
        "gh" + "p\\u005f" + RANDOM[:36],
        "gh" + "p_" + RANDOM[:18] + "\\\n" + RANDOM[18:36],
        "\uff27\uff28".lower() + "p_" + RANDOM[:36],
    ],
)
def test_a_token_in_disguise_is_found_and_its_span_covers_all_of_it(disguised: str) -> None:
    assert spotted(f"see {disguised} here") == [disguised]


@pytest.mark.parametrize(
    "text",
    [
        "The password is checked against a list, the token is SHA-256 of the body.",
        "pass  # nothing to do in Python 3.11, bypass: yes, passed=12 of 14, compass: north-east-2",
        "The pass (3 of 10) took 12.5 s; pass/fail: 10/2; pass rate is 99.95%.",
        "PRIMARY_KEY = 'user_id', FOREIGN_KEY: orders.user_id, public_key: " + RANDOM,
        "cache_key = f'{user_id}:{version}', sort_key: created_at_2024",
        "docker run -u 1000:1000 -p 8080:80 redis; mysql -P 3306 -h db.internal",
        "curl -u user:pass https://example.com/ and curl -u $USER:$PASSWORD x and curl -u <user>:<password> y",
        "sshpass -p $PASSWORD ssh x; sshpass -p 'your_password' ssh x; mysql -p",
        "machine example.com login user password secret",
        "| user | password |\n|---|---|\n| alice | must have 12 characters |\n| bob | see vault |\n",
        "tokens-reset: 2024-06-04T18:39:57Z, tokens_per_second: 388.28919779451735",
        'auth=("user", "pass"), login("bob", "password"), auth=(user, password)',
        "kind: Secret\ndata:\n  password: <base64>\n  other: ${VALUE}\n",
        "password = getpass.getpass(), token = secrets.token_hex(16), pwd = os.environ['DB_PASSWORD']",
        "100%25 of %20 the %2F encoded &#39;text&#39; says nothing",
        "-----BEGIN PUBLIC KEY-----\n" + RANDOM * 3 + "\n-----END PUBLIC KEY-----",
    ],
)
def test_words_in_telling_places_are_no_secrets(text: str) -> None:
    assert spotted(text) == []


def test_base64_of_a_manifest_is_found_by_its_kind() -> None:
    value = base64.b64encode(RANDOM.encode()).decode()
    assert spotted(f"apiVersion: v1\nkind: Secret\ndata:\n  db: {value}\n") == [value]


@pytest.mark.parametrize(
    "unit",
    [
        "password>",
        "password is ",
        "| a |\n",
        "-----END " + "PRIVATE KEY-----\n",
        "%41",
        " -u a:",
        "mysql -p ",
        "&#65;",
        "data:\n a: b\n",
        'login("a", "',
        f"password: {RANDOM[:12]} ",
        "a|b\n--|--\n",
        "MII",
        "pass = a or ",
    ],
)
def test_some_hundred_kilobytes_of_repeated_beginnings_are_read_to_their_end(unit: str) -> None:
    # Quadratic patterns would run into the test's own time-out here.
    text = "| password |\n|---|\nkind: secret\n" + unit * (200_000 // len(unit))
    assert isinstance(find_secrets(text), list)
