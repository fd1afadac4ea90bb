"""Redaction: what counts as a secret, what does not, and that known keys reach no sink."""

from __future__ import annotations

import io
import json
import logging
import urllib.parse

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orch_lsp.redaction import DUMMY_KEYS, REPLACEMENT, Redactor, install_log_filter, redact
from orch_lsp.secret_shapes import find_secrets

# Built from parts, so that scanners of this repository see no token.
RANDOM = "q7Zr2Lx9Wv4Kt8Ys3Bn6Hd1Mf5Gp0JcQeRuTa"
SHAPED = {
    "AWS access key": "AK" + "IA" + "QX7ZR2LW9VK4TY8S",
    "GitHub token": "gh" + "p_" + RANDOM,
    "GitLab token": "gl" + "pat-" + RANDOM[:20],
    "API key": "s" + "k-ant-api03-" + RANDOM,
    "Hugging Face token": "h" + "f_" + RANDOM,
    "Google API key": "AI" + "za" + RANDOM[:35],
    "Slack token": "xo" + "xb-" + "1234567890-" + RANDOM[:20],
    "Stripe key": "sk_" + "live_" + RANDOM[:24],
    "SendGrid key": "S" + "G." + RANDOM[:22] + "." + RANDOM + RANDOM[:7],
    "npm token": "np" + "m_" + RANDOM[:36],
    "JSON Web Token": "ey" + "J" + RANDOM + "." + RANDOM + "." + RANDOM,
}


def spotted(text: str) -> list[tuple[str, str]]:
    return [(match.kind, text[match.span.start : match.span.end]) for match in find_secrets(text)]


@pytest.mark.parametrize(("kind", "token"), SHAPED.items())
def test_a_well_known_token_is_found_whole_and_named(kind: str, token: str) -> None:
    assert spotted(f"use `{token}` here, please") == [(kind, token)]


@pytest.mark.parametrize(
    "prefix", ["s" + "k-", "s" + "k-proj-", "s" + "k-or-v1-", "c" + "sk-", "g" + "sk_", "x" + "ai-", "pp" + "lx-"]
)
def test_keys_of_model_services_are_found(prefix: str) -> None:
    token = prefix + RANDOM
    assert spotted(f"key: {token}\n") == [("API key", token)]


