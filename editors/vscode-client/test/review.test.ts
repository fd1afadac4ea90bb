import assert from "node:assert/strict";
import { test } from "node:test";
import { edited, marksOf, movedMarks } from "../src/marks/markRanges";
import { findingsIn, sectionsIn, waits } from "../src/review/draftSections";
import { sectionOf, titleAround } from "../src/history/sectionDiff";
import { inPlaceLabel, lineOfSection } from "../src/preview/inPlaceText";
import { StreamedText } from "../src/runs/streamedText";
import { endSummary, runRow } from "../src/runs/statusText";
import { runRecord, t } from "./samples";

const BEFORE = "# Limits\n\nA brief.\n\n## Goal\n\nTODO\n\n## Notes\n\nMine.\n";

/** The edits of a draft: a body in the place of a note, and two sections behind all. */
function drafted(): { edits: { start: number; end: number; newText: string }[]; after: string } {
  const goal = BEFORE.indexOf("TODO");
  const edits = [
    { start: BEFORE.length, end: BEFORE.length, newText: "\n## Tasks\n\n- Count.\n\n### Later\n\n- More.\n\n## Rollback\n\nRestart.\n" },
    { start: goal, end: goal + 4, newText: "Limit clients." },
  ];
  return { edits, after: edited(BEFORE, edits) };
}

test("what a draft brought in is marked section by section, with the heading that it stands below", () => {
  const { edits, after } = drafted();
  const marks = marksOf(BEFORE, edits);
  assert.deepEqual(marks.map(({ title }) => title), ["Goal", "Tasks", "Rollback"]);
  assert.deepEqual(
    marks.map(({ start, end }) => after.slice(start, end).trim().split("\n")[0]),
    ["Limit clients.", "## Tasks", "## Rollback"],
  );
  assert.ok(after.slice(marks[1]?.start, marks[1]?.end).includes("### Later"), "a heading below a main one is a part of it");
  assert.ok(marks.every(({ head }) => after.slice(head).startsWith("## ")));
});

test("undoing every mark gives the text before", () => {
  const { edits, after } = drafted();
  const back = marksOf(BEFORE, edits).map(({ start, end, before }) => ({ start, end, newText: before }));
  assert.equal(edited(after, back), BEFORE);
});

test("undoing one mark leaves the others as they are", () => {
  const { edits, after } = drafted();
  const [, tasks] = marksOf(BEFORE, edits);
  assert.ok(tasks);
  const text = edited(after, [{ start: tasks.start, end: tasks.end, newText: tasks.before }]);
  assert.ok(!text.includes("## Tasks") && text.includes("## Rollback") && text.includes("Limit clients."));
});

test("marks move with what is written before them, and one in which a person wrote is gone", () => {
  const { edits, after } = drafted();
  const marks = marksOf(BEFORE, edits);
  const above = movedMarks(marks, { start: 0, end: 0, newText: "Hello.\n" });
  assert.deepEqual(above.map(({ start, head }) => [start, head]), marks.map(({ start, head }) => [start + 7, head + 7]));
  const inside = after.indexOf("- Count") + 2;
  assert.deepEqual(movedMarks(marks, { start: inside, end: inside, newText: "x" }).map(({ title }) => title), ["Goal", "Rollback"]);
  assert.deepEqual(movedMarks(marks, { start: after.length, end: after.length, newText: "x" }), marks);
});

test("a body with sections behind it is one mark for each, and the body takes the place of the note", () => {
  const before = "# Limits\n\n## Goal\n\nTODO\n";
  const start = before.indexOf("TODO");
  const edits = [{ start, end: start + 4, newText: "Limit clients.\n\n## Tasks\n\n- Count." }];
  const marks = marksOf(before, edits);
  assert.deepEqual(marks.map(({ title, before: old }) => [title, old]), [["Goal", "TODO"], ["Tasks", ""]]);
});

test("a draft without a heading is marked all the same", () => {
  const [mark] = marksOf("", [{ start: 0, end: 0, newText: "Words.\n" }]);
  assert.deepEqual({ title: mark?.title, head: mark?.head }, { title: "", head: 0 });
});

