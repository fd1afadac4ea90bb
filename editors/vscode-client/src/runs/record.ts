/**
 * The parts of the run record `orch.run/1` that this extension shows. Field names are those of the record; what is
 * not known is null. Everything here came from a store that a repository may have brought: show it as plain text.
 */

import type { PlacedFinding, PlacedSection } from "../review/draftSections";

export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled" | "interrupted";
export type DraftState = "ready" | "applied" | "discarded" | "superseded";

export interface DraftSection {
  readonly key: string;
  readonly state: string;
}

export interface RunRecord {
  readonly run_id: string;
  readonly parent_run_id: string | null;
  readonly status: RunStatus;
  readonly status_timeline: readonly { readonly status: RunStatus; readonly at: string }[];
  readonly spec: { readonly path: string; readonly profile: string };
  readonly provider: { readonly id: string } | null;
  readonly model: { readonly requested: string | null; readonly resolved: string | null };
  readonly usage: { readonly input_tokens: number | null; readonly output_tokens: number | null } | null;
  readonly cost: { readonly amount: string; readonly currency: string } | null;
  readonly timing: { readonly started_at: string; readonly ended_at: string | null };
  readonly error: { readonly code: string; readonly message: string; readonly remediation: string } | null;
  readonly draft: {
    readonly state: DraftState;
    readonly bytes: number;
    readonly partial: boolean;
    readonly sections?: readonly DraftSection[];
  } | null;
  readonly findings?: readonly { readonly severity: string }[];
  readonly questions?: readonly { readonly answer: string | null }[];
  /** In lists only: the draft was applied, and an undo has taken all of it out of the document again. */
  readonly taken_back?: boolean;
}

/** What a draft says, and what the document would become with it; `document` is null when it cannot be applied. */
export interface DraftPreview {
  readonly runId: string;
  readonly uri: string | null;
  readonly text: string;
  readonly document: string | null;
  /** The sections of the draft, and what its check found, by their places in `document`. */
  readonly sections: readonly PlacedSection[];
  readonly diagnostics: readonly PlacedFinding[];
}

/** Whether a run is still under way. */
export function isLive(record: RunRecord): boolean {
  return record.status === "queued" || record.status === "running";
}

/** Whether a run left a draft that waits for a decision, be it whole or partial. */
export function draftWaits(record: RunRecord): boolean {
  return !isLive(record) && record.draft?.state === "ready";
}

/** Whether a run left a whole draft that waits. */
export function isDraftReady(record: RunRecord): boolean {
  return draftWaits(record) && record.draft?.partial === false;
}

/** The model that answered, else the one asked for, else null (a provider without a model). */
export function modelName(record: RunRecord): string | null {
  return record.model.resolved ?? record.model.requested;
}

/** Whether a value that came over the wire has the shape of a record, as far as this extension reads it. */
export function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof RunRecord, unknown>>;
  return (
    typeof record.run_id === "string" &&
    typeof record.status === "string" &&
    Array.isArray(record.status_timeline) &&
    typeof record.spec === "object" &&
    record.spec !== null &&
    typeof record.timing === "object" &&
    record.timing !== null
  );
}
