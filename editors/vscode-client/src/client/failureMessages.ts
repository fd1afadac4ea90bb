import * as vscode from "vscode";
import { commandFailure, cures, failureText, type Cure } from "./failure";

export interface CureActions {
  readonly setKey: () => Promise<void>;
  readonly openRecord: (runId: string) => Promise<void>;
  readonly showLog: () => void;
}

/** Says why a command failed, with what can be done about it as buttons. */
export async function showFailure(error: unknown, actions: CureActions): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const failure = commandFailure(error);
  const labels: Readonly<Record<Cure, string>> = {
    "set key": vscode.l10n.t("Set API Key"),
    "choose provider": vscode.l10n.t("Choose Provider"),
    "open record": vscode.l10n.t("Show Record"),
    "show log": vscode.l10n.t("Show Log"),
  };
  const offered = cures(failure.code, failure.runId !== null);
  const chosen = await vscode.window.showErrorMessage(
    vscode.l10n.t("Orch: {0}", failureText(failure)),
    ...offered.map((cure) => labels[cure]),
  );
  const cure = offered.find((candidate) => labels[candidate] === chosen);
  switch (cure) {
    case "set key":
      await actions.setKey();
      break;
    case "choose provider":
      await vscode.commands.executeCommand("workbench.action.openSettings", "orch.provider");
      break;
    case "open record":
      if (failure.runId !== null) await actions.openRecord(failure.runId);
      break;
    case "show log":
      actions.showLog();
      break;
    case undefined:
      break;
  }
}
