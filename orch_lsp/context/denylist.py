"""Names that never leave the workspace, whatever a project's globs, links or ignore files say.

Credentials mostly live in files of well-known names. The list is data: one glob a line, compared without regard to
case, against each folder's name (`FOLDERS`) and against the file's own name (`FILES`). `EXAMPLES` are the templates
that projects publish on purpose; they still pass the secret patterns. What is not credentials but never worth a
model's time (`UNWANTED_FOLDERS`) stands apart, so that the reason given is the true one.
"""

from __future__ import annotations

import functools
import re
from fnmatch import translate

FOLDERS = (
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker",
    ".gcloud",
    "gcloud",
    ".m2",
    ".secrets",
    ".password-store",
    ".terraform",
    ".terraform.d",
)

_DATA = ("cfg", "conf", "csv", "ini", "json", "properties", "toml", "txt", "xml", "yaml", "yml")

FILES = (
    # Environment files
    ".env",
    ".env.*",
    ".env-*",
    ".env_*",
    "*.env",
    ".envrc",
    ".dev.vars",
    ".dev.vars.*",
    "local.settings.json",
    # Private keys and key stores
    "*.pem",
    "*.key",
    "*.p8",
    "*.p12",
    "*.pfx",
    "*.ppk",
    "*.jks",
    "*.keystore",
    "*.kdb",
    "*.kdbx",
    "*.keytab",
    "*.gpg",
    "*.pgp",
    "*.ovpn",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "wallet.dat",
    # Accounts of tools and services
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".gitconfig",
    ".pgpass",
    ".my.cnf",
    ".mylogin.cnf",
    ".htpasswd",
    ".dockercfg",
    ".dockerconfigjson",
    ".s3cfg",
    ".boto",
    ".vault-token",
    ".terraformrc",
    "terraform.rc",
    "auth.json",
    "kubeconfig",
    "*.kubeconfig",
    "service-account*.json",
    "service_account*.json",
    "credentials*",
    "*[-_.]credentials",
    *(f"*[-_.]credentials.{suffix}" for suffix in _DATA),
    "secret",
    "secret.*",
    "secrets",
    "secrets.*",
    *(f"*[-_.]secrets.{suffix}" for suffix in _DATA),
    # Infrastructure state and variables, which hold what they were given
    "*.tfstate",
    "*.tfstate.*",
    "*.tfvars",
    "*.tfvars.json",
    # Histories of shells and clients
    ".*_history",
)

EXAMPLES = ("*.example", "*.sample", "*.template", "*.dist", "*.example.*", "*.sample.*", "*.template.*")

UNWANTED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", ".jj", ".orch", "node_modules", "__pycache__", ".venv", ".tox", ".nox"}
)


_WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)


def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(glob) for glob in globs))


def _any_part_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """Finds a part that every name has which any of these match."""
    longest = {max(_WILD.split(glob), key=len) for glob in globs}
    return re.compile("|".join(re.escape(part) for part in longest if not any(o in part for o in longest - {part})))


_WILD = re.compile(r"\[[^]]*\]|[*?]")
_FOLDERS = _any_of(FOLDERS)
_FILES = _any_of(FILES)
_SUSPECT = _any_part_of(FOLDERS + FILES)
"""Of all names that there are, few have one, and to find that takes a fifth of the time."""
_EXAMPLES = _any_of(EXAMPLES)


def denied(path: str) -> str | None:
    """Why a root-relative path with `/` may not be read, or None."""
    folder, _, name = path.rpartition("/")
    return (_of_folders(folder) if folder else None) or _of_file(name)


@functools.lru_cache(maxsize=4096)
def _of_folders(path: str) -> str | None:
    for folder in path.casefold().split("/"):
        if folder in UNWANTED_FOLDERS:
            return f"inside {folder}"
        if _FOLDERS.match(folder):
            return f"denied: inside {folder}"
    return None


def _of_file(name: str) -> str | None:
    name = name.casefold()
    if name in UNWANTED_FOLDERS:
        return f"inside {name}"
    if not _SUSPECT.search(name):
        return None
    if _FOLDERS.match(name) or (_FILES.match(name) and not _EXAMPLES.match(name)):
        return "denied: this name usually holds credentials"
    return None


def unwanted(folder: str) -> bool:
    """Whether a folder is left out by its name alone: records, caches and installed code."""
    return folder.casefold() in UNWANTED_FOLDERS


def means_no_file_on_windows(path: str) -> bool:
    """Whether Windows takes a part of the path for a device, a drive or a hidden stream of another file."""
    return any(
        ":" in part or part.partition(".")[0].rstrip(" ").casefold() in _WINDOWS_DEVICES for part in path.split("/")
    )
