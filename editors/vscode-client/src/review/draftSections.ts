/** A place in the document as it would be with a draft, as the server counts it. */
export interface PlacedRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** A section of a draft, where it would stand. */
export interface PlacedSection {
  readonly key: string;
  readonly title: string;
  readonly state: string;
  readonly reason: string | null;
  readonly head: PlacedRange | null;
}

/** Something that the check of a draft found, where it would stand. */
export interface PlacedFinding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly key: string | null;
  readonly range: PlacedRange | null;
}

/** Whether a section waits for a word. */
export function waits({ state }: PlacedSection): boolean {
  return state === "ready" || state === "accepted";
}

/** The sections in the answer of `orch.previewDraft`; what is malformed is left out. */
export function sectionsIn(value: unknown): PlacedSection[] {
  return records(value).flatMap((one) => {
    const { key, title, state, reason } = one;
    if (typeof key !== "string" || typeof state !== "string") return [];
    return [{ key, title: typeof title === "string" ? title : key, state, reason: text(reason), head: placeIn(one["head"]) }];
  });
}

/** The findings in the answer of `orch.previewDraft`; what is malformed is left out. */
export function findingsIn(value: unknown): PlacedFinding[] {
  return records(value).flatMap((one) => {
    const { rule, severity, message, key } = one;
    if (typeof rule !== "string" || typeof severity !== "string" || typeof message !== "string") return [];
    return [{ rule, severity, message, key: text(key), range: placeIn(one["range"]) }];
  });
}

function records(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is Record<string, unknown> => typeof one === "object" && one !== null);
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function placeIn(value: unknown): PlacedRange | null {
  const { start, end } = (value ?? {}) as Partial<PlacedRange>;
  return isPlace(start) && isPlace(end) ? { start, end } : null;
}

function isPlace(value: unknown): value is PlacedRange["start"] {
  const { line, character } = (value ?? {}) as { line?: unknown; character?: unknown };
  return Number.isInteger(line) && Number.isInteger(character);
}
