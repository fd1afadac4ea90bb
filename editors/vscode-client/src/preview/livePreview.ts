import * as vscode from "vscode";
import { isSame } from "../documents/sameDocument";
import { LIVE_SCHEME, tabsOf, VirtualDocuments } from "../documents/virtualDocuments";
import { isLive, type RunRecord } from "../runs/record";
import { previewPlace } from "./previewPlace";
import type { RunTracker } from "../runs/runTracker";

const OPEN_AFTER_MS = 150;
const REFRESH_MS = 80;

/** Shows the words of a run beside its document while they arrive. */
export class LivePreview implements vscode.Disposable {
  private readonly documents = new VirtualDocuments(LIVE_SCHEME, (name) => vscode.l10n.t("Draft of {0}", name));
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly opened = new Set<string>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly tracker: RunTracker) {
    this.subscriptions = vscode.Disposable.from(
      this.documents,
      tracker.onDidStream((runId) => {
        this.refreshSoon(runId);
      }),
      tracker.onDidChangeRun(({ record }) => {
        if (!isLive(record)) this.end(record);
      }),
    );
  }

  /** Opens the words of a run that is under way, without splitting the window. */
  async showWords(runId: string): Promise<void> {
    const record = this.tracker.record(runId);
    const text = this.tracker.text(runId);
    if (record === undefined || text === undefined) return;
    const uri = this.documents.uriOf(runId, record.spec.path);
    this.documents.set(uri, text.toString());
    this.opened.add(runId);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.subscriptions.dispose();
  }

  private refreshSoon(runId: string): void {
    if (this.timers.has(runId)) return;
    const delay = this.opened.has(runId) ? REFRESH_MS : OPEN_AFTER_MS;
    const timer = setTimeout(() => {
      this.timers.delete(runId);
      void this.refresh(runId);
    }, delay);
    this.timers.set(runId, timer);
  }

  private async refresh(runId: string): Promise<void> {
    const record = this.tracker.record(runId);
    const text = this.tracker.text(runId);
    if (record === undefined || text === undefined || !isLive(record)) return;
    const uri = this.documents.uriOf(runId, record.spec.path);
    this.documents.set(uri, text.toString());
    if (this.opened.has(runId)) followEnd(uri);
    else await this.open(record, uri);
  }

  private async open(record: RunRecord, uri: vscode.Uri): Promise<void> {
    if (previewPlace() !== "beside") return;
    const document = this.tracker.documentOf(record);
    if (!vscode.window.visibleTextEditors.some((editor) => isSame(editor.document.uri, document))) return;
    this.opened.add(record.run_id);
    await vscode.window.showTextDocument(uri, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
    // A run that ended while its preview was opening found no tab to close.
    const now = this.tracker.record(record.run_id);
    if (now !== undefined && !isLive(now)) this.putAway(now, uri);
  }

  /** A run that ended well is in the document or in the diff; the text of any other stays in view. */
  private end(record: RunRecord): void {
    clearTimeout(this.timers.get(record.run_id));
    this.timers.delete(record.run_id);
    const uri = this.documents.uriOf(record.run_id, record.spec.path);
    const text = this.tracker.text(record.run_id);
    if (text !== undefined) this.documents.set(uri, text.toString());
    if (this.opened.delete(record.run_id)) this.putAway(record, uri);
  }

  private putAway(record: RunRecord, uri: vscode.Uri): void {
    if (record.status !== "completed") return;
    const tabs = tabsOf(uri);
    if (tabs.length > 0) void vscode.window.tabGroups.close(tabs, true);
    this.documents.delete(uri);
  }
}

/** Scrolls to the newest words, unless the person is reading: has put the cursor there, or scrolled up. */
function followEnd(uri: vscode.Uri): void {
  for (const editor of vscode.window.visibleTextEditors) {
    if (!isSame(editor.document.uri, uri) || editor === vscode.window.activeTextEditor) continue;
    const last = editor.document.lineCount - 1;
    const lowest = editor.visibleRanges.at(-1)?.end.line ?? last;
    if (last - lowest > 40) continue;
    editor.revealRange(new vscode.Range(last, 0, last, 0));
  }
}
