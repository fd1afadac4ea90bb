import * as vscode from "vscode";
import { isDraftReady, isLive, type RunRecord } from "./record";
import type { RunChange, RunTracker } from "./runTracker";
import type { CommandFailure } from "../client/failure";
import { isSame } from "../documents/sameDocument";

export interface NoticeActions {
  readonly review: (runId: string) => Promise<void>;
  readonly openRecord: (runId: string) => Promise<void>;
  readonly showFailure: (failure: CommandFailure, document: vscode.Uri | undefined) => Promise<void>;
}

type Mode = "background" | "failures" | "never";

/**
 * Says how a run ended: always if it failed or if its draft waits and its document is in front, else as the setting
 * wants it. Nothing is opened by itself: the person may be in the middle of a sentence.
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
  if (isInFront(document) ? isPlainToSee(record) : !isWanted(record)) return;
  await notify(record, document, actions);
}

/** Whether the document itself shows the end of the run: it has the draft, or its person ended it. */
function isPlainToSee(record: RunRecord): boolean {
  return record.status === "cancelled" || (record.status === "completed" && !isDraftReady(record));
}

function isWanted({ status }: RunRecord): boolean {
  const mode = vscode.workspace.getConfiguration("orch").get<Mode>("notifications.runEnded", "background");
  return mode !== "never" && (mode !== "failures" || status !== "completed");
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
    const { code, message, remediation } = record.error ?? { code: record.status, message: record.status, remediation: null };
    const failure = { code, message: l10n.t("The run on {0} failed: {1}", path, message), remediation, runId: record.run_id };
    await actions.showFailure(failure, document);
  }
  if (chosen === review) await actions.review(record.run_id);
  else if (chosen === details) await actions.openRecord(record.run_id);
  else if (chosen === open && document !== undefined) await window.showTextDocument(document);
}

function isInFront(document: vscode.Uri | undefined): boolean {
  return isSame(document, vscode.window.activeTextEditor?.document.uri);
}
