import * as vscode from "vscode";

/** What the server shows on a document, with its code. */
export function failuresOn(document: vscode.Uri): { readonly code: string; readonly diagnostic: vscode.Diagnostic }[] {
  return vscode.languages.getDiagnostics(document).flatMap((diagnostic) => {
    const { source, code } = diagnostic;
    const value = typeof code === "object" ? code.value : code;
    return source === "orch" && typeof value === "string" ? [{ code: value, diagnostic }] : [];
  });
}

/** The code of the failure that a document shows, if it shows one. */
export function failureOn(document: vscode.Uri): string | null {
  return failuresOn(document)[0]?.code ?? null;
}
