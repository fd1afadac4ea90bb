import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAfter, type Replacement } from "../src/documents/caretPlaces";
import { documentKey, isSame } from "../src/documents/sameDocument";

const edit = (from: [number, number], to: [number, number], newText: string): Replacement => ({
  range: { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } },
  newText,
});

const PLACES: readonly [string, [number, number], Replacement[], [number, number]][] = [
  ["an insertion at the caret leaves it in front", [2, 9], [edit([2, 9], [2, 9], "\n\n## Goal\n\nText.\n")], [2, 9]],
  ["an insertion behind the caret leaves it", [2, 4], [edit([2, 9], [2, 9], "\n\n## Goal\n")], [2, 4]],
  ["lines before the caret move it down", [8, 3], [edit([4, 0], [4, 0], "a\nb\n")], [10, 3]],
  ["text before the caret in its line moves it on", [4, 7], [edit([4, 2], [4, 4], "longer")], [4, 11]],
  ["lines that end in the caret's line move it down and along", [4, 7], [edit([3, 5], [4, 2], "x\ny\nzz")], [5, 7]],
  ["a caret in what is replaced stays in front of it", [6, 2], [edit([6, 0], [6, 4], "A goal.\n\nMore.")], [6, 0]],
  ["a caret behind what is replaced stays in front of it", [6, 4], [edit([6, 0], [6, 4], "A goal.")], [6, 0]],
  ["a caret at the beginning of the next line stays with that line", [7, 0], [edit([6, 0], [7, 0], "A\nB\n")], [8, 0]],
  ["edits before and at the caret", [6, 0], [edit([6, 0], [6, 0], "## Tasks\n\n"), edit([2, 0], [2, 4], "A\nB\nC")], [8, 0]],
  ["a removed line moves it up", [6, 1], [edit([2, 0], [3, 0], "")], [5, 1]],
  ["a carriage return is one line end", [3, 1], [edit([1, 0], [1, 0], "a\r\nb\r\n")], [5, 1]],
];

for (const [name, [line, character], edits, [toLine, toCharacter]] of PLACES) {
  test(name, () => {
    assert.deepEqual(placeAfter({ line, character }, edits), { line: toLine, character: toCharacter });
  });
}

const SAME: readonly [string, string][] = [
  ["file:///w/My%20Pr%C3%BCf%20%281%29%20%5Bx%5D/a.md", "file:///w/My Prüf (1) [x]/a.md"],
  ["file:///w/a%2eb%40c.md", "file:///w/a.b@c.md"],
  ["file:///c%3A/Specs/a.md", "file:///C:/Specs/a.md"],
  ["untitled:Untitled%201", "untitled:Untitled 1"],
];
const DIFFERENT: readonly [string, string][] = [
  ["file:///w/a%20b.md", "file:///w/a%2520b.md"],
  ["file:///w/a%23b.md", "file:///w/a#b.md"],
  ["file:///w/A.md", "file:///w/a.md"],
  ["file:///w/%FF.md", "file:///w/%FE.md"],
];

for (const [one, other] of SAME) {
  test(`${one} is ${other}`, () => {
    assert.equal(documentKey(one), documentKey(other));
    assert.ok(isSame(one, other));
  });
}
for (const [one, other] of DIFFERENT) {
  test(`${one} is not ${other}`, () => {
    assert.ok(!isSame(one, other));
  });
}
test("nothing is the same as no document", () => {
  assert.ok(!isSame(undefined, undefined));
  assert.ok(!isSame("file:///a.md", undefined));
});
