import * as vscode from "vscode";
import { showRendered } from "../documents/pages";
import { isLive, modelName, type RunRecord } from "../runs/record";
import type { RunTracker } from "../runs/runTracker";
import { statusName } from "../runs/statusText";
import type { ServerRequests } from "../client/serverRequests";

/** Opens a run's record as a rendered page; as Markdown source where there is no Markdown preview. */
export async function openRecord(runId: string): Promise<void> {
  await showRendered(vscode.Uri.parse(`orch-run:${runId}.md`));
}

/** Asks for another run with a draft of the same spec, and opens the diff of both drafts. */
export async function compareDrafts(run: RunRecord, tracker: RunTracker, server: ServerRequests): Promise<void> {
  const document = tracker.documentOf(run);
  const others = (await server.history(document?.toString() ?? null, 100)).filter(
    (other) => other.run_id !== run.run_id && other.draft !== null && !isLive(other) && other.spec.path === run.spec.path,
  );
  if (others.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no other run with a draft on {0}.", run.spec.path));
    return;
  }
  const chosen = await vscode.window.showQuickPick(
    others.map((other) => ({
      label: new Date(other.timing.started_at).toLocaleString(),
      description: modelName(other) ?? other.provider?.id ?? "",
      detail: statusName(other, vscode.l10n.t),
      run: other,
    })),
    { title: vscode.l10n.t("Compare with which run?") },
  );
  if (chosen === undefined) return;
  const [older, newer] = [run, chosen.run].sort((a, b) => (a.run_id < b.run_id ? -1 : 1)) as [RunRecord, RunRecord];
  await vscode.commands.executeCommand("vscode.diff", draftUri(older), draftUri(newer), compareTitle(older, newer));
}

/** The address under which the server gives a run's draft. */
export function draftUri({ run_id: runId }: Pick<RunRecord, "run_id">): vscode.Uri {
  return vscode.Uri.parse(`orch-draft:${runId}.md`);
}

function compareTitle(older: RunRecord, newer: RunRecord): string {
  const time = ({ timing }: RunRecord): string => new Date(timing.started_at).toLocaleTimeString();
  const name = newer.spec.path.split("/").at(-1) ?? newer.spec.path;
  return vscode.l10n.t("{0}: drafts of {1} and {2}", name, time(older), time(newer));
}
