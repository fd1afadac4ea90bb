import * as vscode from "vscode";
import { openDocumentOf } from "../documents/runDocument";
import { isSame } from "../documents/sameDocument";
import { PROPOSAL_SCHEME, runIdOf, tabsOf, VirtualDocuments } from "../documents/virtualDocuments";
import { ReviewThreads } from "./reviewThreads";
import { draftWaits } from "../runs/record";
import type { RunTracker } from "../runs/runTracker";
import type { ServerRequests } from "../client/serverRequests";

const REFRESH_MS = 300;

/** Shows a waiting draft as VS Code's own diff against the document, and keeps it true while the document changes. */
export class DraftReview implements vscode.Disposable {
  private readonly proposals = new VirtualDocuments(PROPOSAL_SCHEME, (name) => name);
  /** The document under review, by run. */
  private readonly open = new Map<string, vscode.Uri>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** Runs that were asked for in a review: their drafts are shown when they are there. */
  private readonly awaited = new Set<string>();
  readonly threads = new ReviewThreads();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly tracker: RunTracker,
    private readonly server: ServerRequests,
  ) {
    this.subscriptions = vscode.Disposable.from(
      this.proposals,
      this.threads,
      tracker.onDidChangeRun(({ record }) => {
        if (draftWaits(record) && this.awaited.delete(record.run_id)) void this.show(record.run_id);
        const document = this.open.get(record.run_id);
        if (document === undefined) return;
        if (draftWaits(record)) this.refreshSoon(document);
        else void this.close(record.run_id, document);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.refreshSoon(document.uri);
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) this.forget(tab);
      }),
    );
  }

  /** Opens the diff of a run's draft; if it cannot be applied, the draft's own text. */
  async show(runId: string): Promise<void> {
    const record = this.tracker.record(runId);
    if (record !== undefined) await openDocumentOf(record, this.tracker);
    const preview = await this.server.previewDraft(runId);
    const document = preview.uri === null ? undefined : vscode.Uri.parse(preview.uri);
    if (document === undefined || preview.document === null) {
      await this.showText(runId);
      return;
    }
    this.tracker.bind(runId, document);
    this.open.set(runId, document);
    const proposal = this.proposals.uriOf(runId, document.path);
    this.proposals.set(proposal, preview.document);
    this.threads.update({ runId, document, proposal }, preview);
    const name = document.path.split("/").at(-1) ?? document.path;
    await vscode.commands.executeCommand("vscode.diff", document, proposal, vscode.l10n.t("{0} ↔ draft", name), {
      preview: false,
      viewColumn: this.columnOf(document),
    });
    // What happened while the diff was opening found no tab to close.
    const now = this.tracker.record(runId);
    if (now !== undefined && !draftWaits(now)) await this.close(runId, document);
  }

  /** Opens the draft of a run when it waits. */
  openWhenReady(runId: unknown): void {
    if (typeof runId !== "string") return;
    const record = this.tracker.record(runId);
    if (record !== undefined && draftWaits(record)) void this.show(runId);
    else this.awaited.add(runId);
  }

  /** Opens the text of a run's draft, read-only. */
  async showText(runId: string): Promise<void> {
    await vscode.window.showTextDocument(vscode.Uri.parse(`orch-draft:${runId}.md`), { preview: true });
  }

  /** The run whose diff is in front, if any. */
  get runInFront(): string | null {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    return input instanceof vscode.TabInputTextDiff ? runIdOf(input.modified) : null;
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.subscriptions.dispose();
  }

  private columnOf(document: vscode.Uri): vscode.ViewColumn {
    const editor = vscode.window.visibleTextEditors.find((candidate) => isSame(candidate.document.uri, document));
    return editor?.viewColumn ?? vscode.ViewColumn.Active;
  }

  private refreshSoon(document: vscode.Uri): void {
    for (const [runId, reviewed] of this.open) {
      if (!isSame(reviewed, document)) continue;
      clearTimeout(this.timers.get(runId));
      this.timers.set(
        runId,
        setTimeout(() => void this.refresh(runId, reviewed), REFRESH_MS),
      );
    }
  }

  private async refresh(runId: string, document: vscode.Uri): Promise<void> {
    this.timers.delete(runId);
    const preview = await this.server.previewDraft(runId);
    if (preview.document === null || !this.open.has(runId)) return;
    const proposal = this.proposals.uriOf(runId, document.path);
    this.proposals.set(proposal, preview.document);
    this.threads.update({ runId, document, proposal }, preview);
  }

  private async close(runId: string, document: vscode.Uri): Promise<void> {
    this.open.delete(runId);
    const proposal = this.proposals.uriOf(runId, document.path);
    this.threads.close(proposal);
    // One that is in front has the focus, which goes to its document; any other leaves the focus where it is.
    for (const tab of tabsOf(proposal)) await vscode.window.tabGroups.close(tab, !(tab.isActive && tab.group.isActive));
    this.proposals.delete(proposal);
  }

  private forget(tab: vscode.Tab): void {
    const runId = tab.input instanceof vscode.TabInputTextDiff ? runIdOf(tab.input.modified) : null;
    if (runId === null) return;
    const document = this.open.get(runId);
    if (document !== undefined) this.threads.close(this.proposals.uriOf(runId, document.path));
    this.open.delete(runId);
    clearTimeout(this.timers.get(runId));
  }
}
