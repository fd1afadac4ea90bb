"""TLS contexts: one for each way of leaving the machine, shared by all connections of the process.

Loading certificates takes tens of milliseconds; call this on a worker thread.
"""

from __future__ import annotations

import errno
import functools
import os
import ssl
import stat
from pathlib import Path

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.model import Network

# All certificates that are trusted anywhere take a fraction of this.
_LARGEST = 16 * 1024 * 1024


@functools.lru_cache(maxsize=16)
def tls_context(network: Network) -> ssl.SSLContext:
    """The context for `network`: its own CA bundle alone, else the platform's certificates and certifi's.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured, as OpenSSL does; where one is set, certifi is not added.

    Raises:
        SettingsError: A file is missing, is no file, or holds no usable certificate or key.
    """
    context = _context(network)
    if network.client_certificate is not None:
        try:
            _refuse_what_blocks(network.client_certificate)
            if network.client_key is not None:
                _refuse_what_blocks(network.client_key)
            context.load_cert_chain(network.client_certificate, network.client_key, password="")
        except (OSError, ValueError) as error:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS, f"The client certificate cannot be used: {_reason(error)}."
            ) from error
    return context


def no_tls_context() -> ssl.SSLContext:
    """A context for connections that never use TLS: it costs nothing to make, and trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _context(network: Network) -> ssl.SSLContext:
    if network.ca_bundle is not None:
        try:
            _refuse_what_blocks(network.ca_bundle)
            return ssl.create_default_context(
                cafile=None if network.ca_bundle.is_dir() else str(network.ca_bundle),
                capath=str(network.ca_bundle) if network.ca_bundle.is_dir() else None,
            )
        except (OSError, ValueError) as error:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS, f"The CA bundle cannot be used: {_reason(error)}."
            ) from error
    variables = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    if variables:
        _check_variables(variables)
        return ssl.create_default_context()
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def _check_variables(variables: list[str]) -> None:
    """Refuse variables that lead nowhere: OpenSSL says nothing then, and no server is trusted."""
    failures: list[str] = []
    for name in variables:
        try:
            _refuse_what_blocks(Path(os.environ[name]))
        except (OSError, ValueError) as error:
            failures.append(f"`{name}`: {_reason(error)}")
    if any("not a regular file" in failure for failure in failures) or len(failures) == len(variables):
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"The certificates that the environment names cannot be used ({'; '.join(failures)}).",
            remediation="Correct the variable or unset it, or set `network.ca_bundle` in the user config.",
        )


def _refuse_what_blocks(path: Path) -> None:
    """Let only files and folders pass: OpenSSL would wait for ever for a pipe, and read a device without end.

    Raises:
        OSError: There is nothing to read.
    """
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise OSError(errno.EINVAL, "not a regular file")
    if stat.S_ISREG(found.st_mode) and found.st_size > _LARGEST:
        raise OSError(errno.EFBIG, "too large")


def _reason(error: OSError | ValueError) -> str:
    # The file's name is in the settings; the whole path does not belong in a record.
    return (getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__).lower()
