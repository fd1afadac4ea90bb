import * as vscode from "vscode";

const CODES = new Set(["missing_auth", "invalid_auth"]);

/** The quick fix that only this editor has: a key for its secret storage. */
export function keyActions(context: vscode.CodeActionContext): vscode.CodeAction[] {
  const failure = context.diagnostics.find(({ source, code }) => {
    const value = typeof code === "object" ? code.value : code;
    return source === "orch" && typeof value === "string" && CODES.has(value);
  });
  if (failure === undefined) return [];
  const title = vscode.l10n.t("Orch: Set API Key…");
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [failure];
  action.command = { command: "orch.setApiKey", title };
  return [action];
}
