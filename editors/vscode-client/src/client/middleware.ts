import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { settingsOf } from "./configuration";
import type { CommandRouter } from "./commandRouter";

/** What passes between editor and server is adapted here: commands, settings, and the progress of runs. */
export function createMiddleware(router: CommandRouter, isRun: (token: string | number) => boolean): Middleware {
  return {
    executeCommand: (command, args: unknown[], next) =>
      router.run(command, args, async (argument) => (await next(command, argument)) as unknown),
    // A run has its own item in the status bar, with its section, its tokens and a click to cancel.
    handleWorkDoneProgress: (token, params, next) => {
      if (!isRun(token)) next(token, params);
    },
    workspace: {
      configuration: (params) =>
        params.items.map((item) => {
          const scope = item.scopeUri ? vscode.Uri.parse(item.scopeUri) : undefined;
          return item.section === "orch" ? settingsOf(scope) : null;
        }),
      // The section as it is would hold what only the user level may set; the server pulls what it may know.
      didChangeConfiguration: async (_sections, next) => {
        await next(undefined);
      },
    },
  };
}
