import * as vscode from "vscode";
import { projectSettings, providerNames } from "./settings";

/** What the server may know of the settings for a resource. */
export function settingsOf(scope: vscode.Uri | undefined): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration("orch", scope);
  return projectSettings((key) => configuration.inspect(key), vscode.workspace.isTrusted);
}

/** The providers that the person configured here, by name. */
export function configuredProviders(): string[] {
  return providerNames(vscode.workspace.getConfiguration("orch").get<unknown>("providers"));
}
