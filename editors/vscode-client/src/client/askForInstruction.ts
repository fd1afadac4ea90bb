import * as vscode from "vscode";

/** Asks how a part of a spec is to be written anew; empty for no wish in particular, null if nothing is to be done. */
export async function askForInstruction(key: string | null): Promise<string | null> {
  const instruction = await vscode.window.showInputBox({
    title: key === null ? vscode.l10n.t("Rewrite the part at the cursor") : vscode.l10n.t("Rewrite “{0}”", key),
    prompt: vscode.l10n.t("What is to be different? Leave it empty to have it written better."),
    placeHolder: vscode.l10n.t("Name the limit and its unit"),
    ignoreFocusOut: true,
  });
  return instruction ?? null;
}

/** Asks how a whole document is to be amended; null if it is not. */
export async function askHowToRefine(): Promise<string | null> {
  const instruction = await vscode.window.showInputBox({
    title: vscode.l10n.t("Refine the document"),
    prompt: vscode.l10n.t("What is to be different? All that this does not concern stays as it is."),
    placeHolder: vscode.l10n.t("Say for each limit how it is measured"),
    ignoreFocusOut: true,
  });
  return instruction === undefined || instruction.trim() === "" ? null : instruction;
}