test("sections and findings of a draft are read, and what is malformed is left out", () => {
  const head = { start: { line: 3, character: 0 }, end: { line: 3, character: 7 } };
  const [section, ...rest] = sectionsIn([{ key: "goal", title: "Goal", state: "ready", reason: null, head }, { key: 4 }, null, 7]);
  assert.deepEqual(section, { key: "goal", title: "Goal", state: "ready", reason: null, head });
  assert.deepEqual(rest, []);
  assert.ok(waits(section));
  assert.ok(!waits({ ...section, state: "applied" }));
  const finding = { rule: "criterion_vague", severity: "warning", message: "Vague.", key: "goal", range: { start: 4 } };
  assert.deepEqual(findingsIn([finding, { rule: "x" }]), [{ ...finding, range: null }]);
  for (const value of [undefined, null, 7, "x", {}]) assert.deepEqual([sectionsIn(value), findingsIn(value)], [[], []]);
});

test("a section is found by its title, with what stands below it", () => {
  assert.equal(sectionOf("# A\n\n## Goal\n\nx\n\n### Part\n\ny\n\n## Tasks\n", "Goal"), "## Goal\n\nx\n\n### Part\n\ny\n\n");
  assert.equal(sectionOf("## Goal\n", "Tasks"), "");
  assert.equal(titleAround("# A\n\n## Goal\n\n### Part\n\ny\n", 6), "Goal");
  assert.equal(titleAround("# A\n\nx\n", 2), "A");
  assert.equal(titleAround("x\n", 0), null);
});

test("a row of the history says model and cost before its state", () => {
  const draft = { state: "applied" as const, bytes: 3, partial: false };
  const run = runRecord({ draft, cost: { amount: "0.02", currency: "USD" }, model: { requested: "m", resolved: "m-1" } });
  assert.deepEqual(runRow(run, "10:00", t), { label: "10:00 m-1", description: "0.02 USD · applied" });
  assert.deepEqual(runRow({ ...run, taken_back: true, cost: null }, "10:00", t).description, "taken back");
  const failed = { ...run, status: "failed" as const, draft: null, cost: null };
  assert.deepEqual(runRow(failed, "10:00", t), { label: "10:00 m-1", description: "failed" });
});

test("words that arrive are told in one short line, behind the heading of their section", () => {
  const text = new StreamedText();
  const piece = { runId: "r", step: "draft", offset: 0 };
  text.add({ ...piece, section: "goal", text: "One busy client" });
  text.add({ ...piece, offset: 20, section: "acceptance-criteria", text: ` waits ${"and waits ".repeat(20)}` });
  const [goal, criteria] = text.arriving;
  assert.ok(goal !== undefined && criteria !== undefined);
  assert.equal(inPlaceLabel(goal, "3 words"), "  ✓ 3 words");
  const label = inPlaceLabel(criteria, "");
  assert.ok(label.startsWith("  ✎ …") && label.length < 84 && !label.includes("\n"), label);
  const lines = ["# Limits", "", "## Goal", "", "### Acceptance Criteria ##"];
  assert.deepEqual(["goal", "acceptance-criteria", "tasks"].map((key) => lineOfSection(lines, key)), [2, 4, null]);
});

test("sections that are written side by side are all open", () => {
  const text = new StreamedText();
  for (const section of ["goal", "tasks"]) text.add({ runId: "r", step: `section:${section}`, offset: 0, section, text: "Words" });
  assert.deepEqual(text.arriving.map(({ isNewest }) => isNewest), [true, true]);
});

test("a success is told in a few words", () => {
  const timing = { started_at: "2026-01-31T10:00:00.000Z", ended_at: "2026-01-31T10:00:16.200Z" };
  const sections = [
    { key: "goal", state: "applied" },
    { key: "tasks", state: "edited" },
    { key: "notes", state: "rejected" },
  ];
  const draft = { state: "applied" as const, bytes: 3, partial: false, sections };
  assert.equal(endSummary(runRecord({ timing, draft, cost: null }), t), "2 sections · 16 s");
  assert.equal(endSummary(runRecord({ timing, draft, cost: { amount: "0.02", currency: "USD" } }), t), "2 sections · 16 s · 0.02 USD");
  const quick = { ...timing, ended_at: "2026-01-31T10:00:01.260Z" };
  const one = { ...draft, sections: sections.slice(0, 1) };
  assert.equal(endSummary(runRecord({ timing: quick, draft: one, cost: null }), t), "1 section · 1.3 s");

  const findings = [{ severity: "error" }, { severity: "hint" }];
  const looked = runRecord({ timing: quick, draft: null, cost: null, findings, questions: [{ answer: null }, { answer: "no" }] });
  assert.equal(endSummary(looked, t), "1 finding · 1 open question · 1.3 s");
  assert.equal(endSummary(runRecord({ timing: quick, draft: null, cost: null, findings: [], questions: [] }), t), "0 findings · 1.3 s");
});
