import assert from "node:assert/strict";
import { test } from "node:test";
import { groupRuns } from "../src/history/grouping";
import { draftWaits, isDraftReady, isLive, isRunRecord } from "../src/runs/record";
import { runDetails, spokenRun, spokenStatus, statusName, statusText } from "../src/runs/statusText";
import { StreamedText, type DraftDelta } from "../src/runs/streamedText";
import { runRecord, t } from "./samples";

const delta = (offset: number, text: string, changes: Partial<DraftDelta> = {}): DraftDelta => ({
  runId: "r",
  step: "draft",
  section: null,
  offset,
  text,
  ...changes,
});

test("streamed pieces are put in the order of their offsets", () => {
  const text = new StreamedText();
  for (const piece of [delta(0, "a"), delta(4, "c"), delta(2, "bb")]) text.add(piece);
  assert.equal(text.toString(), "abbc");
});

test("steps follow each other in the order in which they began", () => {
  const text = new StreamedText();
  for (const piece of [delta(0, "one", { step: "b" }), delta(0, "two", { step: "a" }), delta(3, "!", { step: "b" })]) {
    text.add(piece);
  }
  assert.equal(text.toString(), "one!\n\ntwo");
});

test("a piece that names no section leaves the section as it was", () => {
  const text = new StreamedText();
  text.add(delta(0, "a", { section: "Goals" }));
  text.add(delta(1, "b"));
  assert.equal(text.section, "Goals");
});

test("the status bar is empty without a live run", () => {
  assert.equal(statusText([], t), null);
});

test("the status bar shows section and tokens of the newest run, and how many more there are", () => {
  const record = runRecord({ status: "running" });
  const runs = [
    { record, section: null, estimatedTokens: 0, report: null },
    { record, section: "Goals", estimatedTokens: 120, report: null },
  ];
  assert.equal(statusText(runs, t), "$(loading~spin) Orch: Goals · ≈ 120 tokens +1 more");
});

test("a run that waits for its turn says so", () => {
  const text = statusText([{ record: runRecord({ status: "queued" }), section: null, estimatedTokens: 0, report: null }], t);
  assert.equal(text, "$(watch) Orch: waiting");
});

test("a section's name cannot bring icons into the status bar", () => {
  const run = { record: runRecord({ status: "running" }), section: "$(trash) x", estimatedTokens: 0, report: null };
  assert.equal(statusText([run], t)?.includes("$(trash)"), false);
});

const waiting = {
  record: runRecord({ status: "running" }),
  section: null,
  estimatedTokens: 0,
  report: "rate limited, trying again in 2 s",
};

test("a run that waits for its provider says for what, and how long", () => {
  assert.equal(statusText([waiting], t), "$(loading~spin) Orch: rate limited, trying again in 2 s");
  assert.equal(spokenStatus([waiting], t), "Orch: rate limited, trying again in 2 s");
});

test("what a provider says cannot bring icons into the status bar, nor fill it", () => {
  const text = statusText([{ ...waiting, report: `$(trash) ${"very ".repeat(90)}busy` }], t) ?? "";
  assert.ok(!text.includes("$(trash)") && text.length < 120, text);
});

test("a screen reader says words, no icons and signs", () => {
  const record = runRecord({ status: "running" });
  const writing = { record, section: "Goals", estimatedTokens: 120, report: null };
  assert.equal(spokenStatus([waiting, writing], t), "Orch: drafting Goals, about 120 tokens, and 1 more");
  const applied = runRecord({ draft: { state: "applied", bytes: 10, partial: false } });
  assert.equal(
    spokenRun(applied, "10:31", t),
    "Run at 10:31: completed, draft applied, some-model-2025, on specs/login.spec.md",
  );
});

test("an applied draft that an undo took back says so", () => {
  const draft = { state: "applied", bytes: 10, partial: false } as const;
  assert.equal(statusName(runRecord({ draft, taken_back: true }), t), "completed, draft taken back");
  assert.equal(statusName(runRecord({ draft: { ...draft, state: "ready" }, taken_back: true }), t), "completed, draft waiting");
});

test("details say tokens and cost as known", () => {
  const lines = runDetails(runRecord(), t);
  assert.ok(lines.includes("120 in / 45 out tokens"));
  assert.ok(lines.includes("0.0012 USD"));
  assert.ok(lines.includes("work · some-model-2025"));
});

test("details say what is not known instead of guessing", () => {
  const lines = runDetails(
    runRecord({ usage: null, cost: null, provider: { id: "outline" }, model: { requested: null, resolved: null } }),
    t,
  );
  assert.ok(lines.includes("tokens unknown"));
  assert.ok(lines.includes("cost unknown"));
  assert.ok(lines.includes("outline · no model"));
});

test("a failed run with text says that the partial draft is kept", () => {
  const record = runRecord({ status: "failed", draft: { state: "ready", bytes: 10, partial: true } });
  assert.equal(statusName(record, t), "failed, partial draft kept");
  assert.equal(isDraftReady(record), false);
  assert.equal(draftWaits(record), true);
});

test("a live run has no draft that waits", () => {
  const record = runRecord({ status: "running", draft: { state: "ready", bytes: 10, partial: false } });
  assert.equal(isLive(record), true);
  assert.equal(isDraftReady(record), false);
});

for (const value of [null, 1, "x", [], {}, { run_id: 3 }, { run_id: "a", status: "running" }]) {
  test(`${JSON.stringify(value)} is not taken for a record`, () => {
    assert.equal(isRunRecord(value), false);
  });
}

test("a record is known by its shape", () => {
  assert.equal(isRunRecord(JSON.parse(JSON.stringify(runRecord()))), true);
});

const at = (id: string, path: string, date: Date): ReturnType<typeof runRecord> =>
  runRecord({
    run_id: id,
    spec: { path, profile: "plain" },
    timing: { started_at: date.toISOString(), ended_at: null },
  });

test("runs are grouped by spec and local day, newest first", () => {
  const now = new Date(2025, 2, 4, 12);
  const runs = [
    at("1", "a.spec.md", new Date(2025, 2, 1, 9)),
    at("2", "b.spec.md", new Date(2025, 2, 3, 23, 59)),
    at("3", "a.spec.md", new Date(2025, 2, 4, 0, 1)),
    at("4", "a.spec.md", new Date(2025, 2, 4, 11)),
  ];
  const shape = groupRuns(runs, now, t).map(({ path, days }) => [
    path,
    ...days.map(({ label, runs: ofDay }) => `${label}: ${ofDay.map((run) => run.run_id).join(",")}`),
  ]);
  assert.deepEqual(shape, [
    ["a.spec.md", "Today: 4,3", "2025-03-01: 1"],
    ["b.spec.md", "Yesterday: 2"],
  ]);
});

test("a time that cannot be read does not lose the run", () => {
  const record = runRecord({ timing: { started_at: "soon", ended_at: null } });
  assert.equal(groupRuns([record], new Date(), t)[0]?.days[0]?.label, "Unknown day");
});
