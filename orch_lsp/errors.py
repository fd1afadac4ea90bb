"""The errors a user can be told about: one tree, stable codes.

* OrchError                code, message, remediation, retryable
  x SettingsError          a setting, key source or choice cannot be used; nothing was sent
  x SpecError              the document gives nothing to work on, or changed underneath
  x ContextError           a piece of the workspace must not, or cannot, be put before the model
  x ProviderError          a provider could not be reached, refused, or answered something unusable
  x RunError               the run itself: already live, unknown, cancelled, interrupted
  x StoreError             the record of runs cannot be read or written

The class says which part of the product speaks, for handlers; the code says what happened, for
people, scripts and diagnostics. Codes are stable from the first release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Every code that a record, a diagnostic or a command answer may carry."""

    MISSING_PROVIDER = "missing_provider"
    MISSING_MODEL = "missing_model"
    UNKNOWN_PROVIDER = "unknown_provider"
    NOT_ALLOWED = "not_allowed"
    MISSING_AUTH = "missing_auth"
    INVALID_AUTH = "invalid_auth"
    PERMISSION_DENIED = "permission_denied"
    REGION_BLOCKED = "region_blocked"
    BILLING = "billing"
    QUOTA_EXHAUSTED = "quota_exhausted"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    TIMEOUT = "timeout"
    NETWORK_ERROR = "network_error"
    MODEL_NOT_FOUND = "model_not_found"
    CONTEXT_LENGTH_EXCEEDED = "context_length_exceeded"
    REQUEST_TOO_LARGE = "request_too_large"
    INVALID_REQUEST = "invalid_request"
    CONTENT_FILTERED = "content_filtered"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    EMPTY_OUTPUT = "empty_output"
    INCOMPLETE_OUTPUT = "incomplete_output"
    INVALID_RESPONSE = "invalid_response"
    BUDGET_EXCEEDED = "budget_exceeded"
    SECRET_BLOCKED = "secret_blocked"  # noqa: S105 -- an error code, not a credential
    UNUSABLE_DRAFT = "unusable_draft"
    DOCUMENT_CHANGED = "document_changed"
    RUN_IN_PROGRESS = "run_in_progress"
    NO_BRIEF = "no_brief"
    NOTHING_TO_FILL = "nothing_to_fill"
    UNKNOWN_PROFILE = "unknown_profile"
    CANNOT_RENAME = "cannot_rename"
    UNKNOWN_RUN = "unknown_run"
    UNKNOWN_NODE = "unknown_node"
    INVALID_SETTINGS = "invalid_settings"
    INVALID_WORKFLOW = "invalid_workflow"
    STORE_ERROR = "store_error"
    STORE_NEWER = "store_newer"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    UNEXPECTED_ERROR = "unexpected_error"


@dataclass(frozen=True, slots=True)
class Guidance:
    """Remediation and retryability of a code, unless the place that raises it knows better."""

    remediation: str
    retryable: bool = False


