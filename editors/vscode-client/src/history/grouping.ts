import type { RunRecord } from "../runs/record";
import type { Translate } from "../text";

export interface DayGroup {
  readonly key: string;
  readonly label: string;
  readonly runs: readonly RunRecord[];
}

export interface SpecGroup {
  readonly path: string;
  readonly days: readonly DayGroup[];
}

/**
 * Arranges runs by spec, then by local day. Specs come in the order of their newest run, days and runs newest first.
 */
export function groupRuns(runs: readonly RunRecord[], now: Date, t: Translate): SpecGroup[] {
  const newestFirst = [...runs].sort((a, b) => compare(b.timing.started_at, a.timing.started_at) || compare(b.run_id, a.run_id));
  return [...partition(newestFirst, (run) => run.spec.path)].map(([path, ofSpec]) => ({
    path,
    days: [...partition(ofSpec, (run) => localDay(new Date(run.timing.started_at)))].map(([key, ofDay]) => ({
      key,
      label: dayLabel(key, now, t),
      runs: ofDay,
    })),
  }));
}

function partition<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A day as `YYYY-MM-DD` in local time; the empty string for a time that cannot be read. */
function localDay(at: Date): string {
  if (Number.isNaN(at.getTime())) return "";
  const part = (value: number): string => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${part(at.getMonth() + 1)}-${part(at.getDate())}`;
}

function dayLabel(day: string, now: Date, t: Translate): string {
  if (day === "") return t("Unknown day");
  if (day === localDay(now)) return t("Today");
  if (day === localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return t("Yesterday");
  return day;
}
