import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { serverEnvironment, type Launch } from "../server/launch";
import { programFailure } from "../server/programFailure";
import { specFileName } from "./specFileName";

const run = promisify(execFile);

/** "Orch: New Spec": asks for a title and has the server's own `new` write the file, so that every editor's is alike. */
export async function newSpec(launch: Launch, cwd: string, where: unknown): Promise<void> {
  const folder = await targetFolder(where);
  if (folder === undefined) return;
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("New spec"),
    prompt: vscode.l10n.t("What is it about? The file is named after it."),
    placeHolder: vscode.l10n.t("Password reset by mail"),
    validateInput: (value) =>
      value.trim() === "" || specFileName(value) !== null ? null : vscode.l10n.t("Use letters or digits."),
  });
  const file = name === undefined ? null : specFileName(name);
  if (file === null) return;
  const uri = vscode.Uri.joinPath(folder, file);
  await vscode.workspace.fs.createDirectory(folder);
  try {
    await run(launch.command, [...launch.args, "new", uri.fsPath], { cwd, env: serverEnvironment(process.env) });
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t("The spec could not be made: {0}", programFailure(error)));
    return;
  }
  await vscode.window.showTextDocument(uri);
}

/** The folder that was clicked, else `specs/` in the workspace folder, asking which if there are several. */
async function targetFolder(where: unknown): Promise<vscode.Uri | undefined> {
  if (where instanceof vscode.Uri) return where;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0];
  return folder === undefined ? undefined : vscode.Uri.joinPath(folder.uri, "specs");
}
