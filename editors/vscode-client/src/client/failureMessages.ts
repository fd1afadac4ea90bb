import * as vscode from "vscode";
import { cures, failureText, isInformation, type CommandFailure, type Cure } from "./failure";

export interface CureActions {
  readonly setKey: () => Promise<void>;
  readonly openRecord: (runId: string) => Promise<void>;
  readonly showLog: () => void;
}

/**
 * Says why a command or a run failed, with what can be done about it as buttons.
 *
 * @param document The document that it was about, for the cures that are about one.
 */
export async function showFailure(failure: CommandFailure, document: vscode.Uri | undefined, actions: CureActions): Promise<void> {
  const labels: Readonly<Record<Cure, string>> = {
    "set key": vscode.l10n.t("Set API Key"),
    "set up": vscode.l10n.t("Set Up…"),
    "choose provider": vscode.l10n.t("Choose Provider"),
    "retry": vscode.l10n.t("Retry"),
    "open record": vscode.l10n.t("Show Record"),
    "show log": vscode.l10n.t("Show Log"),
  };
  const text = vscode.l10n.t("Orch: {0}", failureText(failure));
  if (isInformation(failure.code)) {
    await vscode.window.showInformationMessage(text);
    return;
  }
  const offered = cures(failure.code, failure.runId !== null);
  const chosen = await vscode.window.showErrorMessage(text, ...offered.map((cure) => labels[cure]));
  switch (offered.find((candidate) => labels[candidate] === chosen)) {
    case "set key":
      await actions.setKey();
      break;
    case "set up":
      await vscode.commands.executeCommand("orch.setUpProvider", ...(document === undefined ? [] : [document]));
      break;
    case "choose provider":
      await vscode.commands.executeCommand("orch.useProvider", ...(document === undefined ? [] : [document]));
      break;
    case "retry":
      await vscode.commands.executeCommand("orch.retryRun", { runId: failure.runId });
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
