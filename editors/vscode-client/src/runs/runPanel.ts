import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { serverEnvironment, type Launch } from "../server/launch";
import { programFailure } from "../server/programFailure";
import { panelHtml } from "../trace/traceHtml";

const run = promisify(execFile);
const LARGEST_PAGE = 64 * 1024 * 1024;

/** "Orch: Show Run as Timeline": the page of `orch-lsp runs show --html` in a panel of its own, one for each run. */
export class RunPanels implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  async show(launch: Launch, cwd: string, runId: string): Promise<void> {
    let page: string;
    try {
      const words = [...launch.args, "runs", "show", "--html", runId];
      const { stdout } = await run(launch.command, words, { cwd, env: serverEnvironment(process.env), maxBuffer: LARGEST_PAGE });
      page = panelHtml(stdout);
    } catch (error) {
      void vscode.window.showErrorMessage(vscode.l10n.t("The page of the run could not be made: {0}", programFailure(error)));
      return;
    }
    const panel = this.panelOf(runId);
    panel.webview.html = page;
    panel.reveal();
  }

  dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
  }

  private panelOf(runId: string): vscode.WebviewPanel {
    const known = this.panels.get(runId);
    if (known !== undefined) return known;
    const title = vscode.l10n.t("Run {0}", runId.slice(0, 13));
    const panel = vscode.window.createWebviewPanel("orch.run", title, vscode.ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    this.panels.set(runId, panel);
    panel.onDidDispose(() => this.panels.delete(runId));
    return panel;
  }
}
