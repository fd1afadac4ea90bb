import * as vscode from "vscode";
import { byState, nameOf, type Spec, type SpecFile, type SpecState } from "./specList";

interface StateNode {
  readonly kind: "state";
  readonly state: SpecState;
  readonly specs: readonly Spec[];
}
interface SpecNode {
  readonly kind: "spec";
  readonly spec: Spec;
}
interface FileNode {
  readonly kind: "file";
  readonly spec: Spec;
  readonly file: SpecFile;
}
type Node = StateNode | SpecNode | FileNode;

const ICONS: Readonly<Record<SpecState, string>> = {
  in_progress: "play-circle",
  open: "circle-large-outline",
  unplanned: "edit",
  done: "pass",
  archived: "archive",
};

/** The view "Specs": specs by how far they have come, and the documents of each. */
export class SpecTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private specs: readonly Spec[] = [];
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  show(specs: readonly Spec[]): void {
    this.specs = specs;
    this.changed.fire(undefined);
  }

  getChildren(node?: Node): Node[] {
    switch (node?.kind) {
      case undefined:
        return byState(this.specs).map((group) => ({ kind: "state", ...group }));
      case "state":
        return node.specs.map((spec) => ({ kind: "spec", spec }));
      case "spec":
        return node.spec.documents.map((file) => ({ kind: "file", spec: node.spec, file }));
      case "file":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "state":
        return stateItem(node);
      case "spec":
        return specItem(node.spec);
      case "file":
        return fileItem(node);
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function stateItem({ state, specs }: StateNode): vscode.TreeItem {
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(stateName(state), state === "archived" ? Collapsed : Expanded);
  item.id = `state:${state}`;
  item.iconPath = new vscode.ThemeIcon(ICONS[state]);
  item.description = String(specs.length);
  item.contextValue = "state";
  item.accessibilityInformation = { label: vscode.l10n.t("{0}: {1} specs", stateName(state), specs.length) };
  return item;
}

function specItem(spec: Spec): vscode.TreeItem {
  const item = new vscode.TreeItem(nameOf(spec), vscode.TreeItemCollapsibleState.Collapsed);
  const progress = spec.tasks === 0 ? "" : vscode.l10n.t("{0} of {1} tasks done", spec.done, spec.tasks);
  item.id = `spec:${spec.documents[0]?.uri ?? spec.scope}`;
  item.description = spec.tasks === 0 ? "" : `${spec.done}/${spec.tasks}`;
  item.contextValue = "spec";
  item.tooltip = [
    spec.title,
    spec.scope,
    vscode.l10n.t("{0} requirements", spec.requirements),
    ...(progress === "" ? [] : [progress]),
    ...(spec.questions === 0 ? [] : [vscode.l10n.t("{0} open questions", spec.questions)]),
  ].join("\n");
  item.accessibilityInformation = { label: [nameOf(spec), progress].filter((part) => part !== "").join(", ") };
  return item;
}

function fileItem({ spec, file }: FileNode): vscode.TreeItem {
  const uri = vscode.Uri.parse(file.uri, true);
  const item = new vscode.TreeItem(file.path.split("/").at(-1) ?? file.path);
  item.id = `file:${spec.scope}:${file.uri}`;
  item.iconPath = new vscode.ThemeIcon("markdown");
  item.description = file.title;
  item.tooltip = file.path;
  item.contextValue = "file";
  item.command = { command: "vscode.open", title: vscode.l10n.t("Open Document"), arguments: [uri] };
  return item;
}

function stateName(state: SpecState): string {
  switch (state) {
    case "in_progress":
      return vscode.l10n.t("In progress");
    case "open":
      return vscode.l10n.t("Planned");
    case "unplanned":
      return vscode.l10n.t("Without tasks");
    case "done":
      return vscode.l10n.t("Done");
    case "archived":
      return vscode.l10n.t("Archived");
  }
}
