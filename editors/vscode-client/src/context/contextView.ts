import * as vscode from "vscode";
import { Refreshing } from "../client/refreshing";
import type { ServerRequests } from "../client/serverRequests";
import { commandFailure, failureText } from "../client/failure";
import { isSame } from "../documents/sameDocument";
import { isSpec } from "../documents/specs";
import type { Context } from "./contextList";
import { mayChangeProject, saveBefore, saveChanged } from "./ownFiles";
import { pathOfNode, serverOfNode, type ContextTree } from "./contextTree";

export type Pick = "pin" | "unpin" | "exclude" | "include";

/** Reads what a draft of the spec in front is given into the tree, while a person looks at it, and after each save. */
export class ContextView implements vscode.Disposable {
  private readonly refreshing: Refreshing;
  private spec: vscode.Uri | null = null;
  private context: Context | null = null;
  private readonly view: vscode.TreeView<unknown>;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly tree: ContextTree,
    onFailure: (error: unknown) => void,
  ) {
    this.refreshing = new Refreshing((server, isGone) => this.read(server, isGone), onFailure);
    this.view = vscode.window.createTreeView<unknown>("orch.context", { treeDataProvider: tree, showCollapseAll: true });
    const look = (): void => {
      if (this.view.visible) this.refreshing.soon();
    };
    const watcher = vscode.workspace.createFileSystemWatcher("**/{.orchignore,.orch/config.toml,.mcp.json,.vscode/mcp.json}");
    this.subscription = vscode.Disposable.from(
      this.refreshing,
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
    this.refreshing.connect(server, this.view.visible);
    if (server === null) this.show(null);
  }

  refresh(): Promise<void> {
    return this.refreshing.now();
  }

  /** Carries a person's word on the file of a node out, saves what was changed, and reads anew. */
  async pick(node: unknown, choice: Pick): Promise<void> {
    const { spec } = this;
    const { server } = this.refreshing;
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
    const { server } = this.refreshing;
    if (server === null || this.spec === null || name === null || !mayChangeProject()) return;
    await server.allowServer(this.spec.toString(), name);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async read(server: ServerRequests, isGone: () => boolean): Promise<void> {
    const spec = this.specToShow();
    this.spec = spec;
    if (spec === null) {
      this.show(null);
      return;
    }
    const isOther = (): boolean => isGone() || !isSame(this.spec ?? undefined, spec);
    try {
      const context = await server.context(spec.toString());
      if (!isOther()) this.show(context);
    } catch (error) {
      // A draft would be refused for the same reason: there is nothing to list.
      if (!isOther()) this.show(null, failureText(commandFailure(error)));
    }
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
}
