import * as vscode from "vscode";
import type { RunTracker } from "./runTracker";
import { runDetails, spokenStatus, statusText } from "./statusText";

/** Shows live runs in the status bar; a click cancels, and asks which one if there are several. */
export function showLiveRuns(tracker: RunTracker): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("orch.live", vscode.StatusBarAlignment.Left, 100);
  item.name = vscode.l10n.t("Orch runs");
  let clicked: string | null = null;
  const update = (): void => {
    const { live } = tracker;
    const newest = live.at(-1);
    const text = statusText(live, vscode.l10n.t);
    if (newest === undefined || text === null) {
      item.hide();
      return;
    }
    const click = live.length > 1 ? vscode.l10n.t("Click to cancel one of {0} runs", live.length) : vscode.l10n.t("Click to cancel this run");
    item.text = text;
    item.tooltip = [...runDetails(newest.record, vscode.l10n.t), click].join("\n");
    item.accessibilityInformation = { label: `${spokenStatus(live, vscode.l10n.t)}. ${click}`, role: "button" };
    // A command that is set anew makes the one before it void at once, also where that is still in the window: a click
    // while words arrive would be lost.
    const target = live.length > 1 ? "" : newest.record.run_id;
    if (target !== clicked) {
      clicked = target;
      item.command = {
        command: "orch.cancelRun",
        title: vscode.l10n.t("Cancel Run"),
        arguments: [target === "" ? { choose: true } : { runId: target }],
      };
    }
    item.show();
  };
  return vscode.Disposable.from(
    item,
    tracker.onDidChangeRun(update),
    tracker.onDidStream(update),
    tracker.onDidReport(update),
    tracker.onDidList(update),
  );
}

/** Asks which of the live runs is meant; null if the person thought better of it, or there is none. */
export async function chooseLiveRun(tracker: RunTracker): Promise<string | null> {
  const { t } = vscode.l10n;
  const items = tracker.live.reverse().map((run) => ({
    label: run.record.spec.path,
    description: spokenStatus([run], t),
    detail: runDetails(run.record, t)[1] ?? "",
    runId: run.record.run_id,
  }));
  const [only] = items;
  if (items.length < 2) return only?.runId ?? null;
  const chosen = await vscode.window.showQuickPick(items, { title: t("Cancel which run?"), matchOnDescription: true });
  return chosen?.runId ?? null;
}
