/** What a failed command or run says, as far as the error that came over the wire says it. */
export interface CommandFailure {
  readonly code: string | null;
  readonly message: string;
  readonly remediation: string | null;
  readonly runId: string | null;
}

/** What a person can do about a failure from within the editor. */
export type Cure = "set key" | "set up" | "choose provider" | "retry" | "open record" | "show log";

/** Reads a JSON-RPC error, or whatever else was thrown. */
export function commandFailure(error: unknown): CommandFailure {
  const message = error instanceof Error ? error.message : String(error);
  const data = (error as { data?: unknown } | null)?.data;
  const field = (name: string): string | null => {
    const value = typeof data === "object" && data !== null ? (data as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" ? value : null;
  };
  return { code: field("code"), message, remediation: field("remediation"), runId: field("runId") };
}

/** The message and its cure as one text, the cure only once. */
export function failureText({ message, remediation }: Pick<CommandFailure, "message" | "remediation">): string {
  return remediation === null || message.includes(remediation) ? message : `${message} ${remediation}`;
}

/** Whether nothing went wrong: there was just nothing to do. */
export function isInformation(code: string | null): boolean {
  return code === "nothing_to_fill";
}

/** The cures that fit a failure, best first. */
export function cures(code: string | null, hasRecord: boolean): Cure[] {
  const record: Cure[] = hasRecord ? ["open record"] : [];
  const again: Cure[] = hasRecord ? ["retry", "open record"] : [];
  switch (code) {
    case "missing_auth":
    case "invalid_auth":
      return ["set key", ...again];
    case "missing_provider":
    case "unknown_provider":
    case "missing_model":
      return ["set up", ...record];
    case "model_not_found":
    case "billing":
    case "quota_exhausted":
    case "permission_denied":
    case "region_blocked":
      return ["choose provider", ...record];
    case "secret_blocked":
    case "no_brief":
    case "document_changed":
    case "run_in_progress":
      return record;
    case null:
    case "unexpected_error":
      return [...record, "show log"];
    default:
      return again;
  }
}
