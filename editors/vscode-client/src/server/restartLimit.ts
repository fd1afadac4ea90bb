/** Decides whether a server that ended is started again: at most `restarts` times in `windowMs` milliseconds. */
export class RestartLimit {
  private moments: number[] = [];

  constructor(
    private readonly restarts = 4,
    private readonly windowMs = 180_000,
  ) {}

  /** Counts an end at `now` (milliseconds); whether to start again. */
  allows(now: number): boolean {
    this.moments = this.moments.filter((moment) => now - moment < this.windowMs);
    if (this.moments.length >= this.restarts) return false;
    this.moments.push(now);
    return true;
  }

  reset(): void {
    this.moments = [];
  }
}
