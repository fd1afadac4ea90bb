import * as vscode from "vscode";
import type { KeyStore } from "../keys/keyStore";
import type { NewText } from "../marks/newText";
import type { DraftReview } from "../review/draftReview";
import type { RunTracker } from "../runs/runTracker";
import type { ServerState, ServerSupervisor } from "../server/supervisor";
import { failureOn } from "./failures";
import type { FillOffers } from "./fillOffers";
import { isSpec } from "./specs";

/** Keeps the context keys true that decide which commands show; see the when-clauses of the manifest. */
export class ContextKeys implements vscode.Disposable {
  private readonly values = new Map<string, boolean>();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly tracker: RunTracker,
    private readonly review: DraftReview,
    private readonly supervisor: ServerSupervisor,
    private readonly keys: KeyStore,
    private readonly offers: FillOffers,
    private readonly newText: NewText,
  ) {
    const update = (): void => {
      this.update();
    };
    this.subscriptions = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.window.tabGroups.onDidChangeTabs(update),
      vscode.window.tabGroups.onDidChangeTabGroups(update),
      vscode.workspace.onDidOpenTextDocument(update),
      vscode.workspace.onDidSaveTextDocument(update),
      vscode.workspace.onDidChangeConfiguration(update),
      vscode.languages.onDidChangeDiagnostics(update),
      tracker.onDidChangeRun(update),
      tracker.onDidList(update),
      keys.onDidChange(update),
      offers.onDidChange(update),
      newText.onDidChangeCodeLenses(update),
      supervisor.onDidChange((state) => {
        this.announce(state);
        update();
      }),
    );
    update();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const { tracker } = this;
    this.set("isSpec", document !== undefined && isSpec(document));
    this.set("newTextHere", document !== undefined && this.newText.has(document.uri));
    this.set("nothingToFill", document !== undefined && this.offers.isFinished(document.uri));
    this.set("runLive", tracker.live.length > 0);
    this.set("hasRuns", tracker.hasRuns);
    this.set("hasDrafts", tracker.hasDrafts);
    this.set("hasSpec", tracker.hasRuns || vscode.workspace.textDocuments.some(isSpec));
    this.set("providerChosen", tracker.hasDrafts || this.keys.providers.length > 0 || isProviderSet());
    this.set("runLiveHere", document !== undefined && tracker.liveOn(document.uri) !== undefined);
    this.set("draftReadyHere", document !== undefined && tracker.readyOn(document.uri) !== undefined);
    this.set("failureHere", document !== undefined && failureOn(document.uri) !== null);
    this.set("reviewHere", this.review.runInFront !== null);
    this.set("hasKeys", this.keys.providers.length > 0);
    this.set("serverRunning", this.supervisor.state.kind === "running");
    this.set("serverMissing", this.supervisor.state.kind === "missing" || this.supervisor.state.kind === "failed");
  }

  /** Commands show only while a server is there that announced them. */
  private announce(state: ServerState): void {
    const commands = state.kind === "running" ? state.client.initializeResult?.capabilities.executeCommandProvider?.commands : undefined;
    const announced = new Set((commands ?? []).map((command) => command.replace(/^orch\./u, "can.")));
    for (const key of this.values.keys()) if (key.startsWith("can.") && !announced.has(key)) this.set(key, false);
    for (const key of announced) this.set(key, true);
  }

  private set(key: string, value: boolean): void {
    if (this.values.get(key) === value) return;
    this.values.set(key, value);
    void vscode.commands.executeCommand("setContext", `orch.${key}`, value);
  }
}

/** Whether the settings name a provider. */
function isProviderSet(): boolean {
  const provider = vscode.workspace.getConfiguration("orch").get<unknown>("provider");
  return typeof provider === "string" && provider !== "";
}
