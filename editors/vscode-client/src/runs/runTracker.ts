import * as vscode from "vscode";
import { documentKey, isSame } from "../documents/sameDocument";
import { draftWaits, isLive, isRunRecord, type RunRecord } from "./record";
import { StreamedText, type DraftDelta } from "./streamedText";
import type { LiveRun } from "./statusText";

const SETTLE_LIMIT_MS = 3_000;

/** A run that changed: its record before (if it was known) and now. */
export interface RunChange {
  readonly before: RunRecord | undefined;
  readonly record: RunRecord;
}

/** The runs in the history of a workspace folder; `folder` is null where none is open. */
export interface FolderHistory {
  readonly folder: vscode.Uri | null;
  readonly name: string;
  readonly runs: readonly RunRecord[];
}

/** What this window knows of runs: records as the server announced or listed them, and the text of live ones. */
export class RunTracker implements vscode.Disposable {
  private readonly records = new Map<string, RunRecord>();
  private readonly streams = new Map<string, StreamedText>();
  /** What the server said last of a live run that brings no text now: that it waits, and for what. */
  private readonly reports = new Map<string, string>();
  private readonly documents = new Map<string, vscode.Uri>();
  /** The workspace folders in whose history each run is. */
  private readonly folders = new Map<string, Set<string>>();
  /** Runs of this window's own server: of them its announcements are the newest word, not its lists. */
  private readonly announced = new Set<string>();
  private expected: vscode.Uri | null = null;
  private readonly changed = new vscode.EventEmitter<RunChange>();
  private readonly streamed = new vscode.EventEmitter<string>();
  private readonly reported = new vscode.EventEmitter<string>();
  private readonly settlements = new vscode.EventEmitter<string>();
  private readonly settled = new Set<string>();
  private readonly listed = new vscode.EventEmitter<undefined>();

  /** A run began, changed its state, or its draft did. */
  readonly onDidChangeRun = this.changed.event;
  /** Text arrived for the run with this id. */
  readonly onDidStream = this.streamed.event;
  /** The server said how the run with this id fares. */
  readonly onDidReport = this.reported.event;
  /** The history was read again, or forgotten. */
  readonly onDidList = this.listed.event;

  /** Takes in a record that the server announced. */
  announce(value: unknown): void {
    if (!isRunRecord(value)) return;
    const before = this.records.get(value.run_id);
    this.records.set(value.run_id, value);
    this.announced.add(value.run_id);
    if (before === undefined && this.expected !== null && matchesPath(this.expected, value.spec.path)) {
      this.documents.set(value.run_id, this.expected);
      this.expected = null;
    }
    if (!isLive(value) && value.draft?.state !== "ready") this.settle(value.run_id);
    this.changed.fire({ before, record: value });
    if (isLive(value)) return;
    this.streams.delete(value.run_id);
    this.reports.delete(value.run_id);
  }

  stream(delta: DraftDelta): void {
    const text = this.streams.get(delta.runId) ?? new StreamedText();
    this.streams.set(delta.runId, text);
    text.add(delta);
    this.reports.delete(delta.runId);
    this.streamed.fire(delta.runId);
  }

  /** Takes in what the server says of a live run's progress. */
  report(runId: string, message: string | null): void {
    if (message === null || message === "" || this.streams.has(runId)) return;
    this.reports.set(runId, message);
    this.reported.fire(runId);
  }

  /** Takes in what the server listed. Runs in no list stay known, with their folders: an older list may come last. */
  list(histories: readonly FolderHistory[]): void {
    const listed = new Map<string, Set<string>>();
    for (const { folder, runs } of histories) {
      for (const record of runs) {
        if (!this.announced.has(record.run_id)) this.records.set(record.run_id, record);
        const folders = listed.get(record.run_id) ?? new Set();
        if (folder !== null) listed.set(record.run_id, folders.add(documentKey(folder)));
      }
    }
    for (const [runId, folders] of listed) this.folders.set(runId, folders);
    this.listed.fire(undefined);
  }

  /** Forgets live texts, after the server that sent them is gone. */
  disconnect(): void {
    this.streams.clear();
    this.reports.clear();
    this.announced.clear();
    for (const [runId, record] of this.records) if (isLive(record)) this.records.delete(runId);
    this.listed.fire(undefined);
  }

