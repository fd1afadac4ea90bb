import type { RunRecord } from "../src/runs/record";
import type { Translate } from "../src/text";

/** What `vscode.l10n.t` does without a translation. */
export const t: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/gu, (whole, index: string) => String(args[Number(index)] ?? whole));

export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    run_id: "0190a000-0000-7000-8000-000000000001",
    parent_run_id: null,
    status: "completed",
    status_timeline: [{ status: "queued", at: "2025-03-04T10:00:00.000Z" }],
    spec: { path: "specs/login.spec.md", profile: "plain" },
    provider: { id: "work" },
    model: { requested: "some-model", resolved: "some-model-2025" },
    usage: { input_tokens: 120, output_tokens: 45 },
    cost: { amount: "0.0012", currency: "USD" },
    timing: { started_at: "2025-03-04T10:00:00.000Z", ended_at: "2025-03-04T10:00:05.000Z" },
    error: null,
    draft: { state: "applied", bytes: 900, partial: false },
    ...changes,
  };
}
