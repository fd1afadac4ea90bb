"""The commands by name: what a client may execute. README and the editors' clients are checked against this."""

from __future__ import annotations

GENERATE_DRAFT = "orch.generateDraft"
APPLY_DRAFT = "orch.applyDraft"
PREVIEW_DRAFT = "orch.previewDraft"
DISCARD_DRAFT = "orch.discardDraft"
CANCEL_RUN = "orch.cancelRun"
RETRY_RUN = "orch.retryRun"
SHOW_RUN = "orch.showRun"
SHOW_HISTORY = "orch.showHistory"
DOCTOR = "orch.doctor"
SELECT_MODEL = "orch.selectModel"
USE_PROVIDER = "orch.useProvider"
ALLOW_PROVIDER = "orch.allowProvider"
DISMISS_DIAGNOSTIC = "orch.dismissDiagnostic"
EXPLAIN_ERROR = "orch.explainError"
