import assert from "node:assert/strict";
import { test } from "node:test";
import { contextIn, fileOfPin, isPinned, placeOf, shortCount, waitingServer } from "../src/context/contextList";

const item = (fields: object): object => ({
  path: "src/a.py",
  range: [1, 9],
  symbol: "take",
  role: "code",
  bytes: 100,
  tokens: 30,
  score: null,
  reason: "mention",
  redactions: 0,
  ...fields,
});

test("the pieces of a file come together, in their order", () => {
  const answer = {
    root: "file:///w",
    items: [item({ range: [40, 60], reason: "pin", role: null, redactions: 2 }), item({}), item({ path: "b.md", range: null, symbol: null })],
    left_out: [{ path: ".env", reason: "denied" }],
    by_hand: { pinned: ["src/a.py#L40-L60"], excluded: ["old.py"] },
    estimate: { input_tokens: 8123, words: "≈ 8.1k tokens, ≈ $0.04" },
  };
  const context = contextIn(answer);
  assert.deepEqual(context.sent.map(({ path, role, tokens, hidden }) => [path, role, tokens, hidden]), [["src/a.py", "code", 60, 2], ["b.md", "code", 30, 0]]);
  assert.deepEqual((context.sent[0]?.pieces ?? []).map(({ range }) => range), [[1, 9], [40, 60]]);
  assert.deepEqual(context.sent[0]?.reasons, ["pin", "mention"]);
  assert.equal(context.estimate, "≈ 8.1k tokens, ≈ $0.04");
  assert.ok(isPinned(context, "src/a.py"));
  assert.ok(!isPinned(context, "b.md"));
});

test("what has not the shape of a context is left out", () => {
  const empty = { root: null, sent: [], leftOut: [], pinned: [], excluded: [], estimate: "" };
  for (const answer of [null, undefined, "x", [], { root: "command:x", items: {}, left_out: 3, by_hand: [], estimate: {} }]) {
    assert.deepEqual(contextIn(answer), empty);
  }
  const bad = [null, {}, item({ range: [1] }), item({ tokens: "3" }), item({ path: 4 }), item({ role: 1 })];
  assert.deepEqual(contextIn({ items: bad, left_out: [null, { path: 1, reason: "" }] }), empty);
});

test("a pin is of a file or of lines of it", () => {
  assert.deepEqual(["a.py", "a.py#L1", "a.py#L1-L9", "a#b.md", "a.py#L"].map(fileOfPin), ["a.py", "a.py", "a.py", "a#b.md", "a.py#L"]);
});

test("a line that is hidden and a server that waits are known as such", () => {
  assert.deepEqual(placeOf({ path: "a.py:12", reason: "line hidden: token" }), { path: "a.py", line: 12 });
  assert.deepEqual(placeOf({ path: "a.py:12", reason: "not found" }), { path: "a.py:12", line: null });
  const reason = ".mcp.json declares it, and you have not allowed it as it is now: `orch-lsp trust mcp 'my notes'`";
  assert.equal(waitingServer({ path: "mcp:my notes", reason }), "my notes");
  assert.equal(waitingServer({ path: "mcp:notes", reason: "no room" }), null);
  assert.equal(waitingServer({ path: "a.py", reason }), null);
});

test("counts are short", () => {
  assert.deepEqual([7, 999, 1000, 8123, 12_345].map(shortCount), ["7", "999", "1.0k", "8.1k", "12k"]);
});
