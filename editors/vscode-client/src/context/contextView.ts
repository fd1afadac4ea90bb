import * as vscode from "vscode";
import type { ServerRequests } from "../client/serverRequests";
import { commandFailure, failureText } from "../client/failure";
import { isSame } from "../documents/sameDocument";
import { isSpec } from "../documents/specs";
import type { Context } from "./contextList";
import { mayChangeProject, saveBefore, saveChanged } from "./ownFiles";
import { pathOfNode, serverOfNode, type ContextTree } from "./contextTree";

const REFRESH_MS = 300;

export type Pick = "pin" | "unpin" | "exclude" | "include";

/** Reads what a draft of the spec in front is given into the tree, while a person looks at it, and after each save. */
export class ContextView implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private server: ServerRequests | null = null;
  private spec: vscode.Uri | null = null;
  private context: Context | null = null;
  private readonly view: vscode.TreeView<unknown>;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly tree: ContextTree,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.view = vscode.window.createTreeView<unknown>("orch.context", { treeDataProvider: tree, showCollapseAll: true });
    const look = (): void => {
      if (this.view.visible) this.refreshSoon();
    };
    const watcher = vscode.workspace.createFileSystemWatcher("**/{.orchignore,.orch/config.toml,.mcp.json,.vscode/mcp.json}");
    this.subscription = vscode.Disposable.from(
      this.view,
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      watcher.onDidDelete(look),
      this.view.onDidChangeVisibility(look),
      vscode.window.onDidChangeActiveTextEditor(() => {
        const front = this.specInFront();
        if (front !== undefined && !isSame(front, this.spec ?? undefined)) look();
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (isSame(document.uri, this.spec ?? undefined)) look();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isSame(document.uri, this.spec ?? undefined)) look();
      }),
    );
    this.spec = this.specInFront() ?? null;
  }

  /** Reads from this server from now on; null when there is none. */
  connect(server: ServerRequests | null): void {
    this.server = server;
    if (server === null) {
      clearTimeout(this.timer);
      this.show(null);
    } else if (this.view.visible) void this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const { server } = this;
    const spec = this.specToShow();
    this.spec = spec;
    if (server === null || spec === null) {
      this.show(null);
      return;
    }
    try {
      const context = await server.context(spec.toString());
      if (this.server !== server || !isSame(this.spec ?? undefined, spec)) return;
      this.show(context);
    } catch (error) {
      if (this.server !== server || !isSame(this.spec ?? undefined, spec)) return;
      // A draft would be refused for the same reason: there is nothing to list.
      this.show(null, failureText(commandFailure(error)));
    }
  }

  /** Carries a person's word on the file of a node out, saves what was changed, and reads anew. */
  async pick(node: unknown, choice: Pick): Promise<void> {
    const { server, spec } = this;
    const path = pathOfNode(node, choice === "pin");
    if (server === null || spec === null || path === null) return;
    if (!mayChangeProject()) return;
    if (this.context?.root != null) await saveBefore(this.context.root);
    if (!(await saveChanged(await server.changeContext(spec.toString(), path, choice)))) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Nothing is changed: your own settings say that, not the project's files."));
    }
    await this.refresh();
  }

  /** Shows what a server of the workspace would run, and has the person asked. */
  async allow(node: unknown): Promise<void> {
    const name = serverOfNode(node);
    if (this.server === null || this.spec === null || name === null || !mayChangeProject()) return;
    await this.server.allowServer(this.spec.toString(), name);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }

  private show(context: Context | null, message?: string): void {
    this.context = context;
    this.tree.show(context);
    const nothing = context?.sent.length === 0 ? vscode.l10n.t("No file of the workspace would be sent.") : "";
    this.view.message = message ?? nothing;
    this.view.description = context?.estimate ?? "";
    void vscode.commands.executeCommand("setContext", "orch.contextShown", context !== null || message !== undefined);
  }

  private specToShow(): vscode.Uri | null {
    const front = this.specInFront();
    if (front !== undefined) return front;
    const { spec } = this;
    const isOpen = spec !== null && vscode.workspace.textDocuments.some(({ uri, isClosed }) => !isClosed && isSame(uri, spec));
    return isOpen ? spec : null;
  }

  private specInFront(): vscode.Uri | undefined {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined) return undefined;
    return isSpec(document) ? document.uri : undefined;
  }

  private refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.refresh().catch(this.onFailure);
    }, REFRESH_MS);
  }
}
