import * as vscode from "vscode";
import { isSame } from "../documents/sameDocument";

const NAMES = [".orchignore", ".orch/config.toml"];

/** Whether the project's own files may be changed, and its servers allowed; says so if they may not. */
export function mayChangeProject(): boolean {
  if (vscode.workspace.isTrusted) return true;
  void vscode.window.showWarningMessage(vscode.l10n.t("In Restricted Mode no file of the project is changed, and none of its servers allowed."));
  return false;
}

/** Saves what is not saved of the files below a root in which pins and exclusions stand: it would be in the way of an edit. */
export async function saveBefore(root: string): Promise<void> {
  const files = NAMES.map((name) => vscode.Uri.joinPath(vscode.Uri.parse(root, true), name));
  const open = vscode.workspace.textDocuments.filter(({ uri, isDirty }) => isDirty && files.some((file) => isSame(file, uri)));
  await Promise.all(open.map((document) => document.save()));
}

/** Saves the file that an answer of `orch.changeContext` says was changed; false if none was. */
export async function saveChanged(answer: unknown): Promise<boolean> {
  const { uri } = (answer ?? {}) as { uri?: unknown };
  if (typeof uri !== "string" || !uri.startsWith("file:")) return false;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  if (document.isDirty) await document.save();
  return true;
}
