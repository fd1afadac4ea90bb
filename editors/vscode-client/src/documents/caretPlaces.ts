/** A place in a text, as LSP and VS Code count them: both from 0, characters in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** A replacement, as LSP describes it. */
export interface Replacement {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly newText: string;
}

/**
 * Where a caret belongs after edits: before the same text as it was, and in front of what is inserted at it. Whoever
 * types at the end of a run goes on in the sentence, not behind the draft.
 */
export function placeAfter(caret: Place, edits: readonly Replacement[]): Place {
  let [line, character] = [caret.line, caret.character];
  // From the end, so that a place is moved by what lies before it only.
  const ordered = [...edits].sort((a, b) => compare(b.range.start, a.range.start));
  for (const { range, newText } of ordered) {
    const here = { line, character };
    if (compare(range.start, here) >= 0) continue;
    if (compare(range.end, here) > 0 || (compare(range.end, here) === 0 && character > 0)) {
      // What the caret stood in is replaced.
      ({ line, character } = range.start);
      continue;
    }
    const added = newText.split(/\r\n|\r|\n/u);
    const last = added.at(-1) ?? "";
    if (range.end.line === line) {
      character += last.length - range.end.character + (added.length === 1 ? range.start.character : 0);
    }
    line += added.length - 1 - (range.end.line - range.start.line);
  }
  return { line, character };
}

/** Negative if `a` is before `b`. */
function compare(a: Place, b: Place): number {
  return a.line - b.line || a.character - b.character;
}
