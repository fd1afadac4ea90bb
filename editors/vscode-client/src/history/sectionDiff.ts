/** A heading with all below it, up to the next one of its level or above; empty if there is none of that title. */
export function sectionOf(text: string, title: string): string {
  const lines = text.split(/(?<=\n)/u);
  const first = lines.findIndex((line) => titleOf(line) === title);
  if (first === -1) return "";
  const level = levelOf(lines[first] ?? "");
  const length = lines.slice(first + 1).findIndex((line) => levelOf(line) > 0 && levelOf(line) <= level);
  return lines.slice(first, length === -1 ? undefined : first + 1 + length).join("");
}

/** The title of the section of level 2 around a line, else of the nearest heading above it; null if there is none. */
export function titleAround(text: string, line: number): string | null {
  const above = text.split("\n").slice(0, line + 1).reverse();
  const found = above.find((one) => levelOf(one) === 2) ?? above.find((one) => levelOf(one) > 0);
  return found === undefined ? null : titleOf(found);
}

function levelOf(line: string): number {
  return /^(#{1,6})[ \t]/u.exec(line)?.[1]?.length ?? 0;
}

function titleOf(line: string): string | null {
  return /^#{1,6}[ \t]+(.+?)[ \t#]*$/u.exec(line.trimEnd())?.[1] ?? null;
}
