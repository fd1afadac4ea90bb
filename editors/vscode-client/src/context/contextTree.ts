import * as vscode from "vscode";
import { fileOfPin, isPinned, placeOf, shortCount, waitingServer, type Context, type LeftOut, type Piece, type SentFile } from "./contextList";

interface GroupNode {
  readonly kind: "sent" | "left out" | "by hand";
}
interface FileNode {
  readonly kind: "file";
  readonly file: SentFile;
}
interface PieceNode {
  readonly kind: "piece";
  readonly file: SentFile;
  readonly piece: Piece;
}
interface LeftOutNode {
  readonly kind: "left";
  readonly left: LeftOut;
}
interface ByHandNode {
  readonly kind: "pinned" | "excluded";
  /** A file, or an entry of `context.pin`. */
  readonly entry: string;
}
type Node = GroupNode | FileNode | PieceNode | LeftOutNode | ByHandNode;

const ROLE_ICONS: Readonly<Record<string, string>> = {
  code: "file-code",
  tests: "beaker",
  docs: "book",
  config: "settings-gear",
  data: "database",
  changelog: "history",
  mcp: "plug",
};

/** The view "Context": what a draft of one spec is given, and what not, with the reasons. */
export class ContextTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private context: Context | null = null;
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  show(context: Context | null): void {
    this.context = context;
    this.changed.fire(undefined);
  }

  getChildren(node?: Node): Node[] {
    const { context } = this;
    if (context === null) return [];
    switch (node?.kind) {
      case undefined:
        return groups(context);
      case "sent":
        return context.sent.map((file) => ({ kind: "file", file }));
      case "left out":
        return context.leftOut.map((left) => ({ kind: "left", left }));
      case "by hand":
        return [
          ...context.pinned.map((entry): Node => ({ kind: "pinned", entry })),
          ...context.excluded.map((entry): Node => ({ kind: "excluded", entry })),
        ];
      case "file":
        return hasPieces(node.file) ? node.file.pieces.map((piece) => ({ kind: "piece", file: node.file, piece })) : [];
      case "piece":
      case "left":
      case "pinned":
      case "excluded":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const context = this.context ?? { root: null, sent: [], leftOut: [], pinned: [], excluded: [], estimate: "" };
    switch (node.kind) {
      case "sent":
      case "left out":
      case "by hand":
        return groupItem(node.kind, context);
      case "file":
        return fileItem(node.file, context);
      case "piece":
        return pieceItem(node, context);
      case "left":
        return leftItem(node.left, context);
      case "pinned":
      case "excluded":
        return byHandItem(node, context);
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** The file that a node of the tree is about, with its lines where it is a piece: `a.py#L1-L9`; null for others. */
export function pathOfNode(node: unknown, withLines: boolean): string | null {
  const known = asNode(node);
  switch (known?.kind) {
    case "file":
      return known.file.path;
    case "piece": {
      const { path } = known.file;
      const range = withLines ? known.piece.range : null;
      return range === null ? path : `${path}#L${String(range[0])}-L${String(range[1])}`;
    }
    case "left":
      return placeOf(known.left).path;
    case "pinned":
    case "excluded":
      return fileOfPin(known.entry);
    case "sent":
    case "left out":
    case "by hand":
    case undefined:
      return null;
  }
}

/** The server that a node is about, if it waits for the person's word. */
export function serverOfNode(node: unknown): string | null {
  const known = asNode(node);
  return known?.kind === "left" ? waitingServer(known.left) : null;
}

/** A node of this tree as VS Code hands it to a command, which anybody may call with anything. */
function asNode(value: unknown): Node | null {
  return typeof value === "object" && value !== null && "kind" in value ? (value as Node) : null;
}

function groups(context: Context): Node[] {
  const byHand = context.pinned.length + context.excluded.length;
  return [
    ...(context.sent.length > 0 ? [{ kind: "sent" } as const] : []),
    ...(context.leftOut.length > 0 ? [{ kind: "left out" } as const] : []),
    ...(byHand > 0 ? [{ kind: "by hand" } as const] : []),
  ];
}

function groupItem(kind: GroupNode["kind"], context: Context): vscode.TreeItem {
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const [name, count, state] =
    kind === "sent"
      ? [vscode.l10n.t("Sent"), context.sent.length, Expanded]
      : kind === "left out"
        ? [vscode.l10n.t("Left out"), context.leftOut.length, Expanded]
        : [vscode.l10n.t("Chosen by hand"), context.pinned.length + context.excluded.length, Collapsed];
  const item = new vscode.TreeItem(name, state);
  item.id = `group:${kind}`;
  item.description = kind === "sent" ? sum(context) : String(count);
  item.contextValue = "group";
  item.accessibilityInformation = { label: vscode.l10n.t("{0}: {1} files", name, count) };
  return item;
}

function sum(context: Context): string {
  const tokens = context.sent.reduce((total, file) => total + file.tokens, 0);
  return vscode.l10n.t("{0} files, {1} tokens", context.sent.length, shortCount(tokens));
}

function fileItem(file: SentFile, context: Context): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(nameOf(file.path), hasPieces(file) ? Collapsed : None);
  const isServer = file.reasons.includes("mcp");
  const [first] = file.pieces;
  item.id = `sent:${file.path}`;
  item.description = [...(first?.range && file.pieces.length === 1 ? [lines(first.range)] : []), why(file), tokensText(file.tokens)].join(" · ");
  item.tooltip = [
    file.path,
    ...(file.role === null ? [] : [vscode.l10n.t("Role: {0}", file.role)]),
    why(file),
    tokensText(file.tokens),
    ...(file.hidden === 0 ? [] : [vscode.l10n.t("{0} lines are hidden: they look like secrets", file.hidden)]),
  ].join("\n");
  item.iconPath = new vscode.ThemeIcon(ROLE_ICONS[file.role ?? ""] ?? "file");
  item.contextValue = isServer ? "answer" : `file ${isPinned(context, file.path) ? "pinned" : "free"}`;
  item.accessibilityInformation = { label: [file.path, why(file), tokensText(file.tokens)].join(", ") };
  if (!isServer) open(item, context, file.path, first?.range ?? null);
  return item;
}

function pieceItem({ file, piece }: PieceNode, context: Context): vscode.TreeItem {
  const item = new vscode.TreeItem(piece.range === null ? vscode.l10n.t("All lines") : lines(piece.range));
  item.id = `piece:${file.path}:${String(piece.range)}`;
  item.description = [...(piece.symbol === null ? [] : [piece.symbol]), tokensText(piece.tokens)].join(" · ");
  item.tooltip = [file.path, ...(piece.symbol === null ? [] : [piece.symbol])].join("\n");
  item.contextValue = "piece";
  open(item, context, file.path, piece.range);
  return item;
}

function leftItem(left: LeftOut, context: Context): vscode.TreeItem {
  const { path, line } = placeOf(left);
  const server = waitingServer(left);
  const item = new vscode.TreeItem(line === null ? nameOf(path) : `${nameOf(path)}:${String(line)}`);
  const isFile = !path.startsWith("mcp:") && path !== "…";
  item.id = `left:${left.path}:${left.reason}`;
  item.description = left.reason;
  item.tooltip = `${path}\n${left.reason}`;
  item.iconPath = new vscode.ThemeIcon(server === null ? "circle-slash" : "shield");
  item.contextValue = server !== null ? "server waiting" : isFile ? `left ${context.excluded.includes(path) ? "excluded" : isPinned(context, path) ? "pinned" : "free"}` : "note";
  item.accessibilityInformation = { label: `${path}, ${left.reason}` };
  if (isFile) open(item, context, path, line === null ? null : [line, line]);
  return item;
}

function byHandItem({ kind, entry }: ByHandNode, context: Context): vscode.TreeItem {
  const path = fileOfPin(entry);
  const item = new vscode.TreeItem(nameOf(entry));
  item.id = `${kind}:${entry}`;
  item.description = kind === "pinned" ? vscode.l10n.t("pinned") : vscode.l10n.t("excluded");
  item.tooltip = `${entry}\n${kind === "pinned" ? "context.pin" : ".orchignore"}`;
  item.iconPath = new vscode.ThemeIcon(kind === "pinned" ? "pinned" : "eye-closed");
  item.contextValue = `hand ${kind}`;
  open(item, context, path, null);
  return item;
}

function why({ reasons }: SentFile): string {
  return reasons.map(reasonText).join(", ");
}

function reasonText(reason: string): string {
  switch (reason) {
    case "mention":
      return vscode.l10n.t("the spec names it");
    case "pin":
      return vscode.l10n.t("pinned");
    case "rank":
      return vscode.l10n.t("about the same");
    case "card":
      return vscode.l10n.t("how the project is worked on");
    case "example":
      return vscode.l10n.t("an example");
    case "mcp":
      return vscode.l10n.t("a server gave it");
    default:
      return reason;
  }
}

function tokensText(tokens: number): string {
  return vscode.l10n.t("{0} tokens", shortCount(tokens));
}

function lines([first, last]: readonly [number, number]): string {
  return first === last ? vscode.l10n.t("line {0}", first) : vscode.l10n.t("lines {0}–{1}", first, last);
}

/** A file's name as a label: characters that nobody sees, or that turn others round, stand out. */
function nameOf(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

function hasPieces(file: SentFile): boolean {
  return file.pieces.length > 1;
}

/** Has a click on an item open its file at some lines. */
function open(item: vscode.TreeItem, context: Context, path: string, range: readonly [number, number] | null): void {
  if (context.root === null) return;
  const uri = vscode.Uri.joinPath(vscode.Uri.parse(context.root, true), path);
  const selection = range === null ? undefined : new vscode.Range(range[0] - 1, 0, range[1], 0);
  item.command = { command: "vscode.open", title: vscode.l10n.t("Open File"), arguments: [uri, { preview: true, selection }] };
}
