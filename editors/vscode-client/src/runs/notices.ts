import * as vscode from "vscode";
import { isDraftReady, isLive, type RunRecord } from "./record";
import type { RunChange, RunTracker } from "./runTracker";
import { failureText } from "../client/failure";

export interface NoticeActions {
  readonly review: (runId: string) => Promise<void>;
  readonly openRecord: (runId: string) => Promise<void>;
}

type Mode = "background" | "failures" | "never";

/**
 * Says that a run ended while another file is in front, and opens the diff of a draft that waits if its document is.
 */
export function announceEnds(tracker: RunTracker, actions: NoticeActions): vscode.Disposable {
  return tracker.onDidChangeRun((change) => {
    if (hasEnded(change)) void announce(tracker, change.record, actions);
  });
}

/** Whether this change ended a run that this window saw live. */
function hasEnded({ before, record }: RunChange): boolean {
  return before !== undefined && isLive(before) && !isLive(record);
}

async function announce(tracker: RunTracker, ended: RunRecord, actions: NoticeActions): Promise<void> {
  // A draft is ready for a moment before the server puts it into the document; only one that stays so waits for review.
  await tracker.untilSettled(ended.run_id);
  const record = tracker.record(ended.run_id) ?? ended;
  const document = tracker.documentOf(record);
  const configuration = vscode.workspace.getConfiguration("orch");
  if (isInFront(document)) {
    if (isDraftReady(record) && configuration.get<boolean>("review.openDiff", true)) await actions.review(record.run_id);
    return;
  }
  const mode = configuration.get<Mode>("notifications.runEnded", "background");
  if (mode === "never" || (mode === "failures" && record.status === "completed")) return;
  await notify(record, document, actions);
}

async function notify(record: RunRecord, document: vscode.Uri | undefined, actions: NoticeActions): Promise<void> {
  const { l10n, window } = vscode;
  const open = l10n.t("Open Document");
  const review = l10n.t("Review Draft");
  const details = l10n.t("Show Record");
  const path = record.spec.path;
  let chosen: string | undefined;
  if (record.status === "completed") {
    chosen = isDraftReady(record)
      ? await window.showInformationMessage(l10n.t("The draft for {0} is ready and waits for your review.", path), review, details)
      : await window.showInformationMessage(l10n.t("{0} has been drafted.", path), ...(document ? [open] : []), details);
  } else if (record.status === "cancelled") {
    chosen = await window.showInformationMessage(l10n.t("The run on {0} was cancelled.", path), details);
  } else {
    const reason = record.error === null ? record.status : failureText(record.error);
    chosen = await window.showErrorMessage(l10n.t("The run on {0} failed: {1}", path, reason), details);
  }
  if (chosen === review) await actions.review(record.run_id);
  else if (chosen === details) await actions.openRecord(record.run_id);
  else if (chosen === open && document !== undefined) await window.showTextDocument(document);
}

function isInFront(document: vscode.Uri | undefined): boolean {
  return document !== undefined && vscode.window.activeTextEditor?.document.uri.toString() === document.toString();
}