  /** The server has done all it does by itself for this run: a draft that is not in the document by now waits. */
  settle(runId: string): void {
    this.settled.add(runId);
    this.settlements.fire(runId);
  }

  /** Waits until a run is settled, though not for ever: the server says so only where it had time to begin to. */
  async untilSettled(runId: string): Promise<void> {
    if (this.settled.has(runId)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, SETTLE_LIMIT_MS);
      const subscription = this.settlements.event((settled) => {
        if (settled === runId) done();
      });
      function done(): void {
        clearTimeout(timer);
        subscription.dispose();
        resolve();
      }
    });
  }

  /** A run on this document is about to be asked for: the next new run whose path fits is on it. */
  expect(document: vscode.Uri): void {
    this.expected = document;
  }

  /** The run with this id is on this document. */
  bind(runId: string, document: vscode.Uri): void {
    this.documents.set(runId, document);
  }

  record(runId: string): RunRecord | undefined {
    return this.records.get(runId);
  }

  text(runId: string): StreamedText | undefined {
    return this.streams.get(runId);
  }

  get hasRuns(): boolean {
    return this.records.size > 0;
  }

  /** Whether some run has brought a whole draft. */
  get hasDrafts(): boolean {
    return [...this.records.values()].some(({ status, draft }) => status === "completed" && draft !== null);
  }

  /** Live runs, oldest first, with what arrived so far. */
  get live(): LiveRun[] {
    return [...this.records.values()].filter((record) => this.isLiveHere(record)).map((record) => {
      const text = this.streams.get(record.run_id);
      return {
        record,
        section: text?.section ?? null,
        estimatedTokens: text?.estimatedTokens ?? 0,
        report: this.reports.get(record.run_id) ?? null,
      };
    });
  }

  /** The live run on a document, if any. */
  liveOn(document: vscode.Uri): RunRecord | undefined {
    return this.newestOn(document, (record) => this.isLiveHere(record));
  }

  /** Whether a run may be one of this workspace folder, as far as is known. */
  isIn(record: RunRecord, folder: vscode.Uri): boolean {
    return this.folders.get(record.run_id)?.has(documentKey(folder)) ?? true;
  }

  /** The run whose draft waits for a decision on this document, if any. */
  readyOn(document: vscode.Uri): RunRecord | undefined {
    return this.newestOn(document, draftWaits);
  }

  /** The newest run on a document, if any. */
  newestOn(document: vscode.Uri, fits: (record: RunRecord) => boolean = () => true): RunRecord | undefined {
    let newest: RunRecord | undefined;
    for (const record of this.records.values()) {
      if (!fits(record) || !this.isOn(record, document)) continue;
      if (newest === undefined || record.run_id > newest.run_id) newest = record;
    }
    return newest;
  }

  /** The document of a run: as known, else the open one whose path ends with the record's, if only one does. */
  documentOf(record: RunRecord): vscode.Uri | undefined {
    const known = this.documents.get(record.run_id);
    if (known !== undefined) return known;
    const open = vscode.workspace.textDocuments.filter(({ uri }) => this.mayBeOn(record, uri));
    const active = vscode.window.activeTextEditor?.document;
    return (open.length > 1 ? open.find((document) => document === active) : open[0])?.uri;
  }

  dispose(): void {
    this.changed.dispose();
    this.streamed.dispose();
    this.reported.dispose();
    this.listed.dispose();
    this.settlements.dispose();
  }

  /** Runs of other windows and programs are not told of here, neither their words nor their end. */
  private isLiveHere(record: RunRecord): boolean {
    return isLive(record) && this.announced.has(record.run_id);
  }

  private isOn(record: RunRecord, document: vscode.Uri): boolean {
    const known = this.documents.get(record.run_id);
    return known === undefined ? this.mayBeOn(record, document) : isSame(known, document);
  }

  /** Whether a document's path fits, and its workspace folder: another one may hold a file of the same name. */
  private mayBeOn(record: RunRecord, document: vscode.Uri): boolean {
    if (!matchesPath(document, record.spec.path)) return false;
    const folder = vscode.workspace.getWorkspaceFolder(document);
    return folder === undefined || this.isIn(record, folder.uri);
  }
}

function matchesPath(document: vscode.Uri, path: string): boolean {
  if (document.scheme === "file") return document.path === path || document.path.endsWith(`/${path}`);
  return isSame(document, path);
}