@pytest.mark.parametrize("payload", ["A" * 40, "abcdefghijklmnopqrstuvwxyz0123456789", "test-secret-0123456789"])
def test_a_made_up_key_of_a_model_service_is_found_too(payload: str) -> None:
    token = "s" + "k-ant-" + payload
    assert spotted(token) == [("API key", token)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f'api_key: "{RANDOM}"', RANDOM),
        (f"DB_PASSWORD={RANDOM}", RANDOM),
        (f"password = 'hunter2{'hunter2'}'", "hunter2" + "hunter2"),
        (f'{{"clientSecret": "{RANDOM}"}}', RANDOM),
        (f"aws_secret_access_key = {RANDOM[:20]}/{RANDOM[:19]}", f"{RANDOM[:20]}/{RANDOM[:19]}"),
        (f"SECRET_KEY='{RANDOM}',", RANDOM),
        (f"Authorization: Bearer {RANDOM}", RANDOM),
        (f"x-api-key: {RANDOM}", RANDOM),
        (f"postgres://app:{RANDOM}@db.example:5432/app", RANDOM),
        (f"https://{RANDOM}@git.example/repo", RANDOM),
        (f"GET https://api.example/v1?key={RANDOM}", RANDOM),
        (f'{{"text": "line\\n{SHAPED["GitHub token"]}\\n"}}', SHAPED["GitHub token"]),
        (f'{{"text": "api_key = \\"{RANDOM}\\""}}', RANDOM),
        (f"q=%20{SHAPED['GitHub token']}", SHAPED["GitHub token"]),
        (f"İ İ API_KEY = {RANDOM}", RANDOM),
        (f"password: {RANDOM[:6]}${RANDOM[6:12]}", f"{RANDOM[:6]}${RANDOM[6:12]}"),
        (f"DB_PASSWORD={RANDOM[:6]}#{RANDOM[6:12]}", f"{RANDOM[:6]}#{RANDOM[6:12]}"),
        (f"password: ${RANDOM[:10]}", f"${RANDOM[:10]}"),
        (f"token: <{RANDOM[:14]}>", f"<{RANDOM[:14]}"),
        (f"secret = {RANDOM[:6]}({RANDOM[6:]}", f"{RANDOM[:6]}({RANDOM[6:]}"),
        (f"pwd: {RANDOM[:5]}?{RANDOM[5:9]}[{RANDOM[9:13]}", f"{RANDOM[:5]}?{RANDOM[5:9]}[{RANDOM[9:13]}"),
        (f"password=your_password;token={RANDOM}", RANDOM),
        (f"next?secret=example&token={RANDOM}", RANDOM),
        ("password: qzLwXkvTbnRp", "qzLwXkvTbnRp"),
        ("password: bqzkwlxvtnrgp", "bqzkwlxvtnrgp"),
        ("PASSWORD=QZLWXKVTBNRP", "QZLWXKVTBNRP"),
        ("password: Winter-" + "2023!", "Winter-" + "2023!"),
        (f"<password>{RANDOM[:16]}</password>", RANDOM[:16]),
        (f'<ns:dbPassword type="text">{RANDOM[:16]}</ns:dbPassword>', RANDOM[:16]),
        (f'<string name="api_key">{RANDOM}</string>', RANDOM),
        (f'<add key="DbPassword" value="{RANDOM[:16]}"/>', RANDOM[:16]),
        (f"- name: DB_PASSWORD\n  value: {RANDOM[:16]}\n", RANDOM[:16]),
        (f'{{"name": "API_TOKEN", "value": "{RANDOM}"}}', RANDOM),
        (f"define('DB_PASSWORD', '{RANDOM[:16]}');", RANDOM[:16]),
        (f'{{"auths": {{"x": {{"auth": "{RANDOM}=="}}}}}}', f"{RANDOM}=="),
        (f"    client-key-data: {RANDOM * 60}", RANDOM * 60),
        ("x: LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBL" + RANDOM * 3, "LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBL" + RANDOM * 3),
        (f"postgres://app:{RANDOM[:12]}@localhost/app", RANDOM[:12]),
        ("mysql://root:pa$Sword" + "-of-ours@db.internal/x", "pa$Sword" + "-of-ours"),
        ("bot 123456789:A" + f"A{RANDOM[:33]}", f"AA{RANDOM[:33]}"[2:]),
    ],
)
def test_a_random_value_in_a_telling_place_is_found(text: str, value: str) -> None:
    assert [found for _, found in spotted(text)] == [value]


def test_a_private_key_block_is_found_whole() -> None:
    block = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + (RANDOM + "\n") * 3 + "-----END RSA " + "PRIVATE KEY-----"
    assert spotted(f"before\n{block}\nafter") == [("private key", block)]


@pytest.mark.parametrize("prefix", ["> ", ">", "> > ", "- | ", "    ", "# ", "// ", " * ", "1. > ", "<br>", "{ "])
@pytest.mark.parametrize("end", ["", "-----END RSA " + "PRIVATE KEY-----"])
def test_a_private_key_is_found_whatever_stands_before_its_lines(prefix: str, end: str) -> None:
    lines = ["-----BEGIN RSA " + "PRIVATE KEY-----", RANDOM + RANDOM, RANDOM + RANDOM, RANDOM, end]
    matches = find_secrets("A key:\n\n" + "\n".join(prefix + line for line in lines) + "\n\nEnd.")
    assert [match.kind for match in matches][:1] == ["private key"]


def test_a_private_key_block_that_never_ends_is_found_as_far_as_it_goes() -> None:
    block = "-----BEGIN " + "PRIVATE KEY-----\n" + RANDOM + "\n"
    (match,) = find_secrets(f"{block}\n# A heading - with prose")
    assert match.kind == "private key"
    assert match.span.end >= len(block) - 1


