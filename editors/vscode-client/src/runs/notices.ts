import * as vscode from "vscode";
import { isDraftReady, isLive, type RunRecord } from "./record";
import type { RunChange, RunTracker } from "./runTracker";
import type { NewText } from "../marks/newText";
import { endSummary, openQuestions } from "./statusText";
import type { CommandFailure } from "../client/failure";
import { isSame } from "../documents/sameDocument";

export interface NoticeActions {
  readonly review: (runId: string) => Promise<void>;
  readonly openRecord: (runId: string) => Promise<void>;
  readonly showFailure: (failure: CommandFailure, document: vscode.Uri | undefined) => Promise<void>;
  readonly newText: NewText;
}

type Mode = "background" | "failures" | "never";

/**
 * Says how a run ended: always if it failed or if its draft waits and its document is in front, else as the setting
 * wants it. A success is told with what came of it, and with the way back. Nothing is opened by itself: the person may be in the middle of a sentence.
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
  if (isInFront(document) ? record.status === "cancelled" || (isDone(record) && !isWanted(record)) : !isWanted(record)) return;
  await notify(record, document, actions);
}

/** Whether the document has the draft. */
function isDone(record: RunRecord): boolean {
  return record.status === "completed" && !isDraftReady(record);
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
      : await tellSuccess(record, document, actions);
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

/** "7 sections · 16 s · Undo · Review", with the name of the document where another one is in front. */
async function tellSuccess(record: RunRecord, document: vscode.Uri | undefined, { newText }: NoticeActions): Promise<string | undefined> {
  const { l10n, window } = vscode;
  const summary = endSummary(record, l10n.t);
  const inFront = isInFront(document);
  const [undo, review, open, answer] = [l10n.t("Undo"), l10n.t("Review"), l10n.t("Open Document"), l10n.t("Answer…")];
  const looked = record.draft === null;
  const hasNew = !looked && document !== undefined && newText.has(document);
  const { path } = record.spec;
  const elsewhere = looked ? l10n.t("{0} has been looked at: {1}", path, summary) : l10n.t("{0} has been drafted: {1}", path, summary);
  const chosen = await window.showInformationMessage(
    inFront ? summary : elsewhere,
    ...(inFront || document === undefined ? [] : [open]),
    ...(hasNew ? [undo, review] : []),
    ...(looked && openQuestions(record) > 0 ? [answer] : []),
    ...(hasNew && inFront ? [] : [l10n.t("Show Record")]),
  );
  const argument = { uri: document?.toString() };
  if (chosen === undo) await newText.undoAll(argument);
  else if (chosen === review) await newText.review(argument);
  else if (chosen === answer) await vscode.commands.executeCommand("orch.answerQuestion", { runId: record.run_id });
  return chosen;
}

function isInFront(document: vscode.Uri | undefined): boolean {
  return isSame(document, vscode.window.activeTextEditor?.document.uri);
}
