import * as vscode from "vscode";

/** The server's pages have no file name, from which VS Code could see that they are Markdown. */
export function readAsMarkdown(document: vscode.TextDocument): void {
  const { scheme } = document.uri;
  if ((scheme === "orch-run" || scheme === "orch-draft") && document.languageId !== "markdown") {
    void vscode.languages.setTextDocumentLanguage(document, "markdown");
  }
}
