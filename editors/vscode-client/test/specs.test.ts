import assert from "node:assert/strict";
import { test } from "node:test";
import { byState, nameOf, specsIn, type Spec } from "../src/specs/specList";
import { panelHtml } from "../src/trace/traceHtml";

const spec = (fields: Partial<Spec>): Spec => ({
  scope: "specs/a",
  title: "A",
  state: "open",
  requirements: 1,
  tasks: 2,
  done: 0,
  questions: 0,
  documents: [{ path: "specs/a/spec.md", title: "A", uri: "file:///w/specs/a/spec.md" }],
  ...fields,
});

test("specs stand by state, those at work first", () => {
  const found = byState([spec({ state: "done" }), spec({ state: "in_progress", scope: "b" }), spec({ state: "done", scope: "c" })]);
  assert.deepEqual(
    found.map(({ state, specs }) => [state, specs.map(({ scope }) => scope)]),
    [
      ["in_progress", ["b"]],
      ["done", ["specs/a", "c"]],
    ],
  );
});

test("a spec is named by its folder, and one that is a file by its title", () => {
  assert.equal(nameOf(spec({ title: "Design Document" })), "a");
  assert.equal(nameOf(spec({ scope: "specs/a/", title: "Design Document" })), "a");
  const alone = { scope: "a.md", documents: [{ path: "a.md", title: "A", uri: "file:///w/a.md" }] };
  assert.equal(nameOf(spec(alone)), "A");
  assert.equal(nameOf(spec({ scope: "" })), "A");
});

test("what has not the shape of a spec is left out", () => {
  const bad = [null, 1, {}, { ...spec({}), state: "later" }, { ...spec({}), documents: [{ path: "a", title: "b", uri: "command:x" }] }];
  assert.deepEqual(specsIn({ schema: "orch.specs/1", specs: [spec({}), ...bad] }), [spec({})]);
  for (const answer of [null, undefined, "x", [], { specs: {} }]) assert.deepEqual(specsIn(answer), []);
});

test("a page in a panel is held to what is written in it, whatever it says itself", () => {
  const shown = panelHtml("<!DOCTYPE html>\n<html><head lang='en'><title>x</title></head><body></body></html>");
  assert.match(shown, /<head lang='en'><meta http-equiv="Content-Security-Policy" content="default-src 'none';/u);
  assert.ok(!/https?:/u.test(shown));
  assert.throws(() => panelHtml("no page"));
});
