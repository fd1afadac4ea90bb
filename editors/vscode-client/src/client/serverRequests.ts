import { contextIn, type Context } from "../context/contextList";
import { findingsIn, sectionsIn } from "../review/draftSections";
import { specsIn, type Spec } from "../specs/specList";
import { isRunRecord, type DraftPreview, type RunRecord } from "../runs/record";

/** Sends `workspace/executeCommand` with one argument. */
export type ExecuteCommand = (command: string, argument: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The questions that this extension asks the server by itself. None of them opens anything. */
export class ServerRequests {
  constructor(private readonly execute: ExecuteCommand) {}

  /** Runs of a document, or of a folder's root, newest first. */
  async history(uri: string | null, limit: number): Promise<RunRecord[]> {
    const argument = uri === null ? { limit, open: false } : { uri, limit, open: false };
    const answer = await this.execute("orch.showHistory", argument);
    return Array.isArray(answer) ? answer.filter(isRunRecord) : [];
  }

  /** A run's draft, and what the document would become with it. */
  async previewDraft(runId: string): Promise<DraftPreview> {
    const answer = await this.execute("orch.previewDraft", { runId, open: false });
    const fields = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
    const text = (name: string): string | null => (typeof fields[name] === "string" ? fields[name] : null);
    const placed = { sections: sectionsIn(fields["sections"]), diagnostics: findingsIn(fields["diagnostics"]) };
    return { runId, uri: text("uri"), text: text("text") ?? "", document: text("document"), ...placed };
  }

  /** The specs of all folders of the workspace. */
  async specs(): Promise<Spec[]> {
    return specsIn(await this.execute("orch.showSpecs", { open: false }));
  }

  /** What a draft of a spec would be given now. It is no preview with which the next draft is compared. */
  async context(uri: string): Promise<Context> {
    return contextIn(await this.execute("orch.previewContext", { uri, open: false, glance: true }));
  }

  /** Has a file pinned or excluded; the answer says which file was changed for it. */
  async changeContext(uri: string, path: string, choice: string): Promise<unknown> {
    return this.execute("orch.changeContext", { uri, path, choice, open: false });
  }

  /** Has the server show a server of the workspace, and ask the person. */
  async allowServer(uri: string, name: string): Promise<void> {
    await this.execute("orch.allowServer", { uri, name });
  }

  /** The record of a run; of the newest one without an id. */
  async record(runId: string | undefined): Promise<RunRecord | null> {
    const answer = await this.execute("orch.showRun", runId === undefined ? { open: false } : { runId, open: false });
    return isRunRecord(answer) ? answer : null;
  }
}
