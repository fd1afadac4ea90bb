import * as vscode from "vscode";
import type { ServerRequests } from "../client/serverRequests";
import type { FolderHistory, RunTracker } from "../runs/runTracker";
import type { RunTree } from "./runTree";

const LIMIT = 300;
const REFRESH_MS = 250;

/** Reads the history of each workspace folder into the tree, and again whenever a run changes. */
export class History implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private server: ServerRequests | null = null;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly tracker: RunTracker,
    private readonly tree: RunTree,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.subscription = vscode.Disposable.from(
      tracker.onDidChangeRun(() => {
        this.refreshSoon();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.refreshSoon();
      }),
      // An undo may take a draft out of a document, and a redo bring it back.
      vscode.workspace.onDidChangeTextDocument(({ document, reason }) => {
        if (reason !== undefined && tracker.newestOn(document.uri) !== undefined) this.refreshSoon();
      }),
    );
  }

  /** Reads from this server from now on; null when there is none. */
  connect(server: ServerRequests | null): void {
    this.server = server;
    if (server === null) clearTimeout(this.timer);
    else void this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const { server } = this;
    if (server === null) return;
    try {
      const histories = await readFolders(server);
      if (this.server !== server) return;
      this.tree.show(histories);
      this.tracker.list(histories);
    } catch (error) {
      this.onFailure(error);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  private refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), REFRESH_MS);
  }
}

/** Shows the tree as the view "Spec runs". What other windows and programs did is read when the person looks. */
export function showRuns(tree: RunTree, history: History): vscode.Disposable {
  const view = vscode.window.createTreeView("orch.runs", { treeDataProvider: tree });
  const look = (): void => {
    if (view.visible) void history.refresh();
  };
  return vscode.Disposable.from(view, view.onDidChangeVisibility(look), vscode.window.onDidChangeWindowState(look));
}

async function readFolders(server: ServerRequests): Promise<FolderHistory[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return [{ folder: null, name: "", runs: await server.history(null, LIMIT) }];
  return Promise.all(
    folders.map(async ({ name, uri }) => ({ folder: uri, name, runs: await server.history(uri.toString(), LIMIT) })),
  );
}
