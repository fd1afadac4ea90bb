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

  /** The section that is being written, if the server said so. */
  get section(): string | null {
    return this.newestSection;
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
  }

  toString(): string {
    return [...this.steps.values()].map((pieces) => pieces.map((piece) => piece.text).join("")).join("\n\n");
  }
}