@pytest.mark.parametrize(
    "text",
    [
        "We use sk-learn and sk-learn-contrib-estimators-2 for ranking.",
        "Set the key to sk-... or `sk-<your-key>`.",
        'api_key = "<your-key>"',
        "api_key: ${OPENAI_API_KEY}",
        "password: {{ db_password_2024 }}",
        "token = os.environ['GITHUB_TOKEN_2']",
        "token: process.env.KEY_V2",
        'api_key_env = "ORCH_WORK_API_KEY_2"',
        "commit 3885076d2f4c8f0b9a1e7c6d5b4a39281706f5e4",
        "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "id: 123e4567-e89b-12d3-a456-426614174000",
        "password_hash: 9f86d081884c7d659a2feaa0c55ad015",
        "max_tokens = 4096",
        "The password: must be at least twelve characters.",
        "risk-free-and-desk-based-work-2024-items",
        "ghp_" + "x" * 36,
        "postgres://postgres:postgres@localhost/test",
        "https://user:password@host.example/",
        "https://example.com/a:b@c",
        "mailto:someone@example.com",
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN",
        "-----BEGIN " + "PRIVATE KEY-----\n...\n-----END " + "PRIVATE KEY-----",
        "A file that starts with -----BEGIN RSA " + "PRIVATE KEY----- is refused.",
        "secretName: my-app-secret-1",
        "integrity sha512-" + RANDOM,
        "tokens: ClientSemanticTokensRequestFullDelta",
        "private_key: ed25519.Ed25519PrivateKey",
        "private_key: PKCS7PrivateKeyTypes",
        "pplx-decider-flash-latest",
        "The key is AKIA" + "IOSFODNN7" + "EXAMPLE, the secret wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCY" + "EXAMPLEKEY.",
        "https://user:pass@example.com/x and https://bob:swordfish@git.example.org",
        "http://u:p@some.host:80/ and Authorization: Basic dXNlcjpwYXNz",
        "postgresql://app:devpass1@localhost:5432/app",
        "redis://:localdev@127.0.0.1:6379 amqp://dev:letusin@[::1]/",
        "The default login is admin with password: Passw0rd1",
        "password: {{ vault.db_password_2024 }} or ${DB_PASSWORD_2} or %DB_PASSWORD_2% or <your-password-2>",
        "PASSWORD=$(pass show db/prod2)",
        "secret: arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-Ab12Cd",
        "token: op://vault-2/item/field",
        "password: ^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d@$!%*?&]{8,}$",
        "password: z.string().min(8).max(64), token: Option<Sha256Hash>, secret: SecretStr|None",
        "secret = hmac.compare_digest(given, expected_v2)",
        "client-certificate-data: LS0tLS1CRUdJTi" + "BDRVJUSUZJQ0FURS0tLS0tCk1JSUM1ekNDQWMrZ0F3SUJBZ0lCQURBTkJna3Fo",
        "<password>correct horse</password> <password>changeme</password>",
        "password: must contain a digit; token: SemanticTokensRequestFullDelta",
        "-----BEGIN RSA " + "PRIVATE KEY-----\n> MIIEpAIBAAKCAQEA...\n-----END RSA " + "PRIVATE KEY-----",
        "> -----BEGIN " + "PRIVATE KEY-----\n> <your key here>\n> -----END " + "PRIVATE KEY-----",
    ],
)
def test_prose_hashes_and_placeholders_are_no_secrets(text: str) -> None:
    assert spotted(text) == []


def test_redact_keeps_everything_but_the_secret() -> None:
    assert redact(f'a api_key: "{RANDOM}" b') == f'a api_key: "{REPLACEMENT}" b'


def test_redact_hides_a_credential_header_whatever_it_looks_like() -> None:
    assert redact("Authorization: Bearer swordfish") == f"Authorization: Bearer {REPLACEMENT}"


@pytest.mark.parametrize(
    "hostile",
    ["eyJ" * 50_000, "eyJaaaaaaaa." * 12_000, "password" * 20_000, "://" * 50_000, "://a:" * 30_000, "sk-" * 50_000]
    + ["-----BEGIN " + "PRIVATE KEY-----\n"] * 1
    + [("-----BEGIN " + "PRIVATE KEY-----\nAAAAAAAA") * 4_000, "token=" * 30_000, "a" * 200_000, "?key=" * 30_000]
    + ["authorization: " * 15_000, "SG.aaaaaaaaaaaaaaaa" * 8_000, "password" + " " * 200_000],
)
def test_hostile_input_of_some_hundred_kilobytes_is_read_to_its_end(hostile: str) -> None:
    # Quadratic patterns would run into the test's own time-out here.
    assert isinstance(redact(hostile), str)


@given(st.text(), st.text(), st.sampled_from(sorted(SHAPED.values())))
def test_a_token_is_gone_wherever_it_stands_between_blanks(before: str, after: str, token: str) -> None:
    assert token not in redact(f"{before} {token} {after}")


fragments = st.sampled_from(
    [*SHAPED.values(), "password=", 'api_key: "', "://", "@", ":", " ", "\n", RANDOM, "Bearer ", "x", "-"]
)
mixed = st.lists(fragments | st.text(max_size=5), max_size=12).map("".join)


