import type { Arriving } from "../preview/inPlaceText";

/** One piece of a streaming answer, as the notification `orch/draftDelta` brings it. */
export interface DraftDelta {
  readonly runId: string;
  readonly step: string;
  readonly section: string | null;
  readonly offset: number;
  readonly text: string;
}

/**
 * Puts the pieces of a streaming answer together: within a step in the order of their offsets, steps in the order in
 * which they began.
 */
export class StreamedText {
  private readonly steps = new Map<string, { offset: number; text: string }[]>();
  private characters = 0;
  private newestSection: string | null = null;
  private readonly bySection = new Map<string | null, { step: string; words: number; text: string }>();

  /** The section that is being written, if the server said so. */
  get section(): string | null {
    return this.newestSection;
  }

  /** What has arrived of each section, in the order in which they began. */
  get arriving(): Arriving[] {
    return [...this.bySection].map(([section, { words, text }]) => ({ section, words, text, isNewest: this.isOpen(section) }));
  }

  /** A rough count, at four characters a token: the real one is known when the run ends. */
  get estimatedTokens(): number {
    return Math.ceil(this.characters / 4);
  }

  add(delta: DraftDelta): void {
    const pieces = this.steps.get(delta.step) ?? [];
    this.steps.set(delta.step, pieces);
    // Nearly always it is the last one: looked for from the end.
    const before = pieces.findLastIndex((piece) => piece.offset <= delta.offset);
    pieces.splice(before + 1, 0, { offset: delta.offset, text: delta.text });
    this.characters += delta.text.length;
    this.newestSection = delta.section ?? this.newestSection;
    const known = this.bySection.get(delta.section) ?? { step: delta.step, words: 0, text: "" };
    const words = known.words + (delta.text.match(/\S+/gu)?.length ?? 0);
    this.bySection.set(delta.section, { step: delta.step, words, text: known.text + delta.text });
  }

  /** Whether a section is the last one of its step, so that more words of it may come. */
  private isOpen(section: string | null): boolean {
    const step = this.bySection.get(section)?.step;
    return [...this.bySection].findLast(([, one]) => one.step === step)?.[0] === section;
  }

  toString(): string {
    return [...this.steps.values()].map((pieces) => pieces.map((piece) => piece.text).join("")).join("\n\n");
  }
}
