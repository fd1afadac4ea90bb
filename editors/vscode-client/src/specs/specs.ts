import * as vscode from "vscode";
import type { ServerRequests } from "../client/serverRequests";
import type { SpecTree } from "./specTree";

const REFRESH_MS = 300;

/** Reads the specs of the workspace into the tree, while a person looks at it and whenever a document may have changed it. */
export class Specs implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private server: ServerRequests | null = null;
  private readonly view: vscode.TreeView<unknown>;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly tree: SpecTree,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.view = vscode.window.createTreeView<unknown>("orch.specs", { treeDataProvider: tree });
    const look = (): void => {
      if (this.view.visible) this.refreshSoon();
    };
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.md");
    this.subscription = vscode.Disposable.from(
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
    this.server = server;
    if (server === null) clearTimeout(this.timer);
    else if (this.view.visible) void this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const { server } = this;
    if (server === null) return;
    try {
      const specs = await server.specs();
      if (this.server === server) this.tree.show(specs);
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
