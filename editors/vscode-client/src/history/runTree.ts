import * as vscode from "vscode";
import { groupRuns, type DayGroup, type SpecGroup } from "./grouping";
import { draftWaits, isLive, modelName, type RunRecord, type RunStatus } from "../runs/record";
import { draftName, runDetails, statusName } from "../runs/statusText";

const ICONS: Readonly<Record<RunStatus, [icon: string, color: string | null]>> = {
  queued: ["watch", null],
  running: ["loading~spin", null],
  completed: ["pass", "testing.iconPassed"],
  failed: ["error", "testing.iconFailed"],
  cancelled: ["circle-slash", null],
  interrupted: ["debug-disconnect", "list.warningForeground"],
};

/** The runs of one workspace folder; `name` is shown only where there are several. */
export interface FolderRuns {
  readonly name: string;
  readonly runs: readonly RunRecord[];
}

interface FolderNode {
  readonly kind: "folder";
  readonly folder: FolderRuns;
}
interface SpecNode {
  readonly kind: "spec";
  readonly key: string;
  readonly spec: SpecGroup;
}
interface DayNode {
  readonly kind: "day";
  readonly key: string;
  readonly day: DayGroup;
}
/** A run in the tree; menus pass it to commands. */
export interface RunNode {
  readonly kind: "run";
  readonly run: RunRecord;
}
type Node = FolderNode | SpecNode | DayNode | RunNode;

/** The view "Spec runs": runs by spec and day. */
export class RunTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private folders: readonly FolderRuns[] = [];
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  show(folders: readonly FolderRuns[]): void {
    this.folders = folders;
    this.changed.fire(undefined);
  }

  getChildren(node?: Node): Node[] {
    switch (node?.kind) {
      case undefined: {
        const filled = this.folders.filter((folder) => folder.runs.length > 0);
        const [only] = filled;
        if (filled.length === 1 && only !== undefined) return specsOf(only);
        return filled.map((folder) => ({ kind: "folder", folder }));
      }
      case "folder":
        return specsOf(node.folder);
      case "spec":
        return node.spec.days.map((day) => ({ kind: "day", key: `${node.key}/${day.key}`, day }));
      case "day":
        return node.day.runs.map((run) => ({ kind: "run", run }));
      case "run":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "folder":
        return group(node.folder.name, `folder:${node.folder.name}`, "folder", vscode.TreeItemCollapsibleState.Expanded);
      case "spec":
        return group(node.spec.path, `spec:${node.key}`, "file", vscode.TreeItemCollapsibleState.Expanded);
      case "day":
        return group(node.day.label, `day:${node.key}`, "calendar", vscode.TreeItemCollapsibleState.Expanded);
      case "run":
        return runItem(node.run);
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** The run that a menu's argument stands for. */
export function runOfNode(value: unknown): RunRecord | null {
  const node = value as Partial<RunNode> | null | undefined;
  return typeof node === "object" && node?.kind === "run" ? (node.run ?? null) : null;
}

function specsOf(folder: FolderRuns): SpecNode[] {
  return groupRuns(folder.runs, new Date(), vscode.l10n.t).map((spec) => ({
    kind: "spec",
    key: `${folder.name}/${spec.path}`,
    spec,
  }));
}

function group(label: string, id: string, icon: string, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = "group";
  return item;
}

function runItem(run: RunRecord): vscode.TreeItem {
  const time = new Date(run.timing.started_at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  // The icon says that a run completed; what became of its draft says more.
  const state = (run.status === "completed" ? draftName(run, vscode.l10n.t) : null) ?? statusName(run, vscode.l10n.t);
  const item = new vscode.TreeItem(`${time} ${state}`);
  const [icon, color] = ICONS[run.status];
  item.id = `run:${run.run_id}`;
  item.iconPath = new vscode.ThemeIcon(icon, color === null ? undefined : new vscode.ThemeColor(color));
  item.description = modelName(run) ?? run.provider?.id ?? "";
  item.tooltip = runDetails(run, vscode.l10n.t).join("\n");
  item.contextValue = [
    "run",
    isLive(run) ? "live" : "ended",
    ...(run.draft === null ? [] : ["draft"]),
    ...(draftWaits(run) ? ["ready"] : []),
  ].join(" ");
  item.command = { command: "orch.runs.openRecord", title: vscode.l10n.t("Open Record"), arguments: [{ kind: "run", run }] };
  return item;
}
