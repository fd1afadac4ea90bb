import * as vscode from "vscode";
import { keyProblem } from "../keys/keyProblem";

/** The person has left the picker. */
export class LeftError extends Error {}

export async function pick<T extends vscode.QuickPickItem>(items: readonly T[], title: string): Promise<T> {
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, ignoreFocusOut: true });
  if (chosen === undefined) throw new LeftError();
  return chosen;
}

export async function line(title: string, placeHolder: string, problem: (value: string) => string | null): Promise<string> {
  const typed = await vscode.window.showInputBox({ title, placeHolder, ignoreFocusOut: true, validateInput: problem });
  if (typed === undefined || typed.trim() === "") throw new LeftError();
  return typed.trim();
}

export function variableName(): Promise<string> {
  return line(vscode.l10n.t("Name of the variable that holds the key"), "WORK_KEY", (value) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/u.test(value.trim()) ? null : vscode.l10n.t("The name of a variable, never the key itself"),
  );
}

export function withProgress<T>(title: string, act: () => Promise<T>): Promise<T> {
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, act));
}

/** What a person says of a key: the key, an empty text for none, or null to name a variable that holds it. */
export async function askForKey(where: string, { mayBeNone = false, mayBeVariable = true } = {}): Promise<string | null> {
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t("Key for {0}", where);
  const kept = vscode.l10n.t("Kept in VS Code's secret storage, sent to {0} only.", where);
  box.prompt = mayBeNone ? vscode.l10n.t("{0} If it wants none, leave it empty.", kept) : kept;
  box.password = true;
  box.ignoreFocusOut = true;
  const variable: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("symbol-variable"), tooltip: vscode.l10n.t("It is in a variable…") };
  if (mayBeVariable) box.buttons = [variable];
  try {
    return await new Promise<string | null>((resolve, reject) => {
      box.onDidTriggerButton(() => {
        resolve(null);
      });
      box.onDidChangeValue(() => {
        box.validationMessage = undefined;
      });
      box.onDidAccept(() => {
        const problem = keyProblem(box.value);
        if (problem === null || (problem === "empty" && mayBeNone)) resolve(box.value.trim());
        else if (problem === "empty") box.validationMessage = vscode.l10n.t("A key is wanted here.");
        else box.validationMessage = vscode.l10n.t("The key holds a line break or another control character.");
      });
      box.onDidHide(() => {
        reject(new LeftError());
      });
      box.show();
    });
  } finally {
    box.dispose();
  }
}
