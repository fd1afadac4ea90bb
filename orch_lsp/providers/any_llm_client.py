"""A client of any-llm that goes where the settings say, with what the settings give it, and nowhere else.

any-llm and the vendors' clients fall back to environment variables for keys, addresses and headers, follow redirects
and repeat requests on their own. Most of its services are reached by OpenAI's client, which takes an HTTP client of
ours: that one lets only requests to the endpoint pass, only with headers that belong there. Services with a client of
another vendor cannot be held like this, and are used only if the user says so.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from orch_lsp import __version__
from orch_lsp.errors import ErrorCode
from orch_lsp.network.tls import tls_context
from orch_lsp.providers.endpoint import Endpoint
from orch_lsp.providers.exchange import ExchangeNotes
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.settings.endpoint import server_address
from orch_lsp.settings.model import Network, ProviderSettings

_PLAIN_HEADERS = frozenset({"host", "accept", "connection", "content-type", "content-length", "transfer-encoding"})
# Without a key the libraries look into the environment for one; this keeps them from it and is never sent.
_NO_KEY = "no-key"
_OPT_IN = "vendor_client"


class AnyLLMClient:
    """One service, ready to be asked; close it after the answer."""

    def __init__(self, llm: Any, http: Any, extra: Mapping[str, object]) -> None:
        self._llm = llm
        self._http = http
        self._extra = extra
        self._chunks: Any = None

    async def ask(self, parameters: Mapping[str, object]) -> AsyncIterator[Any]:
        """Send the request; the chunks of its answer."""
        self._chunks = aiter(await self._llm.acompletion(**parameters, **self._extra))
        return self._chunks

    async def models(self) -> Sequence[Any]:
        """The service's list of models."""
        return await self._llm.alist_models()

    async def aclose(self) -> None:
        """Close the connection, also in the middle of an answer."""
        for thing in (self._chunks, self._http, getattr(self._llm, "client", None) if self._http is None else None):
            close = getattr(thing, "aclose", None) or getattr(thing, "close", None)
            if close is not None:
                # A fault while closing changes nothing about the answer.
                with suppress(Exception):
                    closing = close()
                    if hasattr(closing, "__await__"):
                        await closing


def open_client(
    settings: ProviderSettings, endpoint: Endpoint, api_key: str | None, notes: ExchangeNotes
) -> AnyLLMClient:
    """The client for `settings`; what HTTP says of the answer goes into `notes`. Call it on a worker thread.

    Raises:
        ExchangeFailedError: any-llm does not know the service, lacks a package for it, or may not be used for it.
        SettingsError: A certificate or key file cannot be used.
    """
    service = settings.options.get("service", settings.name)
    library = importlib.import_module("any_llm")
    try:
        chosen = library.AnyLLM.get_provider_class(service)
        by_openai = issubclass(chosen, importlib.import_module("any_llm.providers.openai.base").BaseOpenAIProvider)
        options: dict[str, Any] = {"api_key": api_key, "api_base": settings.base_url, "unified_exceptions": True}
        if chosen.MAX_RETRIES_SUPPORT != "unsupported":
            options["max_retries"] = 0
        if by_openai and (held := _held(chosen, options, settings, endpoint, notes)) is not None:
            return held
        _require_opt_in(settings, service)
        return AnyLLMClient(chosen(**options), None, {})
    except library.exceptions.UnsupportedProviderError as error:
        raise _unusable(f"any-llm knows no service named `{service}`.", _service_advice(settings)) from error
    except ImportError as error:
        advice = f"Install `any-llm-sdk[{service}]` beside orch-lsp."
        raise _unusable(f"any-llm lacks a package for the service `{service}`.", advice) from error


def _held(
    chosen: Any, options: Mapping[str, Any], settings: ProviderSettings, endpoint: Endpoint, notes: ExchangeNotes
) -> AnyLLMClient | None:
    """A client whose every request goes through an HTTP client of ours; None if the service's does not let it."""
    openai = importlib.import_module("openai")
    http = _bound_http(openai, settings, endpoint, options["api_key"], notes)
    try:
        llm = chosen(
            **{**options, "api_key": options["api_key"] or _NO_KEY},
            http_client=http,
            default_headers=dict(settings.headers),
            timeout=openai.Timeout(None, connect=settings.timeout.connect),
        )
    except importlib.import_module("any_llm").exceptions.AnyLLMError:
        # Some services use another vendor's client, which takes no HTTP client of this kind.
        return None
    if getattr(llm.client, "_client", None) is not http:
        return None
    return AnyLLMClient(llm, http, {"stream_options": {"include_usage": True}})


def _bound_http(
    openai: Any, settings: ProviderSettings, endpoint: Endpoint, api_key: str | None, notes: ExchangeNotes
) -> Any:
    """An HTTP client, of the library that OpenAI's client is made for, that is bound to the endpoint."""
    network = settings.network
    own = {name.lower() for name in settings.headers}

    async def bind(request: Any) -> None:
        if server_address(str(request.url)) != endpoint.server_address or request.url.scheme != endpoint.scheme:
            raise _unusable("any-llm wanted to send the request to another address.", "Correct `base_url`.")
        for name in tuple(request.headers):
            is_credential = api_key is not None and api_key in request.headers[name]
            if name.lower() not in _PLAIN_HEADERS | own and not is_credential:
                del request.headers[name]
                if name.lower() == "authorization" and api_key is not None:
                    # The environment can replace it.
                    request.headers[name] = f"Bearer {api_key}"
        request.headers["user-agent"] = f"orch-lsp/{__version__}"
        request.headers["accept-encoding"] = "identity"

    async def note(response: Any) -> None:
        notes.answered(response.status_code, {name.lower(): value for name, value in response.headers.items()})

    return openai.DefaultAsyncHttpxClient(
        verify=tls_context(network),
        proxy=network.proxy,
        trust_env=network.proxy is None and not endpoint.is_loopback,
        follow_redirects=False,
        event_hooks={"request": [bind], "response": [note]},
    )


def _require_opt_in(settings: ProviderSettings, service: str) -> None:
    if settings.options.get(_OPT_IN) != "true":
        raise _unusable(
            f"any-llm reaches `{service}` by the vendor's own client, which reads keys, proxies and addresses from the "
            "environment and follows redirects.",
            f"If that is what you want, set `options = {{ {_OPT_IN} = true }}` beside it in the user config.",
        )
    if settings.headers or settings.network != Network():
        raise _unusable(
            f"`headers` and `network` cannot be applied to the vendor's own client for `{service}`.",
            "Remove them, or choose a service that any-llm reaches by OpenAI's client.",
        )


def _service_advice(settings: ProviderSettings) -> str:
    return f"Name one of any-llm's services in `providers.{settings.name}.options.service`."


def _unusable(message: str, remediation: str) -> ExchangeFailedError:
    return ExchangeFailedError(Failure(ErrorCode.INVALID_SETTINGS, message, remediation))
