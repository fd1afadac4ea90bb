"""TLS contexts: one for each way of leaving the machine, shared by all providers of the process.

Loading certificates takes tens of milliseconds; call this on a worker thread.
"""

from __future__ import annotations

import functools
import os
import ssl

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.model import Network


@functools.lru_cache(maxsize=16)
def tls_context(network: Network) -> ssl.SSLContext:
    """The context for `network`: its own CA bundle alone, else the platform's certificates and certifi's.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured, as OpenSSL does; where one is set, certifi is not added.

    Raises:
        SettingsError: A file is missing or holds no usable certificate or key.
    """
    context = _context(network)
    if network.client_certificate is not None:
        try:
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
            return ssl.create_default_context(
                cafile=None if network.ca_bundle.is_dir() else str(network.ca_bundle),
                capath=str(network.ca_bundle) if network.ca_bundle.is_dir() else None,
            )
        except OSError as error:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS, f"The CA bundle cannot be used: {_reason(error)}."
            ) from error
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE") and not os.environ.get("SSL_CERT_DIR"):
        import certifi

        context.load_verify_locations(cafile=certifi.where())
    return context


def _reason(error: OSError | ValueError) -> str:
    # The file's name is in the settings; the whole path does not belong in a record.
    return (getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__).lower()
