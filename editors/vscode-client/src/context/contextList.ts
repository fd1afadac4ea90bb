/**
 * The parts of the server's preview of a request, `orch.context/1`, that this extension shows. Paths and reasons come
 * from files of the workspace: show them as plain text.
 */

export interface Piece {
  /** From one, the last line included; null for the whole file. */
  readonly range: readonly [number, number] | null;
  readonly symbol: string | null;
  readonly tokens: number;
}

export interface SentFile {
  readonly path: string;
  readonly role: string | null;
  /** Why it is sent: `mention`, `pin`, `rank`, `card`, `example` or `mcp`. */
  readonly reasons: readonly string[];
  readonly pieces: readonly Piece[];
  readonly tokens: number;
  readonly hidden: number;
}

export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

export interface Context {
  /** The address of the folder below which the files are; null where there is none. */
  readonly root: string | null;
  readonly sent: readonly SentFile[];
  readonly leftOut: readonly LeftOut[];
  /** Entries of `context.pin`: files, some with lines (`a.py#L1-L9`). */
  readonly pinned: readonly string[];
  readonly excluded: readonly string[];
  /** The size and cost of a draft, as lenses say them; empty where no model is asked. */
  readonly estimate: string;
}

interface Item extends Piece {
  readonly path: string;
  readonly role: string | null;
  readonly reason: string;
  readonly redactions: number;
}

/** The context of an answer; what has another shape is left out. */
export function contextIn(answer: unknown): Context {
  const { root, items, left_out, by_hand, estimate } = fields(answer);
  const hand = fields(by_hand);
  const { words } = fields(estimate);
  return {
    root: typeof root === "string" && root.startsWith("file:") ? root : null,
    sent: byFile(list(items).filter(isItem)),
    leftOut: list(left_out).filter(isLeftOut),
    pinned: list(hand["pinned"]).filter(isText),
    excluded: list(hand["excluded"]).filter(isText),
    estimate: isText(words) ? words : "",
  };
}

/** The file of an entry of `context.pin`. */
export function fileOfPin(entry: string): string {
  return entry.replace(/#L\d{1,9}(?:-L?\d{1,9})?$/u, "");
}

export function isPinned(context: Context, path: string): boolean {
  return context.pinned.some((entry) => fileOfPin(entry) === path);
}

/** The server of the workspace that waits for the person's word, if a file that is left out is one. */
export function waitingServer({ path, reason }: LeftOut): string | null {
  return path.startsWith("mcp:") && reason.includes("orch-lsp trust mcp ") ? path.slice("mcp:".length) : null;
}

/** The file and the line of something that was left out: `a.py:9` names a line that is hidden. */
export function placeOf({ path, reason }: LeftOut): { readonly path: string; readonly line: number | null } {
  const found = reason.startsWith("line hidden") ? /^(.+):(\d+)$/u.exec(path) : null;
  return found === null ? { path, line: null } : { path: found[1] ?? path, line: Number(found[2]) };
}

/** A number of tokens in few characters. */
export function shortCount(count: number): string {
  if (count < 1000) return String(count);
  return count < 10_000 ? `${(count / 1000).toFixed(1)}k` : `${String(Math.round(count / 1000))}k`;
}

function byFile(items: readonly Item[]): SentFile[] {
  const files = new Map<string, Item[]>();
  for (const item of items) files.set(item.path, [...(files.get(item.path) ?? []), item]);
  return [...files].map(([path, pieces]) => ({
    path,
    role: pieces.find(({ role }) => role !== null)?.role ?? null,
    reasons: [...new Set(pieces.map(({ reason }) => reason))],
    pieces: [...pieces].sort((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0)),
    tokens: pieces.reduce((sum, { tokens }) => sum + tokens, 0),
    hidden: pieces.reduce((sum, { redactions }) => sum + redactions, 0),
  }));
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isItem(value: unknown): value is Item {
  const { path, range, symbol, role, tokens, reason, redactions } = fields(value);
  return (
    isText(path) &&
    (range === null || (Array.isArray(range) && range.length === 2 && range.every((line) => Number.isInteger(line)))) &&
    (symbol === null || isText(symbol)) &&
    (role === null || isText(role)) &&
    isText(reason) &&
    typeof tokens === "number" &&
    typeof redactions === "number"
  );
}

function isLeftOut(value: unknown): value is LeftOut {
  const { path, reason } = fields(value);
  return isText(path) && isText(reason);
}
