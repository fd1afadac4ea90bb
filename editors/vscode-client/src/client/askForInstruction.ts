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
