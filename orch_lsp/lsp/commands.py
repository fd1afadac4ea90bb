"""The commands by name: what a client may execute, and what each is about.

README, docs/editors.md and the editors' clients are checked against this table, and `initialize` announces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

GENERATE_DRAFT = "orch.generateDraft"
APPLY_DRAFT = "orch.applyDraft"
REVIEW_SECTION = "orch.reviewSection"
ANSWER_QUESTION = "orch.answerQuestion"
PREVIEW_DRAFT = "orch.previewDraft"
DISCARD_DRAFT = "orch.discardDraft"
CANCEL_RUN = "orch.cancelRun"
RETRY_RUN = "orch.retryRun"
RESUME_RUN = "orch.resumeRun"
SHOW_RUN = "orch.showRun"
SHOW_HISTORY = "orch.showHistory"
COMPARE_RUNS = "orch.compareRuns"
SHOW_SPECS = "orch.showSpecs"
REGENERATE_SECTION = "orch.regenerateSection"
RUN_WORKFLOW = "orch.runWorkflow"
REFINE_DOCUMENT = "orch.refineDocument"
DERIVE_DOCUMENT = "orch.deriveDocument"
PREVIEW_CONTEXT = "orch.previewContext"
DOCTOR = "orch.doctor"
SELECT_MODEL = "orch.selectModel"
USE_PROVIDER = "orch.useProvider"
ALLOW_PROVIDER = "orch.allowProvider"
DISMISS_DIAGNOSTIC = "orch.dismissDiagnostic"
EXPLAIN_ERROR = "orch.explainError"
SETUP = "orch.setup"
NEW_DOCUMENT = "orch.newDocument"
MARK_REVIEWED = "orch.markReviewed"
TOGGLE_TASK = "orch.toggleTask"
INSERT_NODE = "orch.insertNode"
CHANGE_CONTEXT = "orch.changeContext"
ALLOW_SERVER = "orch.allowServer"
SETTLE_SECRET = "orch.settleSecret"  # noqa: S105 -- a command, not a credential

REWRITE = "refactor.rewrite.orch"
"""The kind of the code actions that run a command; outside `source.`, so that no editor runs one at a save."""


@dataclass(frozen=True, slots=True)
class CommandSubject:
    """The object of a command, so that a client can name it: the document before the person, or a run that it shows."""

    about: Literal["document", "run", "failure", "workspace"]
    """`document`: it wants `uri`. `run`: `runId`. `failure`: `code`. `workspace`: nothing."""
    takes: tuple[str, ...]
    """The keys of its argument, all optional, as `CommandArgument` has them in camelCase."""
    run: Literal["live", "waiting", "newest"] | None = None
    """Which run of a document is meant where none is named: one that runs, one whose draft waits, or the newest."""

    def announced(self) -> dict[str, Any]:
        """As `initialize` tells it to a client."""
        told: dict[str, Any] = {"about": self.about, "takes": list(self.takes)}
        return told if self.run is None else {**told, "run": self.run}


COMMANDS = {
    GENERATE_DRAFT: CommandSubject("document", ("uri", "key", "workflow", "instruction", "provider", "model", "apply")),
    RUN_WORKFLOW: CommandSubject("document", ("uri", "workflow", "instruction", "provider", "model", "apply", "open")),
    PREVIEW_CONTEXT: CommandSubject("document", ("uri", "key", "instruction", "provider", "model", "glance", "open")),
    REGENERATE_SECTION: CommandSubject(
        "document", ("uri", "key", "keys", "position", "instruction", "provider", "model", "apply")
    ),
    REFINE_DOCUMENT: CommandSubject("document", ("uri", "instruction", "provider", "model", "apply")),
    DERIVE_DOCUMENT: CommandSubject("document", ("uri", "kind", "provider", "model", "apply")),
    CHANGE_CONTEXT: CommandSubject("document", ("uri", "path", "choice", "open")),
    APPLY_DRAFT: CommandSubject("run", ("runId", "uri"), "waiting"),
    REVIEW_SECTION: CommandSubject("run", ("runId", "uri", "key", "state", "reason"), "waiting"),
    ANSWER_QUESTION: CommandSubject("run", ("runId", "uri", "question", "answer"), "newest"),
    PREVIEW_DRAFT: CommandSubject("run", ("runId", "uri", "open"), "waiting"),
    DISCARD_DRAFT: CommandSubject("run", ("runId", "uri"), "waiting"),
    CANCEL_RUN: CommandSubject("run", ("runId", "uri"), "live"),
    RETRY_RUN: CommandSubject("run", ("runId", "uri"), "newest"),
    RESUME_RUN: CommandSubject("run", ("runId", "uri"), "newest"),
    SHOW_RUN: CommandSubject("run", ("runId", "uri", "open"), "newest"),
    SHOW_HISTORY: CommandSubject("document", ("uri", "limit", "search", "open")),
    COMPARE_RUNS: CommandSubject("document", ("uri", "runIds", "open")),
    SHOW_SPECS: CommandSubject("workspace", ("uri", "open")),
    DOCTOR: CommandSubject("workspace", ("uri", "open")),
    SETUP: CommandSubject(
        "workspace", ("uri", "step", "provider", "model", "baseUrl", "keyEnv", "kind", "search", "limit", "open")
    ),
    SELECT_MODEL: CommandSubject("document", ("uri", "provider", "open")),
    USE_PROVIDER: CommandSubject("document", ("uri", "provider", "model")),
    ALLOW_PROVIDER: CommandSubject("document", ("uri", "provider")),
    ALLOW_SERVER: CommandSubject("document", ("uri", "name", "open")),
    DISMISS_DIAGNOSTIC: CommandSubject("document", ("uri",)),
    EXPLAIN_ERROR: CommandSubject("failure", ("code", "uri")),
    NEW_DOCUMENT: CommandSubject("workspace", ("uri", "profile", "kind", "name", "open")),
    MARK_REVIEWED: CommandSubject("document", ("uri", "key", "keys")),
    TOGGLE_TASK: CommandSubject("document", ("uri", "line")),
    INSERT_NODE: CommandSubject("document", ("uri", "line", "kind")),
    SETTLE_SECRET: CommandSubject("document", ("uri", "line", "choice")),
}
"""Every command, with its subject."""
