import * as vscode from "vscode";
import { Refreshing } from "../client/refreshing";
import type { ServerRequests } from "../client/serverRequests";
import type { SpecTree } from "./specTree";

/** Reads the specs of the workspace into the tree, while a person looks at it and whenever a document may have changed it. */
export class Specs implements vscode.Disposable {
  private readonly refreshing: Refreshing;
  private readonly view: vscode.TreeView<unknown>;
  private readonly subscription: vscode.Disposable;

  constructor(
    tree: SpecTree,
    onFailure: (error: unknown) => void,
  ) {
    this.refreshing = new Refreshing(async (server, isGone) => {
      const specs = await server.specs();
      if (!isGone()) tree.show(specs);
    }, onFailure);
    this.view = vscode.window.createTreeView<unknown>("orch.specs", { treeDataProvider: tree });
    const look = (): void => {
      if (this.view.visible) this.refreshing.soon();
    };
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.md");
    this.subscription = vscode.Disposable.from(
      this.refreshing,
      this.view,
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      watcher.onDidDelete(look),
      this.view.onDidChangeVisibility(look),
      vscode.window.onDidChangeWindowState(look),
      vscode.workspace.onDidChangeWorkspaceFolders(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === "markdown") look();
      }),
    );
  }

  /** Reads from this server from now on; null when there is none. */
  connect(server: ServerRequests | null): void {
    this.refreshing.connect(server, this.view.visible);
  }

  refresh(): Promise<void> {
    return this.refreshing.now();
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