GUIDANCE: Mapping[ErrorCode, Guidance] = {
    ErrorCode.MISSING_PROVIDER: Guidance("Choose one: run `orch-lsp setup`, or pass `--provider`."),
    ErrorCode.MISSING_MODEL: Guidance(
        "Name a model beside the provider, or run `orch-lsp setup` to give the provider one."
    ),
    ErrorCode.UNKNOWN_PROVIDER: Guidance(
        "Use a built-in provider name, or describe it under `[providers.NAME]` in the user config."
    ),
    ErrorCode.NOT_ALLOWED: Guidance(
        "Allow the provider for this workspace with `orch-lsp trust NAME`, or pass `--provider`."
    ),
    ErrorCode.MISSING_AUTH: Guidance(
        "Set the environment variable that holds the provider's API key, then start the editor or the command anew."
    ),
    ErrorCode.INVALID_AUTH: Guidance("Replace the API key: the provider does not accept this one."),
    ErrorCode.PERMISSION_DENIED: Guidance("Ask for access to this model or project, or choose another model."),
    ErrorCode.REGION_BLOCKED: Guidance("The provider does not serve this network's region; choose another provider."),
    ErrorCode.BILLING: Guidance("Add credit to the provider's account, or choose another provider."),
    ErrorCode.QUOTA_EXHAUSTED: Guidance("Raise the account's limit, wait until it resets, or choose another model."),
    ErrorCode.RATE_LIMITED: Guidance("Wait a moment, then retry.", retryable=True),
    ErrorCode.OVERLOADED: Guidance("The provider is busy; retry in a few minutes.", retryable=True),
    ErrorCode.PROVIDER_UNAVAILABLE: Guidance(
        "The provider has a fault; retry, or choose another provider.", retryable=True
    ),
    ErrorCode.TIMEOUT: Guidance("Retry, or raise the provider's `timeout` in the user config.", retryable=True),
    ErrorCode.NETWORK_ERROR: Guidance(
        "Check the network, the proxy and the provider's `base_url`, then retry.", retryable=True
    ),
    ErrorCode.MODEL_NOT_FOUND: Guidance("Check the model's id, or choose another model."),
    ErrorCode.CONTEXT_LENGTH_EXCEEDED: Guidance(
        "Shorten the spec or the context, or choose a model with a larger context window."
    ),
    ErrorCode.REQUEST_TOO_LARGE: Guidance("Shorten the spec or lower the context budget."),
    ErrorCode.INVALID_REQUEST: Guidance("Remove the parameter that the provider names, or choose another model."),
    ErrorCode.CONTENT_FILTERED: Guidance("Rephrase the brief: the provider's content filter stopped the answer."),
    ErrorCode.REFUSED: Guidance("Rephrase the brief, or choose another model: this one declined to answer."),
    ErrorCode.TRUNCATED: Guidance("Raise `max_output_tokens`, or ask for fewer sections.", retryable=True),
    ErrorCode.EMPTY_OUTPUT: Guidance("Retry, or choose another model: the answer held no text.", retryable=True),
    ErrorCode.INCOMPLETE_OUTPUT: Guidance("Retry: the answer ended before it was complete.", retryable=True),
    ErrorCode.INVALID_RESPONSE: Guidance(
        "Check that `base_url` points to the provider's API and not to a web page or a proxy."
    ),
    ErrorCode.BUDGET_EXCEEDED: Guidance("Raise the budget in the user config, or shorten the request."),
    ErrorCode.SECRET_BLOCKED: Guidance(
        "Take it out of the document, or say with `orch-lsp secrets FILE` what may be sent; nothing was sent."
    ),
    ErrorCode.UNUSABLE_DRAFT: Guidance(
        "Retry, or choose another model: nothing of the answer fits into the document.", retryable=True
    ),
    ErrorCode.DOCUMENT_CHANGED: Guidance("Your text was kept and the draft is waiting: insert it, or discard it."),
    ErrorCode.RUN_IN_PROGRESS: Guidance("Wait for the run on this document to end, or cancel it."),
    ErrorCode.NO_BRIEF: Guidance("Write a title and a sentence or two on what is wanted, then run again."),
    ErrorCode.NOTHING_TO_FILL: Guidance("Blank a section, or make it a placeholder, to have it drafted."),
    ErrorCode.UNKNOWN_PROFILE: Guidance(
        "If its sections are to be those of plain, say so with `profile: plain` in its front matter."
    ),
    ErrorCode.UNKNOWN_NODE: Guidance("Name what is open in the document by its key."),
    ErrorCode.CANNOT_RENAME: Guidance("Nothing was changed."),
    ErrorCode.UNKNOWN_RUN: Guidance("List the runs with `orch-lsp runs list`."),
    ErrorCode.INVALID_SETTINGS: Guidance("Correct the setting that is named."),
    ErrorCode.INVALID_WORKFLOW: Guidance("Correct the workflow file that is named."),
    ErrorCode.STORE_ERROR: Guidance(
        "Check that the workspace's `.orch` folder or the state folder is writable and has room."
    ),
    ErrorCode.STORE_NEWER: Guidance("Update orch-lsp: a newer version has written this workspace's record."),
    ErrorCode.CANCELLED: Guidance("Run again when you want a draft.", retryable=True),
    ErrorCode.INTERRUPTED: Guidance(
        "Run again: the process that owned this run is gone. The text so far is kept.", retryable=True
    ),
    ErrorCode.UNEXPECTED_ERROR: Guidance("This is a fault in orch-lsp; report it with the run id."),
}


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """An error as it stands in a run record and in `orch.error/1`.

    `retry_after_s` is in seconds, as the provider asked; `http_status` is the status of the answer.
    """

    code: str
    message: str
    remediation: str
    retryable: bool
    http_status: int | None = None
    retry_after_s: float | None = None

    @property
    def text(self) -> str:
        """Message and remediation as one text; a server's own words often end without a full stop."""
        message = self.message.rstrip()
        ended = message.rstrip("\"'”’»)]").endswith((".", "!", "?", "…", ":", ";"))
        stop = "." if message and not ended else ""
        return f"{message}{stop} {self.remediation}".strip()


class OrchError(Exception):
    """Base of everything a user can be told about.

    Args:
        code: What happened.
        message: One sentence for a person; it never holds a key, a prompt or a local path outside the workspace.
        remediation: What to do about it; the code's own guidance if left out.
        retryable: Whether the same request may succeed later; the code's own if left out.
        http_status: Status of the provider's answer, if there was one.
        retry_after_s: Seconds the provider asked to wait, if it did.
        line: Zero-based line of the document or file that caused it, where one did.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        remediation: str | None = None,
        retryable: bool | None = None,
        http_status: int | None = None,
        retry_after_s: float | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        guidance = GUIDANCE[code]
        self.code = code
        self.message = message
        self.remediation = guidance.remediation if remediation is None else remediation
        self.retryable = guidance.retryable if retryable is None else retryable
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        self.line = line

    @property
    def detail(self) -> ErrorDetail:
        """The error as it is recorded and sent."""
        return ErrorDetail(
            str(self.code), self.message, self.remediation, self.retryable, self.http_status, self.retry_after_s
        )


class SettingsError(OrchError):
    """A setting, a key source or a choice cannot be used; nothing was sent."""


class SpecError(OrchError):
    """The document gives nothing to work on, or changed underneath the run."""


class ContextError(OrchError):
    """A piece of the workspace must not, or cannot, be put before the model."""


class ProviderError(OrchError):
    """A provider could not be reached, refused, or answered something unusable."""


class RunError(OrchError):
    """The run itself: already live, unknown, cancelled or interrupted."""


class StoreError(OrchError):
    """The record of runs cannot be read or written."""


def detail_of(error: Exception) -> ErrorDetail:
    """An error as it is recorded; one that is not of this tree is a fault, and only its type is told."""
    if not isinstance(error, OrchError):
        message = f"A fault in orch-lsp ended the run ({type(error).__name__})."
        error = RunError(ErrorCode.UNEXPECTED_ERROR, message)
    return error.detail
