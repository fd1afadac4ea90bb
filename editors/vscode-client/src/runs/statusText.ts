import type { Translate } from "../text";
import { modelName, type RunRecord } from "./record";

/** How much of what a server says fits into the status bar. */
const REPORT_LENGTH = 80;

/** What the status bar knows of a live run. */
export interface LiveRun {
  readonly record: RunRecord;
  readonly section: string | null;
  readonly estimatedTokens: number;
  /** What the server said last while no text arrived, such as that it waits, and for how long. */
  readonly report: string | null;
}

/** The status bar's text for the live runs, `$(name)` being icons; null when there is none. */
export function statusText(runs: readonly LiveRun[], t: Translate): string | null {
  const newest = runs.at(-1);
  if (newest === undefined) return null;
  const more = runs.length > 1 ? ` ${t("+{0} more", runs.length - 1)}` : "";
  if (newest.record.status === "queued") return `$(watch) ${t("Orch: waiting")}${more}`;
  if (newest.report !== null) return `$(loading~spin) Orch: ${plain(newest.report, REPORT_LENGTH)}${more}`;
  const section = newest.section === null ? t("drafting") : plain(newest.section);
  const tokens = newest.estimatedTokens > 0 ? ` · ${t("≈ {0} tokens", newest.estimatedTokens)}` : "";
  return `$(loading~spin) Orch: ${section}${tokens}${more}`;
}

/** The same for a screen reader: in words, without icons and signs. */
export function spokenStatus(runs: readonly LiveRun[], t: Translate): string {
  const newest = runs.at(-1);
  if (newest === undefined) return "";
  const parts = [t("Orch: {0}", spokenState(newest, t))];
  if (newest.estimatedTokens > 0) parts.push(t("about {0} tokens", newest.estimatedTokens));
  if (runs.length > 1) parts.push(t("and {0} more", runs.length - 1));
  return parts.join(", ");
}

function spokenState({ record, report, section }: LiveRun, t: Translate): string {
  if (record.status === "queued") return t("waiting");
  if (report !== null) return report;
  return section === null ? t("drafting") : t("drafting {0}", section);
}

/** The lines that describe a run in a tooltip: model, time, tokens and cost. */
export function runDetails(record: RunRecord, t: Translate): string[] {
  const provider = record.provider?.id ?? t("no provider");
  const model = modelName(record) ?? (provider === "outline" ? t("no model") : t("model unknown"));
  const lines = [
    record.spec.path,
    `${provider} · ${model}`,
    t("Status: {0}", statusName(record, t)),
    t("Started: {0}", record.timing.started_at),
    usageText(record, t),
    record.cost === null ? t("cost unknown") : `${record.cost.amount} ${record.cost.currency}`,
  ];
  if (record.error !== null) lines.push(`${record.error.code}: ${record.error.message}`);
  lines.push(record.run_id);
  return lines;
}

/** What came of a run: how many sections are in the document, how long that took, and for how much, if that is known. */
export function endSummary(record: RunRecord, t: Translate): string {
  const parts = record.draft === null ? looked(record, t) : [written(record, t)];
  const seconds = (Date.parse(record.timing.ended_at ?? "") - Date.parse(record.timing.started_at)) / 1000;
  if (Number.isFinite(seconds) && seconds >= 0) parts.push(t("{0} s", seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)));
  if (record.cost !== null) parts.push(`${record.cost.amount} ${record.cost.currency}`);
  return parts.join(" · ");
}

function written({ draft }: RunRecord, t: Translate): string {
  const count = draft?.sections?.filter(({ state }) => state === "applied" || state === "edited").length ?? 0;
  return count === 1 ? t("1 section") : t("{0} sections", count);
}

/** What came of a run that writes nothing: the errors and warnings that it found, and the questions that are open. */
function looked(record: RunRecord, t: Translate): string[] {
  const found = record.findings?.filter(({ severity }) => severity === "error" || severity === "warning").length ?? 0;
  const parts = [found === 1 ? t("1 finding") : t("{0} findings", found)];
  const open = openQuestions(record);
  if (open > 0) parts.push(open === 1 ? t("1 open question") : t("{0} open questions", open));
  return parts;
}

/** How many questions of a run nobody has answered. */
export function openQuestions({ questions }: RunRecord): number {
  return questions?.filter(({ answer }) => answer === null).length ?? 0;
}

/** The state of a run for a person: its status, and what became of its draft. */
export function statusName(record: RunRecord, t: Translate): string {
  const draft = draftName(record, t);
  return draft === null ? runStatusName(record, t) : `${runStatusName(record, t)}, ${draft}`;
}

/** A run in a list: time and model first, then its cost and its state, which the icon says as well. */
export function runRow(record: RunRecord, time: string, t: Translate): { label: string; description: string } {
  const state = rowState(record, t);
  const cost = record.cost === null ? [] : [`${record.cost.amount} ${record.cost.currency}`];
  return { label: `${time} ${modelName(record) ?? record.provider?.id ?? ""}`, description: [...cost, state].join(" · ") };
}

/** In one word, where there is little room. */
function rowState(record: RunRecord, t: Translate): string {
  const { status, draft, taken_back: takenBack } = record;
  if (status !== "completed" || draft === null) return statusName(record, t);
  if (draft.state === "applied" && takenBack === true) return t("taken back");
  return { ready: t("waits"), applied: t("applied"), discarded: t("discarded"), superseded: t("superseded") }[draft.state];
}

/** A run in a list, for a screen reader: its icon and its place in the list are told in words. */
export function spokenRun(record: RunRecord, time: string, t: Translate): string {
  return t("Run at {0}: {1}, {2}, on {3}", time, statusName(record, t), modelName(record) ?? record.provider?.id ?? t("no provider"), record.spec.path);
}

/** The status of a run for a person. */
export function runStatusName({ status }: RunRecord, t: Translate): string {
  return {
    queued: t("waiting"),
    running: t("running"),
    completed: t("completed"),
    failed: t("failed"),
    cancelled: t("cancelled"),
    interrupted: t("interrupted"),
  }[status];
}

/** What became of a run's draft; null if it has none. */
export function draftName({ draft, taken_back: takenBack = false }: RunRecord, t: Translate): string | null {
  if (draft === null) return null;
  if (draft.partial && draft.state === "ready") return t("partial draft kept");
  if (draft.state === "applied" && takenBack) return t("draft taken back");
  return {
    ready: t("draft waiting"),
    applied: t("draft applied"),
    discarded: t("draft discarded"),
    superseded: t("draft superseded"),
  }[draft.state];
}

function usageText(record: RunRecord, t: Translate): string {
  const { input_tokens: input, output_tokens: output } = record.usage ?? { input_tokens: null, output_tokens: null };
  if (input === null || output === null) return t("tokens unknown");
  return t("{0} in / {1} out tokens", input, output);
}

/** Status bar texts expand `$(icon)`; a section's name must not. */
function plain(value: string, length = 40): string {
  return value.replaceAll("$(", "$ (").replace(/\s+/gu, " ").slice(0, length);
}
