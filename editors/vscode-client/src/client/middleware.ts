import * as vscode from "vscode";
import { CancellationToken, type Middleware } from "vscode-languageclient/node";
import type { FillOffers } from "../documents/fillOffers";
import { withLinks } from "../documents/hoverLinks";
import { keepingCarets } from "../documents/keepCarets";
import { keyActions } from "../keys/keyActions";
import type { NewText } from "../marks/newText";
import { settingsOf } from "./configuration";
import type { RunTracker } from "../runs/runTracker";
import type { CommandRouter } from "./commandRouter";

/** What passes between editor and server is adapted here: commands, settings, and the progress of runs. */
export function createMiddleware(router: CommandRouter, tracker: RunTracker, offers: FillOffers, newText: NewText): Middleware {
  return {
    executeCommand: (command, args: unknown[], next) =>
      router.run(command, args, async (argument) => (await next(command, argument)) as unknown),
    provideCodeActions: async (document, range, context, token, next) => {
      const actions = (await next(document, range, context, token)) ?? [];
      return [...keyActions(document.uri, context), ...actions];
    },
    provideHover: async (document, position, token, next) => {
      const hover = await next(document, position, token);
      return hover === null || hover === undefined ? hover : withLinks(hover, document, position);
    },
    provideCodeLenses: async (document, token, next) => {
      const lenses = await next(document, token);
      offers.note(document.uri, lenses);
      return lenses;
    },
    // A run has its own item in the status bar, with its section, its tokens and a click to cancel.
    handleWorkDoneProgress: (token, params, next) => {
      const runId = String(token);
      if (tracker.record(runId) === undefined) {
        next(token, params);
      } else if (params.kind === "report") {
        tracker.report(runId, params.message ?? null);
      } else if (params.kind === "end") {
        tracker.settle(runId);
        // What was never shown ends in silence, and is forgotten.
        next(token, params);
      }
    },
    workspace: {
      handleApplyEdit: (params, next) =>
        keepingCarets(params, () => newText.noting(params, async () => next(params, CancellationToken.None))),
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