@given(mixed)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(mixed)
def test_spans_are_in_order_and_do_not_overlap(text: str) -> None:
    ends = [bound for match in find_secrets(text) for bound in (match.span.start, match.span.end)]
    assert ends == sorted(ends)
    assert all(0 <= bound <= len(text) for bound in ends)


keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@given(keys, st.text(), st.text())
def test_a_live_key_of_any_look_is_gone_from_any_text(key: str, before: str, after: str) -> None:
    assume(key.lower() not in DUMMY_KEYS)
    redactor = Redactor()
    redactor.add(key)
    for text in (key, json.dumps(key), urllib.parse.quote(key, safe=""), repr(key)):
        assert key not in redactor.redact_known(before + text + after).replace(REPLACEMENT, "")


@given(st.text())
def test_without_live_keys_a_draft_is_not_touched(text: str) -> None:
    assert Redactor().redact_known(text) == text


def test_a_draft_keeps_what_is_merely_shaped_like_a_secret() -> None:
    redactor = Redactor()
    redactor.add("another-live-value-77")
    text = f'api_key: "{RANDOM}"'
    assert redactor.redact_known(text) == text
    assert REPLACEMENT in redactor.redact(text)


def test_a_short_key_is_hidden_only_where_it_stands_alone() -> None:
    redactor = Redactor()
    redactor.add("k9x")
    redactor.add("pa55")
    assert redactor.redact("pa55 k9x pa55word") == f"{REPLACEMENT} k9x pa55word"


@pytest.mark.parametrize("dummy", ["", "  ", "ollama", "lm-studio", "not-needed"])
def test_the_dummy_keys_of_local_servers_do_not_black_out_ordinary_words(dummy: str) -> None:
    redactor = Redactor()
    redactor.add(dummy)
    assert redactor.redact("ollama and lm-studio are not-needed") == "ollama and lm-studio are not-needed"


def test_the_longer_of_two_keys_is_hidden_whole() -> None:
    redactor = Redactor()
    redactor.add("live-key-0001")
    redactor.add("live-key-0001-extended")
    assert redactor.redact("(live-key-0001-extended)") == f"({REPLACEMENT})"


def test_tokens_that_come_anew_for_each_run_are_forgotten_and_a_key_that_is_used_is_not() -> None:
    redactor = Redactor()
    for number in range(500):
        redactor.add("live-key-0001")
        redactor.add(f"fresh-token-{number:05}")
    assert len(redactor.values) < 100
    assert redactor.redact_known("live-key-0001 fresh-token-00499") == f"{REPLACEMENT} {REPLACEMENT}"


def test_repr_does_not_tell_the_keys() -> None:
    redactor = Redactor()
    redactor.add("live-key-0001")
    assert "live-key" not in repr(redactor)


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("live-key-0001")


@pytest.fixture
def written() -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    redactor = Redactor()
    redactor.add("live-key-0001")
    install_log_filter(redactor, handler)
    logger = logging.Logger("test.redaction")  # noqa: LOG001 -- one that no other test can reach
    logger.addHandler(handler)
    return logger, stream


def test_a_log_line_holds_no_key_in_message_arguments_exception_or_stack(
    written: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = written
    logger.warning("key live-key-0001 and %s and %r", "live-key-0001", {"k": "live-key-0001"})
    try:
        raise ValueError("refused live-key-0001")
    except ValueError:
        logger.exception("failed", stack_info=True)
    logger.info("%d", "live-key-0001")
    logger.info("%s live-key-0001", Unprintable())
    text = stream.getvalue()
    assert "live-key" not in text
    assert text.count(REPLACEMENT) >= 5
    assert "Traceback" in text


def test_every_log_record_is_still_written(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written
    logger.info("plain %s", "words")
    assert stream.getvalue() == "test.redaction plain words\n"


def test_without_handlers_the_filter_goes_to_those_of_the_root_logger() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        redactor = Redactor()
        redactor.add("live-key-0001")
        redacting = install_log_filter(redactor)
        logging.getLogger("some.child").warning("live-key-0001")
    finally:
        root.removeHandler(handler)
        for other in root.handlers:
            other.removeFilter(redacting)
    assert "live-key" not in stream.getvalue()
    assert REPLACEMENT in stream.getvalue()
