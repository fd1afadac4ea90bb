import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { Launch } from "./launch";
import { serverEnvironment } from "./launch";

const TAIL_LINES = 20;

/** How a server process ended; `lastLines` is the end of what it wrote to its error stream. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lastLines: readonly string[];
}

/** A running server process: its pipes, its log lines, and how it ended. */
export class ServerProcess {
  readonly exited: Promise<ServerExit>;

  private constructor(
    readonly child: ChildProcessWithoutNullStreams,
    onLine: (line: string) => void,
  ) {
    const lastLines: string[] = [];
    createInterface({ input: child.stderr, crlfDelay: Infinity }).on("line", (line) => {
      lastLines.push(line);
      if (lastLines.length > TAIL_LINES) lastLines.shift();
      onLine(line);
    });
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        resolve({ code, signal, lastLines });
      });
    });
  }

  /**
   * Starts a server that speaks over its standard streams.
   *
   * @param launch What to start; `serve` is added.
   * @param workingFolder A folder of this extension, never the workspace.
   * @param onLine Receives each line of the server's log.
   * @throws The operating system's error, if the program cannot be started.
   */
  static async start(launch: Launch, workingFolder: string, onLine: (line: string) => void): Promise<ServerProcess> {
    const child = spawn(launch.command, [...launch.args, "serve"], {
      cwd: workingFolder,
      env: serverEnvironment(process.env),
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const server = new ServerProcess(child, onLine);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.on("error", (error) => {
      onLine(String(error));
    });
    // Writing to a server that is gone is reported by its exit; without a listener it would end the extension host.
    child.stdin.on("error", () => undefined);
    return server;
  }

  /** Ends the process if it is still there `graceMs` milliseconds from now. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
  }
}
