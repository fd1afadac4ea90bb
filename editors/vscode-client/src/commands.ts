import * as vscode from "vscode";
import { SERVED_SCHEMES } from "./client/orchClient";
import { newSpec } from "./documents/newSpec";
import { virtualText } from "./documents/serverStatus";
import { runIdOf } from "./documents/virtualDocuments";
import { compareDrafts, openRecord } from "./history/runCommands";
import { runOfNode } from "./history/runTree";
import { removeApiKey, setApiKey } from "./keys/keyCommands";
import type { Orch } from "./orch";
import { reviewCommands } from "./review/reviewCommands";
import type { RunRecord } from "./runs/record";

/** Registers the commands that are this extension's own; the server's are registered by the language client. */
export function registerCommands(orch: Orch): vscode.Disposable[] {
  const commands: Readonly<Record<string, (argument: unknown) => unknown>> = {
    "orch.newSpec": (where) => createSpec(orch, where),
    "orch.setUpProvider": (document) => orch.setUp(document instanceof vscode.Uri ? document : vscode.window.activeTextEditor?.document.uri),
    "orch.setApiKey": () => setApiKey(orch.keys),
    "orch.removeApiKey": () => removeApiKey(orch.keys),
    "orch.installServer": () => orch.install(),
    "orch.restartServer": () => orch.restart(),
    "orch.showLog": () => {
      orch.output.show();
    },
    "orch.showTrace": (where) => showTrace(orch, where),
    "orch.showTimeline": (argument) => showTimeline(orch, argument),
    "orch.showWords": async () => {
      const runId = orch.tracker.live.at(-1)?.record.run_id;
      if (runId !== undefined) await orch.livePreview.showWords(runId);
    },
    "orch.showSectionDiff": (argument) => orch.guarded(() => orch.pages.showSectionDiff(argument, orch.requests)),
    "orch.specs.refresh": () => orch.specs.refresh(),
    "orch.context.refresh": () => orch.contextView.refresh(),
    "orch.context.pin": (node) => orch.guarded(() => orch.contextView.pick(node, "pin")),
    "orch.context.unpin": (node) => orch.guarded(() => orch.contextView.pick(node, "unpin")),
    "orch.context.exclude": (node) => orch.guarded(() => orch.contextView.pick(node, "exclude")),
    "orch.context.include": (node) => orch.guarded(() => orch.contextView.pick(node, "include")),
    "orch.context.allow": (node) => orch.guarded(() => orch.contextView.allow(node)),
    "orch.newText.keep": (mark) => {
      orch.newText.keep(mark);
    },
    "orch.newText.undo": (mark) => orch.newText.undo(mark),
    "orch.newText.keepAll": (where) => {
      orch.newText.keepAll(where);
    },
    "orch.newText.undoAll": (where) => orch.newText.undoAll(where),
    "orch.newText.review": (where) => orch.newText.review(where),
    "orch.newText.next": () => {
      orch.newText.next();
    },
    "orch.reviewDraft": (argument) => reviewDraft(orch, argument),
    "orch.runs.refresh": () => orch.history.refresh(),
    "orch.runs.openRecord": withRun((run) => orch.guarded(() => openRecord(run.run_id))),
    "orch.runs.openDraft": withRun((run) => orch.guarded(() => orch.review.showText(run.run_id))),
    "orch.runs.compare": withRun((run) => orch.guarded(() => compareDrafts(run, orch.tracker, orch.requests))),
    "orch.runs.copyId": withRun(async (run) => {
      await vscode.env.clipboard.writeText(run.run_id);
    }),
    ...reviewCommands(orch.review),
  };
  return Object.entries(commands).map(([id, act]) => vscode.commands.registerCommand(id, act));
}

function withRun(act: (run: RunRecord) => Promise<void>): (argument: unknown) => Promise<void> {
  return async (argument) => {
    const run = runOfNode(argument);
    if (run !== null) await act(run);
  };
}

async function createSpec(orch: Orch, where: unknown): Promise<void> {
  // The command itself may have woken the extension: its server is still starting then.
  const state = await orch.supervisor.decided();
  if (state.kind === "running") await newSpec(state.launch, await orch.workingFolder(), where);
  else await orch.messages.show(state);
}

async function showTrace(orch: Orch, where: unknown): Promise<void> {
  const state = await orch.supervisor.decided();
  if (state.kind === "running") await orch.traces.show(state.launch, await orch.workingFolder(), where);
  else await orch.messages.show(state);
}

async function showTimeline(orch: Orch, argument: unknown): Promise<void> {
  const document = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  const onDocument = document === undefined ? undefined : (runIdOf(document) ?? orch.tracker.newestOn(document)?.run_id);
  const { runId: named } = (argument ?? {}) as { runId?: unknown };
  const runId = runOfNode(argument)?.run_id ?? (typeof named === "string" ? named : onDocument);
  if (runId === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Orch: no run of this document is known."));
    return;
  }
  const state = await orch.supervisor.decided();
  const folder = document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document);
  const cwd = folder?.uri.fsPath ?? (await orch.workingFolder());
  if (state.kind === "running") await orch.runPanels.show(state.launch, cwd, runId);
  else await orch.messages.show(state);
}

async function reviewDraft(orch: Orch, argument: unknown): Promise<void> {
  const document = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  const onDocument = document === undefined ? undefined : orch.tracker.readyOn(document)?.run_id;
  const runId = runOfNode(argument)?.run_id ?? (document === undefined ? null : runIdOf(document)) ?? onDocument;
  if (runId !== undefined) await orch.showDraft(runId);
  else if (document !== undefined && !SERVED_SCHEMES.includes(document.scheme)) {
    void vscode.window.showInformationMessage(virtualText());
  }
}
