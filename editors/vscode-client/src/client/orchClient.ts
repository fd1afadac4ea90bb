import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type ErrorHandler,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import * as vscode from "vscode";
import { settingsOf } from "./configuration";
import { ExperimentalOrchFeature } from "./experimental";
import { announcedSubjects, type Subject } from "./subjects";
import type { ServerProcess } from "../server/serverProcess";

/** A document that the server takes: on disk or not yet saved. Virtual file systems are out of its reach. */
export const SERVED_SCHEMES: readonly string[] = ["file", "untitled"];

export interface ClientParts {
  readonly output: vscode.LogOutputChannel;
  readonly middleware: Middleware;
  readonly startProcess: () => Promise<ServerProcess>;
}

/** A language client that logs failures instead of popping them up: what a person should know is said elsewhere. */
export class OrchClient extends LanguageClient {
  constructor(parts: ClientParts) {
    super("orch", "Orch", async () => ({ process: (await parts.startProcess()).child, detached: false }), options(parts));
    this.registerFeature(new ExperimentalOrchFeature());
  }

  /** Whether the server announced our extras beside the protocol. */
  get hasExtras(): boolean {
    const experimental = this.initializeResult?.capabilities.experimental as { orch?: unknown } | undefined;
    return Boolean(experimental?.orch);
  }

  /** What a command works on, as the server announced it; throws for a server that did not. */
  subjectOf(command: string): Subject {
    const subject = announcedSubjects(this.initializeResult?.capabilities.experimental).get(command);
    if (subject !== undefined) return subject;
    const version = this.initializeResult?.serverInfo?.version ?? vscode.l10n.t("unknown");
    throw new Error(
      vscode.l10n.t("The Orch server (version {0}) does not say what {1} works on. Update the server.", version, command),
    );
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function options({ output, middleware }: ClientParts): LanguageClientOptions {
  return {
    documentSelector: [
      ...SERVED_SCHEMES.map((scheme) => ({ scheme, language: "markdown" })),
      { scheme: "file", pattern: "**/.orch/workflows/*.toml" },
    ],
    diagnosticCollectionName: "orch",
    outputChannel: output,
    traceOutputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // The log lines of the server are read by ServerProcess, which keeps the last ones for its messages.
    stdioOptions: { stdout: () => undefined, stderr: () => undefined },
    initializationFailedHandler: () => false,
    errorHandler: ERROR_HANDLER,
    initializationOptions: () => settingsOf(undefined),
    middleware,
  };
}

/** A server that ended is started again by the supervisor, with a client of its own. */
const ERROR_HANDLER: ErrorHandler = {
  error: (_error, _message, count) => ({
    action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
    handled: true,
  }),
  closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
};
