import * as vscode from "vscode";
import { projectSettings } from "./settings";

/** What the server may know of the settings for a resource. */
export function settingsOf(scope: vscode.Uri | undefined): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration("orch", scope);
  return projectSettings((key) => configuration.inspect(key), vscode.workspace.isTrusted);
}
