"""Secrets that are known by their own shape: the tokens of services, and keys in addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.secret_shapes.search import SecretMatch, matches
from orch_lsp.secret_shapes.values import is_common_password, is_made_of_words, is_stand_in, looks_random
from orch_lsp.text import Span


@dataclass(frozen=True, slots=True)
class _Shape:
    """Literals that a secret begins with, and what follows; a group `value` narrows the match to the secret."""

    kind: str
    literals: tuple[str, ...]
    rest: str
    must_not_be_words: bool = False
    must_look_random: bool = False


Shapes = tuple[tuple["_Shape", re.Pattern[str]], ...]

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
    _Shape("Slack token", ("xox",), r"[abcdeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{10,300}+"),
    _Shape("Slack token", ("xapp-",), r"[A-Za-z0-9-]{10,300}+"),
    _Shape(
        "Slack webhook", ("hooks.slack.com/",), r"(?:services|workflows|triggers)/(?P<value>[A-Za-z0-9/_-]{20,200}+)"
    ),
    _Shape(
        "Stripe key", ("sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"), r"[A-Za-z0-9]{16,255}+"
    ),
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
    _Shape("Postman key", ("PMAK-",), r"[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}"),
    _Shape("Sentry token", ("sntrys_", "sntryu_"), r"[A-Za-z0-9+/=_-]{40,500}+"),
    _Shape("age key", ("AGE-SECRET-KEY-1",), r"[0-9A-Z]{50,70}+"),
    _Shape("API key", ("pcsk_", "lsv2_pt_", "lsv2_sk_"), r"[A-Za-z0-9_]{30,100}+"),
    _Shape("Square token", ("sq0atp-", "sq0csp-"), r"[A-Za-z0-9_-]{22,60}+"),
    _Shape("access token", ("EAAA", "EAAC"), r"[A-Za-z0-9]{50,300}+", must_not_be_words=True),
    _Shape("New Relic key", ("NRAK-", "NRJS-", "NRII-"), r"[A-Z0-9]{19,40}+"),
    _Shape("Grafana token", ("glsa_", "glc_"), r"[A-Za-z0-9+/=_]{32,400}+"),
    _Shape("Pulumi token", ("pul-",), r"[a-f0-9]{40}(?![a-f0-9])"),
    _Shape("Figma token", ("figd_", "figo_"), r"[A-Za-z0-9_-]{40,60}+"),
    _Shape("Airtable token", ("pat",), r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    _Shape("Supabase token", ("sbp_", "sb_secret_"), r"[A-Za-z0-9_]{30,60}+", must_not_be_words=True),
    _Shape("PlanetScale token", ("pscale_tkn_", "pscale_pw_", "pscale_oauth_"), r"[A-Za-z0-9_.-]{32,64}+"),
    _Shape("RubyGems key", ("rubygems_",), r"[a-f0-9]{48}"),
    _Shape("Clojars token", ("CLOJARS_",), r"[a-f0-9]{60}"),
    _Shape("crates.io token", ("cio",), r"[A-Za-z0-9]{32}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("NuGet key", ("oy2",), r"[a-z0-9]{43}(?![a-z0-9])", must_not_be_words=True),
    _Shape("Dynatrace token", ("dt0c01.", "dt0s16."), r"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    _Shape("Tailscale key", ("tskey-",), r"[a-z]{2,12}-[A-Za-z0-9-]{20,80}+", must_not_be_words=True),
    _Shape("Doppler token", ("dp.pt.", "dp.st.", "dp.ct.", "dp.sa."), r"[A-Za-z0-9._-]{40,80}+"),
    _Shape("1Password token", ("ops_eyJ",), r"[A-Za-z0-9+/=_-]{100,2000}+"),
    _Shape(
        "LaunchDarkly key", ("sdk-", "api-", "mob-"), r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[a-f0-9]{4}-[a-f0-9]{12}"
    ),
    _Shape("Mapbox token", ("sk.eyJ",), r"[A-Za-z0-9_-]{20,200}+\.[A-Za-z0-9_-]{16,60}+"),
    _Shape("Bitbucket token", ("ATBB", "ATCTT3"), r"[A-Za-z0-9_=-]{28,300}+", must_not_be_words=True),
    _Shape("Shippo token", ("shippo_live_", "shippo_test_"), r"[A-Fa-f0-9]{40}"),
    _Shape("Twilio key", ("SK",), r"[A-Fa-f0-9]{32}(?![A-Za-z0-9])"),
    _Shape("Mailgun key", ("key-",), r"[a-f0-9]{32}(?![A-Za-z0-9])"),
    _Shape(
        "Discord token",
        ("M", "N", "O"),
        r"[A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])",
    ),
    _Shape(
        "Discord webhook",
        ("discord.com/api/webhooks/", "discordapp.com/api/webhooks/"),
        r"[0-9]{17,20}/[A-Za-z0-9_-]{60,80}+",
    ),
    _Shape("Vault token", ("s.",), r"[A-Za-z0-9]{24}(?![A-Za-z0-9_.(-])", must_not_be_words=True),
    # Services whose tokens have a prefix of their own. Short or ordinary prefixes ask for a value that is no word.
    _Shape("Alibaba access key", ("LTAI",), r"[A-Za-z0-9]{12,26}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("Adobe client secret", ("p8e-",), r"[A-Za-z0-9]{32}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("AWS access key", ("A3T",), r"[A-Z0-9]{17}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("AWS API key", ("ABSK",), r"[A-Za-z0-9+/]{100,280}={0,2}", must_not_be_words=True),
    _Shape("Cloudflare key", ("v1.0-",), r"[a-f0-9]{24}-[a-f0-9]{146}"),
    _Shape(
        "Fly token", ("fo1_", "fm1_", "fm2_", "fm1a_", "fm1r_"), r"[A-Za-z0-9+/=_-]{40,2000}+", must_not_be_words=True
    ),
    _Shape("payment key", ("duffel_live_", "duffel_test_"), r"[A-Za-z0-9_=-]{40,50}+", must_not_be_words=True),
    _Shape("payment key", ("EZAK", "EZTK"), r"[A-Za-z0-9]{54}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("payment key", ("FLWSECK-", "FLWSECK_TEST-"), r"[A-Za-z0-9]{12,40}(?:-X)?", must_not_be_words=True),
    _Shape("Frame.io token", ("fio-u-",), r"[A-Za-z0-9_=-]{64}"),
    _Shape("Harness token", ("pat.", "sat."), r"[A-Za-z0-9_-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}"),
    _Shape("Heroku key", ("HRKU-AA",), r"[A-Za-z0-9_-]{40,80}+"),
    _Shape("Infracost key", ("ico-",), r"[A-Za-z0-9]{32}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("Netlify token", ("nfp_", "nfc_", "nfo_", "nfu_", "nfb_"), r"[A-Za-z0-9]{36,60}(?![A-Za-z0-9])"),
    _Shape("Octopus key", ("API-",), r"[A-Z0-9]{26}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("OpenShift token", ("sha256~",), r"[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    _Shape("Prefect key", ("pnu_", "pnb_"), r"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _Shape("ReadMe key", ("rdme_",), r"[a-z0-9]{70}"),
    _Shape("Scalingo token", ("tk-us-",), r"[A-Za-z0-9_-]{48}"),
    _Shape("mail key", ("xkeysib-", "xsmtpsib-"), r"[A-Fa-f0-9]{64}-[A-Za-z0-9]{16}"),
    _Shape("mail key", ("re_",), r"[A-Za-z0-9]{8}_[A-Za-z0-9]{20,32}(?![A-Za-z0-9_])", must_not_be_words=True),
    _Shape("Sonar token", ("sqp_", "squ_", "sqa_"), r"[a-f0-9]{40}(?![a-f0-9])"),
    _Shape("Sourcegraph token", ("sgp_", "slk_"), r"(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40}(?![a-f0-9])"),
    _Shape("Typeform token", ("tfp_",), r"[A-Za-z0-9_.=-]{59}"),
    _Shape("Yandex token", ("t1.",), r"[A-Za-z0-9_-]{1,40}={0,2}\.[A-Za-z0-9_-]{86}={0,2}"),
    _Shape("Yandex key", ("YC",), r"[A-Za-z0-9_-]{38}(?![A-Za-z0-9_-])", must_not_be_words=True),
    _Shape("Linear key", ("lin_oauth_",), r"[a-f0-9]{64}"),
    _Shape(
        "API key",
        ("tvly-", "napi_", "phx_", "ddp_", "dkuaps-", "ion_"),
        r"[A-Za-z0-9_-]{30,80}+",
        must_not_be_words=True,
    ),
    _Shape("Vercel token", ("vercel_blob_rw_",), r"[A-Za-z0-9]{16}_[A-Za-z0-9]{30,40}"),
    _Shape("Artifactory key", ("AKCp", "cmVmdGtu"), r"[A-Za-z0-9]{56,80}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("GitLab token", ("GR1348941",), r"[A-Za-z0-9_-]{20}", must_not_be_words=True),
    _Shape("GitLab token", ("glwt-", "glrtr-", "GITLAB-"), r"[A-Za-z0-9_.-]{20,300}+", must_not_be_words=True),
    _Shape("Contentful token", ("CFPAT-",), r"[A-Za-z0-9_-]{43}"),
    _Shape(
        "Plaid token",
        ("access-sandbox-", "access-production-", "access-development-"),
        r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
    ),
    _Shape(
        "HubSpot token",
        ("pat-na1-", "pat-eu1-", "pat-na2-"),
        r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
    ),
    _Shape("Buildkite token", ("bkua_",), r"[a-z0-9]{40,60}+(?![a-z0-9])"),
    _Shape("CircleCI token", ("CCIPAT_", "CCIPRJ_"), r"[A-Za-z0-9_]{16,40}_[a-z0-9]{40}"),
    _Shape("Dropbox token", ("sl.",), r"[A-Za-z0-9_=-]{130,1200}+", must_not_be_words=True),
    _Shape("1Password key", ("A3-",), r"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
    _Shape("ClickHouse key", ("4b1d",), r"[A-Za-z0-9]{38}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("Docker token", ("SWMTKN-1-", "SWMKEY-1-"), r"[A-Za-z0-9+/-]{40,120}+"),
    _Shape("Vercel token", ("vck_", "vca_", "vcr_", "vci_", "vcp_"), r"[A-Za-z0-9_-]{56}", must_not_be_words=True),
    _Shape("SettleMint token", ("sm_aat_", "sm_pat_", "sm_sat_"), r"[A-Za-z0-9]{16}", must_not_be_words=True),
    _Shape("Segment token", ("sgp_",), r"[A-Za-z0-9]{64}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("Grafana key", ("eyJrIjoi",), r"[A-Za-z0-9+/]{38,400}={0,2}"),
    _Shape("Miro token", ("eyJtaXJv",), r"[A-Za-z0-9_-]{30,140}+"),
    _Shape("Atlassian token", ("ATATY",), r"[A-Za-z0-9_=-]{50,500}+", must_not_be_words=True),
    _Shape("Brave key", ("BSA",), r"[A-Za-z0-9_-]{25,28}(?![A-Za-z0-9_-])", must_not_be_words=True),
    _Shape("Voyage key", ("pa-", "al-"), r"[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", must_not_be_words=True),
    _Shape("Devin key", ("apk_",), r"[A-Za-z0-9+/=_-]{60,300}+", must_not_be_words=True),
    _Shape("Cloudsmith key", ("csa_",), r"[A-Za-z0-9]{36}(?![A-Za-z0-9])", must_not_be_words=True),
    _Shape("Astra token", ("AstraCS:",), r"[A-Za-z0-9:_-]{20,120}+"),
    _Shape("AWS API key", ("bedrock-api-key-",), r"[A-Za-z0-9+/=_-]{24,2000}+", must_not_be_words=True),
    # Further services whose prefix is no word and is theirs alone; the value has at least twenty characters.
    _Shape(
        "access token",
        (
            "AIK_CI_",
            "apify_api_",
            "$aact_",
            "BBDC-",
            "CCDB1_",
            "cfat_",
            "cfut_",
            "bkps_",
            "sk_car_",
            "configcat-sdk-1/",
            "dvc_server_",
            "apk_user_",
            "cog_",
            "essu_",
            "glffct-",
            "api_org_",
            "llx-",
            "mlsn.",
            "mercury_production_",
            "mergify_application_key_",
            "nyk_",
            "os_v2_app_",
            "os_v2_org_",
            "api_live.",
            "api_live_us.",
            "api_live_ca.",
            "pdl_live_apikey_",
            "persona_production_",
            "pina_",
            "polar_at_",
            "polar_oat_",
            "polar_pat_",
            "rnd_",
            "rootly_",
            "rpa_",
            "samsara_api_",
            "tss_",
            "ucat_",
            "unkey_",
            "vtwn_",
            "waka_",
            "wandb_v1_",
            "xnd_production_",
            "zpka_",
            "ddo_",
            "packagist_ort_",
            "packagist_out_",
            "packagist_acs_",
            "PMAT-",
            "lip_",
            "prf_",
            "HRKU-",
            "s-s4t2ud-",
            "AQ.Ab8R",
        ),
        r"[A-Za-z0-9_./=-]{18,400}+",
        must_not_be_words=True,
    ),
    # The beginnings of private keys in PKCS #1, PKCS #8, SEC 1 and OpenSSH's format, without their armour.
    _Shape(
        "private key", ("MII",), r"[A-Za-z0-9+/]{1,5}(?:IBAAKC|IBADANBgkqhkiG9w0BAQEFAASC)[A-Za-z0-9+/=]{20,32768}+"
    ),
    _Shape(
        "private key",
        ("MHcCAQEEI", "MIGkAgEBBD", "MIGHAgEAMBMGByqGSM49", "MC4CAQAwBQYDK2VwBCIE", "b3BlbnNzaC1rZXktdjEA"),
        r"[A-Za-z0-9+/=]{20,32768}+",
    ),
    _Shape(
        "private key",
        ("Private-Lines:",),
        r"[ \t]{0,8}+[0-9]{1,4}\r?\n(?:[^\n]{0,12}?[A-Za-z0-9+/=]{40,76}\r?\n?){1,200}+",
    ),
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
                "BQR1AgUFJJVkFUR",
            )
        ),
        r"[A-Za-z0-9+/=]{40,65536}+",
    ),
    _Shape("JSON Web Token", ("eyJ",), r"[A-Za-z0-9_-]{8,8192}+\.[A-Za-z0-9_-]{8,16384}+\.[A-Za-z0-9_-]{8,8192}+"),
    _Shape("JSON Web Token", ("eyJ",), r"[A-Za-z0-9_-]{8,8192}+(?:\.[A-Za-z0-9_-]{8,16384}+){4}"),
)
# The same for shapes that stand within a word or an address.
_INNER_SHAPES = (
    _Shape("Azure Storage or Service Bus key", ("Key=", "AccessKey="), r"(?P<value>[A-Za-z0-9+/]{42,88}={1,2})"),
    _Shape(
        "Azure secret",
        ("8Q~", "7Q~"),
        r"(?<=[A-Za-z0-9_~.-]{3}[78]Q~)(?P<value>[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~.-])",
    ),
    _Shape("Terraform token", (".atlasv1.",), r"(?P<value>[A-Za-z0-9_=-]{60,80}+)"),
    _Shape("Firebase key", (":APA91b",), r"(?P<value>[A-Za-z0-9_-]{100,200}+)"),
    _Shape("key of a web key", ('"d"',), r"\s{0,8}+:\s{0,8}+\"(?P<value>[A-Za-z0-9_-]{40,800}+)\""),
    _Shape(
        "AWS secret key",
        ("AKIA", "ASIA"),
        r"[A-Z0-9]{16}[\s,|:;\"'`]{1,8}+(?P<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/])",
    ),
    _Shape("Zapier webhook", ("hooks.zapier.com/hooks/catch/",), r"(?P<value>[0-9]{4,12}/[A-Za-z0-9]{5,12})"),
    _Shape(
        "webhook",
        ("webhook.office.com/webhookb2/",),
        r"(?P<value>[a-f0-9@-]{60,80}+/IncomingWebhook/[a-f0-9]{32}[a-f0-9/-]{0,40}+)",
    ),
    _Shape("Telegram token", (":AA",), r"(?<=[0-9]{8}:AA)(?P<value>[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])"),
    _Shape(
        "password in a URL",
        ("://",),
        r"(?P<user>[^\s/@:?#\"'<>`]{0,128}+):(?P<value>(?:[^\s/?#\"'<>`\[\]]){1,256})@(?P<host>[A-Za-z0-9.-]{1,255}+|\[[0-9a-f:]*\])",
    ),
    _Shape(
        "password in a URL",
        ("://",),
        r"(?P<user>[^\s/@:?#\"'<>`]{0,128}+):(?![0-9]{1,5}[/?#])(?P<value>[^\s@:\"'<>`\[\]]{8,64}+)@(?P<host>[A-Za-z0-9.-]{1,255}+)(?=[:/])",
        must_look_random=True,
    ),
    _Shape(
        "token in a URL",
        ("://",),
        r"(?P<value>[A-Za-z0-9_.~%-]{16,256}+)@(?=[A-Za-z0-9\[])",
        must_not_be_words=True,
    ),
    _Shape(
        "key in a URL",
        (
            *(
                f"{sign}{name}="
                for sign in "?&"
                for name in ("key", "api_key", "token", "access_token", "auth", "appid", "sig")
            ),
            "X-Amz-Signature=",
            "X-Goog-Signature=",
        ),
        r"(?P<value>[A-Za-z0-9_.~%+/=-]{16,512}+)",
        must_not_be_words=True,
    ),
)
# A token starts where no word runs on: `risk-free` holds no `sk-`. An escape of a text in JSON or of a URL ends a word.
_WORD_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

_SHORTEST_PASSWORD = 3
_NOBODYS_HOST = re.compile(
    r"localhost|127(?:\.[0-9]{1,3}){3}|::1|0\.0\.0\.0|host\.docker\.internal"
    r"|(?:[a-z0-9-]{1,63}\.){0,8}(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost)"
)


def compiled_shapes() -> Shapes:
    """Each shape and its expression, which takes a while to compile."""
    return (
        *((shape, _compiled(_WORD_START, shape)) for shape in _SHAPES),
        *((shape, _compiled("", shape)) for shape in _INNER_SHAPES),
    )


def _compiled(start: str, shape: _Shape) -> re.Pattern[str]:
    return re.compile(f"{start}(?:{'|'.join(map(re.escape, shape.literals))}){shape.rest}")


def tokens(text: str, shapes: Shapes) -> Iterator[SecretMatch]:
    """Tokens of services, wherever they stand."""
    for shape, pattern in shapes:
        for match in matches(pattern, text, text, shape.literals):
            group = "value" if "value" in pattern.groupindex else 0
            if _counts(shape, match, match[group]):
                yield SecretMatch(Span(*match.span(group)), shape.kind)


def _counts(shape: _Shape, match: re.Match[str], value: str) -> bool:
    if shape.must_not_be_words and is_made_of_words(value):
        return False
    if shape.must_look_random and not looks_random(value):
        return False
    if "user" in match.re.groupindex:
        return _is_a_password_of(match["user"], value, match["host"])
    return not is_stand_in(value) and set(value[-12:].lower()) not in ({"x"}, {"0"})


def _is_a_password_of(user: str, password: str, host: str) -> bool:
    if len(password) < _SHORTEST_PASSWORD or is_common_password(password) or password == user or is_stand_in(password):
        return False
    # A database on one's own machine, and the addresses that are reserved for documentation.
    return looks_random(password) if _NOBODYS_HOST.fullmatch(host.strip("[]").lower()) else True
