import type * as vscode from "vscode";
import type { ServerRequests } from "./serverRequests";

/** A view is read anew once the last of several changes is so long ago. */
const SETTLED_MS = 300;

/** Reads what a view shows from the server that runs: at once, or soon after the last of many changes. */
export class Refreshing implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private connected: ServerRequests | null = null;

  /**
   * @param read shows what a server has, unless that is gone meanwhile
   * @param onFailure told why something could not be read
   */
  constructor(
    private readonly read: (server: ServerRequests, isGone: () => boolean) => Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** The server that is read from; null when there is none. */
  get server(): ServerRequests | null {
    return this.connected;
  }

  /** Reads from this server from now on, at once if somebody looks; null when there is none. */
  connect(server: ServerRequests | null, isLooked: boolean): void {
    clearTimeout(this.timer);
    this.connected = server;
    if (isLooked) void this.now();
  }

  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.now(), SETTLED_MS);
  }

  async now(): Promise<void> {
    clearTimeout(this.timer);
    const { connected } = this;
    if (connected === null) return;
    try {
      await this.read(connected, () => this.connected !== connected);
    } catch (error) {
      this.onFailure(error);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
