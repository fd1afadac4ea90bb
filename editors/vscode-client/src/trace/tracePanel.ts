import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { serverEnvironment, type Launch } from "../server/launch";
import { programFailure } from "../server/programFailure";
import { panelHtml } from "./traceHtml";

const run = promisify(execFile);
const LARGEST_PAGE = 64 * 1024 * 1024;

/** "Orch: Show Trace": the page of `orch-lsp trace --format html` in a panel of its own, one for each folder. */
export class TracePanels implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  async show(launch: Launch, cwd: string, where: unknown): Promise<void> {
    const folder = await tracedFolder(where);
    if (folder === undefined) return;
    let page: string;
    try {
      page = panelHtml(await tracePage(launch, cwd, folder));
    } catch (error) {
      void vscode.window.showErrorMessage(vscode.l10n.t("The trace could not be made: {0}", programFailure(error)));
      return;
    }
    const panel = this.panelOf(folder);
    panel.webview.html = page;
    panel.reveal();
  }

  dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
  }

  private panelOf(folder: vscode.Uri): vscode.WebviewPanel {
    const known = this.panels.get(folder.toString());
    if (known !== undefined) return known;
    const name = folder.path.split("/").at(-1) ?? "";
    const panel = vscode.window.createWebviewPanel("orch.trace", vscode.l10n.t("Trace of {0}", name), vscode.ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    this.panels.set(folder.toString(), panel);
    panel.onDidDispose(() => this.panels.delete(folder.toString()));
    return panel;
  }
}

async function tracePage(launch: Launch, cwd: string, folder: vscode.Uri): Promise<string> {
  const words = [...launch.args, "trace", "--format", "html", "--workspace", folder.fsPath, folder.fsPath];
  try {
    const { stdout } = await run(launch.command, words, { cwd, env: serverEnvironment(process.env), maxBuffer: LARGEST_PAGE });
    return stdout;
  } catch (error) {
    // One document that cannot be read does not take the others away.
    const { stdout } = (error ?? {}) as { stdout?: unknown };
    if (typeof stdout === "string" && stdout.startsWith("<!DOCTYPE html>") && stdout.trimEnd().endsWith("</html>")) return stdout;
    throw error;
  }
}

/** The workspace folder of what was clicked or is in front, asking which if there are several. */
async function tracedFolder(where: unknown): Promise<vscode.Uri | undefined> {
  const about = where instanceof vscode.Uri ? where : vscode.window.activeTextEditor?.document.uri;
  const around = about === undefined ? undefined : vscode.workspace.getWorkspaceFolder(about);
  if (around !== undefined) return around.uri;
  const folders = vscode.workspace.workspaceFolders ?? [];
  return (folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0])?.uri;
}
