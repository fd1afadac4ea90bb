import * as vscode from "vscode";
import type { RunTracker } from "./runTracker";
import { runDetails, statusText } from "./statusText";

/** Shows live runs in the status bar; a click cancels the newest. */
export function showLiveRuns(tracker: RunTracker): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("orch.live", vscode.StatusBarAlignment.Left, 100);
  item.name = vscode.l10n.t("Orch runs");
  const update = (): void => {
    const { live } = tracker;
    const newest = live.at(-1);
    const text = statusText(live, vscode.l10n.t);
    if (newest === undefined || text === null) {
      item.hide();
      return;
    }
    item.text = text;
    item.tooltip = [...runDetails(newest.record, vscode.l10n.t), vscode.l10n.t("Click to cancel this run")].join("\n");
    item.command = {
      command: "orch.cancelRun",
      title: vscode.l10n.t("Cancel Run"),
      arguments: [{ runId: newest.record.run_id }],
    };
    item.show();
  };
  return vscode.Disposable.from(
    item,
    tracker.onDidChangeRun(update),
    tracker.onDidStream(update),
    tracker.onDidList(update),
  );
}
