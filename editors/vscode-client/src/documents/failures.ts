import * as vscode from "vscode";

/** The code of the failure that a document shows, if it shows one. */
export function failureOn(document: vscode.Uri): string | null {
  for (const { source, code } of vscode.languages.getDiagnostics(document)) {
    if (source !== "orch") continue;
    const value = typeof code === "object" ? code.value : code;
    if (typeof value === "string") return value;
  }
  return null;
}
