import * as vscode from "vscode";
import { groupRuns, type DayGroup, type SpecGroup } from "./grouping";
import { draftWaits, isLive, type DraftState, type RunRecord, type RunStatus } from "../runs/record";
import type { FolderHistory } from "../runs/runTracker";
import { runDetails, runRow, spokenRun } from "../runs/statusText";

type Icon = readonly [icon: string, color: string | null];

const ICONS: Readonly<Record<RunStatus, Icon>> = {
  queued: ["watch", null],
  running: ["loading~spin", null],
  completed: ["pass", "testing.iconPassed"],
  failed: ["error", "testing.iconFailed"],
  cancelled: ["circle-slash", null],
  interrupted: ["debug-disconnect", "list.warningForeground"],
};
/** What became of the draft of a run that completed says more than that it did. */
const DRAFT_ICONS: Readonly<Record<DraftState | "undone", Icon>> = {
  ready: ["bell-dot", "charts.yellow"],
  applied: ["pass-filled", "testing.iconPassed"],
  undone: ["discard", "list.deemphasizedForeground"],
  discarded: ["trash", "list.deemphasizedForeground"],
  superseded: ["versions", "list.deemphasizedForeground"],
};

/** A workspace folder; shown only where there are several. */
interface FolderNode {
  readonly kind: "folder";
  readonly key: string;
  readonly history: FolderHistory;
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
  /** Two folders of one repository have the same runs: each shows them under keys of its own. */
  readonly key: string;
  readonly run: RunRecord;
}
type Node = FolderNode | SpecNode | DayNode | RunNode;

/** The view "Spec runs": runs by spec and day. */
export class RunTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private histories: readonly FolderHistory[] = [];
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  show(histories: readonly FolderHistory[]): void {
    this.histories = histories;
    this.changed.fire(undefined);
  }

  getChildren(node?: Node): Node[] {
    switch (node?.kind) {
      case undefined: {
        const filled = this.histories.filter(({ runs }) => runs.length > 0);
        const [only] = filled;
        if (filled.length === 1 && only !== undefined) return specsOf(only);
        return filled.map((history) => ({ kind: "folder", key: keyOf(history), history }));
      }
      case "folder":
        return specsOf(node.history);
      case "spec":
        return node.spec.days.map((day) => ({ kind: "day", key: `${node.key}/${day.key}`, day }));
      case "day":
        return node.day.runs.map((run) => ({ kind: "run", key: `${node.key}/${run.run_id}`, run }));
      case "run":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "folder":
        return group(node.history.name, vscode.l10n.t("Folder {0}", node.history.name), `folder:${node.key}`, "folder");
      case "spec":
        return group(node.spec.path, vscode.l10n.t("Spec {0}", node.spec.path), `spec:${node.key}`, "file");
      case "day":
        return group(node.day.label, vscode.l10n.t("{0}: {1} runs", node.day.label, node.day.runs.length), `day:${node.key}`, "calendar");
      case "run":
        return runItem(node);
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

function iconOf({ status, draft, taken_back: takenBack }: RunRecord): Icon {
  if (status !== "completed" || draft === null) return ICONS[status];
  return DRAFT_ICONS[draft.state === "applied" && takenBack === true ? "undone" : draft.state];
}

function keyOf({ folder }: FolderHistory): string {
  return folder?.toString() ?? "";
}

function specsOf(history: FolderHistory): SpecNode[] {
  return groupRuns(history.runs, new Date(), vscode.l10n.t).map((spec) => ({
    kind: "spec",
    key: `${keyOf(history)}/${spec.path}`,
    spec,
  }));
}

/** `spoken` is what a screen reader says in place of the label, which the icon explains to others. */
function group(label: string, spoken: string, id: string, icon: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.accessibilityInformation = { label: spoken };
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = "group";
  return item;
}

function runItem(node: RunNode): vscode.TreeItem {
  const { key, run } = node;
  const time = new Date(run.timing.started_at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  // What a narrow view cuts off is what the icon says as well.
  const { label, description } = runRow(run, time, vscode.l10n.t);
  const item = new vscode.TreeItem(label);
  const [icon, color] = iconOf(run);
  item.id = `run:${key}`;
  item.iconPath = new vscode.ThemeIcon(icon, color === null ? undefined : new vscode.ThemeColor(color));
  item.description = description;
  item.accessibilityInformation = { label: spokenRun(run, time, vscode.l10n.t) };
  item.tooltip = runDetails(run, vscode.l10n.t).join("\n");
  item.contextValue = [
    "run",
    isLive(run) ? "live" : "ended",
    ...(run.draft === null ? [] : ["draft"]),
    ...(draftWaits(run) ? ["ready"] : []),
  ].join(" ");
  item.command = { command: "orch.runs.openRecord", title: vscode.l10n.t("Open Record"), arguments: [node] };
  return item;
}
