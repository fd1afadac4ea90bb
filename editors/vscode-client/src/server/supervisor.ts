import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { State } from "vscode-languageclient/node";
import { OrchClient } from "../client/orchClient";
import type { Launch } from "./launch";
import { RestartLimit } from "./restartLimit";
import { ServerProcess, type ServerExit } from "./serverProcess";
import { exitText } from "./exitText";

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 3_000;

/** How the server fares. */
export type ServerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "starting"; readonly launch: Launch }
  | { readonly kind: "running"; readonly launch: Launch; readonly client: OrchClient }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly launch: Launch | null; readonly reason: string };

export interface SupervisorParts {
  readonly output: vscode.LogOutputChannel;
  readonly middleware: Middleware;
  readonly workingFolder: () => Promise<string>;
  /** Attaches to a client before it starts, so that nothing it brings is missed. */
  readonly prepare: (client: OrchClient) => void;
}

/** Runs one server: starts it, starts it again when it crashed, and says why when it cannot. */
export class ServerSupervisor implements vscode.Disposable {
  private current: ServerState = { kind: "stopped" };
  private client: OrchClient | null = null;
  private process: ServerProcess | null = null;
  private readonly limit = new RestartLimit();
  private readonly changed = new vscode.EventEmitter<ServerState>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly parts: SupervisorParts) {}

  get state(): ServerState {
    return this.current;
  }

  /** Starts a server; returns when it runs, or when it is known why not. */
  async start(launch: Launch): Promise<void> {
    await this.stop();
    this.limit.reset();
    await this.attempt(launch);
  }

  /** The state once it is known whether a server runs. */
  async decided(): Promise<ServerState> {
    while (this.current.kind === "stopped" || this.current.kind === "starting") {
      await new Promise<void>((resolve) => {
        const subscription = this.onDidChange(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
    return this.current;
  }

  /** No server was found. */
  missing(): void {
    this.set({ kind: "missing" });
  }

  /** The server that was named cannot be used. */
  unusable(reason: string): void {
    this.set({ kind: "failed", launch: null, reason });
  }

  async stop(): Promise<void> {
    const { client, process } = this;
    this.client = null;
    this.process = null;
    if (client !== null) {
      try {
        if (client.isRunning()) await client.dispose(STOP_GRACE_MS);
      } catch (error) {
        this.parts.output.warn(`Stopping the server: ${String(error)}`);
      }
    }
    // One that has not answered yet ends with its input.
    process?.child.stdin.end();
    await process?.stop(STOP_GRACE_MS);
    if (this.current.kind !== "stopped") this.set({ kind: "stopped" });
  }

  dispose(): void {
    this.changed.dispose();
  }

  /** Starts a process, and a client for it alone: one that ended is not used again. */
  private async attempt(launch: Launch): Promise<void> {
    this.set({ kind: "starting", launch });
    const { output } = this.parts;
    output.info(`Starting ${[launch.command, ...launch.args, "serve"].join(" ")} (${launch.origin})`);
    const client: OrchClient = new OrchClient({
      output,
      middleware: this.parts.middleware,
      startProcess: () => this.startProcess(launch, client),
    });
    this.client = client;
    this.process = null;
    this.parts.prepare(client);
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) this.follow(newState, launch, client);
    });
    const overdue = new AbortController();
    const timer = setTimeout(() => {
      overdue.abort();
      this.process?.child.kill("SIGKILL");
    }, START_TIMEOUT_MS);
    try {
      await client.start();
    } catch (error) {
      await this.fail(launch, client, overdue.signal.aborted ? vscode.l10n.t("it does not answer") : error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async startProcess(launch: Launch, client: OrchClient): Promise<ServerProcess> {
    const started = await ServerProcess.start(launch, await this.parts.workingFolder(), (line) => {
      this.parts.output.info(line);
    });
    if (this.client !== client) {
      // Another start, or a stop, came in between and found no process to end.
      started.child.kill("SIGKILL");
      throw new vscode.CancellationError();
    }
    this.process = started;
    return started;
  }

  private follow(state: State, launch: Launch, client: OrchClient): void {
    if (state === State.Running) this.set({ kind: "running", launch, client });
    else if (this.current.kind === "running") void this.startAgain(launch);
  }

  /** The server ended by itself. */
  private async startAgain(launch: Launch): Promise<void> {
    if (this.limit.allows(Date.now())) {
      await this.attempt(launch);
      return;
    }
    const reason = vscode.l10n.t("The server crashed repeatedly and is not started again.");
    this.set({ kind: "failed", launch, reason });
  }

  private async fail(launch: Launch, client: OrchClient, error: unknown): Promise<void> {
    if (this.client !== client) return;
    this.client = null;
    const { process } = this;
    this.process = null;
    const exit = await endOf(process);
    const told = exit === null || typeof error === "string";
    this.set({ kind: "failed", launch, reason: told ? String(error) : exitText(exit, vscode.l10n.t) });
  }

  private set(state: ServerState): void {
    this.current = state;
    this.changed.fire(state);
  }
}

/** Ends a process that did not become a server; how it ended, or null if it never began. */
async function endOf(process: ServerProcess | null): Promise<ServerExit | null> {
  if (process === null) return null;
  process.child.stdin.end();
  await process.stop(500);
  return process.exited;
}
