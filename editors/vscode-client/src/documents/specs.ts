import * as vscode from "vscode";

/** Whether a document is a spec: it matches `orch.include`, or names a profile in its front matter. */
export function isSpec(document: vscode.TextDocument): boolean {
  if (document.languageId !== "markdown" || (document.uri.scheme !== "file" && !document.isUntitled)) return false;
  const include = vscode.workspace.getConfiguration("orch", document.uri).get<unknown>("include");
  const globs = Array.isArray(include) ? include.filter((glob): glob is string => typeof glob === "string") : [];
  return globs.some((pattern) => vscode.languages.match({ pattern }, document) > 0) || namesProfile(document);
}

function namesProfile(document: vscode.TextDocument): boolean {
  if (document.lineAt(0).text.trimEnd() !== "---") return false;
  const limit = Math.min(document.lineCount, 50);
  for (let line = 1; line < limit; line++) {
    const { text } = document.lineAt(line);
    if (text.trimEnd() === "---") return false;
    if (/^profile\s*:\s*\S/u.test(text)) return true;
  }
  return false;
}
