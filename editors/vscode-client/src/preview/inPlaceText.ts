/** The words of a section as they arrive. */
export interface Arriving {
  readonly section: string | null;
  readonly words: number;
  readonly text: string;
  /** Whether its step goes on; the last to have brought words. */
  readonly isNewest: boolean;
}

const TAIL = 72;
/** More than as many characters without a blank are not looked through for the end. */
const LAST = 240;

/** What stands behind a heading while its section is written: short enough for a line, so that nothing is moved. */
export function inPlaceLabel({ words, text, isNewest }: Arriving, wordsText: string): string {
  if (!isNewest) return `  ✓ ${wordsText}`;
  // The heading that the words stand behind need not be said again.
  const line = text.slice(-LAST).replace(/^#{1,6} .*$/gmu, "").replace(/\s+/gu, " ").trim();
  const end = line.length <= TAIL ? line : `…${line.slice(line.indexOf(" ", line.length - TAIL) + 1)}`;
  return words === 0 ? "  ✎" : `  ✎ ${end}`;
}

/** The line of the heading that a section has in a document; null if it has none yet. */
export function lineOfSection(lines: readonly string[], key: string): number | null {
  const found = lines.findIndex((line) => {
    const title = /^#{1,6}[ \t]+(.+?)[ \t#]*$/u.exec(line)?.[1];
    return title !== undefined && slug(title) === key;
  });
  return found === -1 ? null : found;
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/gu, "");
}
