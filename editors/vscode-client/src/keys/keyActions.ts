import * as vscode from "vscode";
import { failuresOn } from "../documents/failures";

const CODES = new Set(["missing_auth", "invalid_auth"]);

/** The quick fix that only this editor has, on whatever line it is asked for: a key for its secret storage. */
export function keyActions(document: vscode.Uri, context: vscode.CodeActionContext): vscode.CodeAction[] {
  if (context.triggerKind === vscode.CodeActionTriggerKind.Automatic) return [];
  const failure = failuresOn(document).find(({ code }) => CODES.has(code))?.diagnostic;
  if (failure === undefined) return [];
  const title = vscode.l10n.t("Orch: Set API Key…");
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [failure];
  action.command = { command: "orch.setApiKey", title };
  return [action];
}
