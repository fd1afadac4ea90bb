/** New text in a document, by offsets; `before` is what stood in its place. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly before: string;
  /** The heading that it stands below, or is. */
  readonly title: string;
  /** Where that heading begins; `start` if there is none. */
  readonly head: number;
}

/** A replacement, by offsets of the text before. */
export interface OffsetEdit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

const HEADING = /^#{1,6}[ \t]+(.+?)[ \t#]*$/u;

/** The text after some edits that do not overlap. */
export function edited(before: string, edits: readonly OffsetEdit[]): string {
  let [text, position] = ["", 0];
  for (const { start, end, newText } of ascending(edits)) {
    text += before.slice(position, start) + newText;
    position = end;
  }
  return text + before.slice(position);
}

/** What edits brought into a text, a mark each; of one with several main headings, a mark for each of these. */
export function marksOf(before: string, edits: readonly OffsetEdit[]): Mark[] {
  const after = edited(before, edits);
  const marks: Mark[] = [];
  let shift = 0;
  for (const { start, end, newText } of ascending(edits)) {
    const from = start + shift;
    const old = before.slice(start, end);
    // Headings that were there before come back all at once.
    const pieces = /^#{1,6} /mu.test(old) ? [newText] : sectionsIn(newText);
    let position = from;
    for (const [number, piece] of pieces.entries()) {
      const mark = { start: position, end: position + piece.length, before: number === 0 ? old : "" };
      if (piece.trim() !== "") marks.push({ ...mark, ...headOf(after, mark.start, mark.end) });
      position += piece.length;
    }
    shift += newText.length - (end - start);
  }
  return marks;
}

/** The marks after a change of the text: moved by what changed before them; one in which something changed is gone. */
export function movedMarks(marks: readonly Mark[], change: OffsetEdit): Mark[] {
  const shift = change.newText.length - (change.end - change.start);
  return marks.flatMap((mark) => {
    if (change.start >= mark.end) return [mark];
    if (change.end > mark.start || (change.end === change.start && change.start > mark.start)) return [];
    const head = change.end <= mark.head ? mark.head + shift : mark.head;
    return [{ ...mark, start: mark.start + shift, end: mark.end + shift, head }];
  });
}

function ascending(edits: readonly OffsetEdit[]): OffsetEdit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** New text, cut before each of its main headings; blank lines alone in front of the first belong to it. */
function sectionsIn(text: string): string[] {
  const lines = text.split(/(?<=\n)/u);
  const main = Math.min(...lines.map((line) => (HEADING.test(line.trimEnd()) ? (/^#+/u.exec(line)?.[0].length ?? 9) : 9)));
  const pieces: string[] = [];
  let piece = "";
  for (const line of lines) {
    const isMain = main < 9 && line.startsWith(`${"#".repeat(main)} `);
    if (isMain && piece.trim() !== "") {
      pieces.push(piece);
      piece = "";
    }
    piece += line;
  }
  return [...pieces, piece];
}

/** The heading that new text begins with, else the nearest above it. */
function headOf(text: string, start: number, end: number): { title: string; head: number } {
  const first = /\S/u.exec(text.slice(start, end));
  const own = start + (first?.index ?? 0);
  for (let at = text.lastIndexOf("\n", own - 1) + 1; ; at = text.lastIndexOf("\n", at - 2) + 1) {
    const stop = text.indexOf("\n", at);
    const title = HEADING.exec(text.slice(at, stop === -1 ? text.length : stop).trimEnd())?.[1];
    if (title !== undefined) return { title, head: at };
    if (at <= 0) return { title: "", head: own };
  }
}
