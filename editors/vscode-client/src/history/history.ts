import * as vscode from "vscode";
import { Refreshing } from "../client/refreshing";
import type { ServerRequests } from "../client/serverRequests";
import type { FolderHistory, RunTracker } from "../runs/runTracker";
import type { RunTree } from "./runTree";

const LIMIT = 300;

/** Reads the history of each workspace folder into the tree, and again whenever a run changes. */
export class History implements vscode.Disposable {
  private readonly refreshing: Refreshing;
  private readonly subscription: vscode.Disposable;

  constructor(
    tracker: RunTracker,
    tree: RunTree,
    onFailure: (error: unknown) => void,
  ) {
    this.refreshing = new Refreshing(async (server, isGone) => {
      const histories = await readFolders(server);
      if (isGone()) return;
      tree.show(histories);
      tracker.list(histories);
    }, onFailure);
    this.subscription = vscode.Disposable.from(
      this.refreshing,
      tracker.onDidChangeRun(() => {
        this.refreshing.soon();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.refreshing.soon();
      }),
      // An undo may take a draft out of a document, and a redo bring it back.
      vscode.workspace.onDidChangeTextDocument(({ document, reason }) => {
        if (reason !== undefined && tracker.newestOn(document.uri) !== undefined) this.refreshing.soon();
      }),
    );
  }

  /** Reads from this server from now on; null when there is none. */
  connect(server: ServerRequests | null): void {
    this.refreshing.connect(server, true);
  }

  refresh(): Promise<void> {
    return this.refreshing.now();
  }

  dispose(): void {
    this.subscription.dispose();
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
