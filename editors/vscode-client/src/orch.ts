import * as vscode from "vscode";
import { serveAgents } from "./agents/registration";
import { CommandRouter } from "./client/commandRouter";
import { commandFailure, type CommandFailure } from "./client/failure";
import { showFailure } from "./client/failureMessages";
import { createMiddleware } from "./client/middleware";
import type { OrchClient } from "./client/orchClient";
import { ServerRequests } from "./client/serverRequests";
import { UserSettingsSync } from "./client/userSettingsSync";
import { registerCommands } from "./commands";
import { ContextKeys } from "./documents/contextKeys";
import { Pages } from "./documents/pages";
import { FillOffers } from "./documents/fillOffers";
import { readAsMarkdown } from "./documents/readAsMarkdown";
import { showServerStatus, virtualText } from "./documents/serverStatus";
import { History, showRuns } from "./history/history";
import { openRecord } from "./history/runCommands";
import { RunTree } from "./history/runTree";
import { setApiKey } from "./keys/keyCommands";
import { NewText } from "./marks/newText";
import { KeyStore } from "./keys/keyStore";
import { connectModels } from "./models/connectModels";
import { InPlacePreview } from "./preview/inPlace";
import { LivePreview } from "./preview/livePreview";
import { ContextTree } from "./context/contextTree";
import { ContextView } from "./context/contextView";
import { DraftReview } from "./review/draftReview";
import { announceEnds } from "./runs/notices";
import { RunPanels } from "./runs/runPanel";
import { RunTracker } from "./runs/runTracker";
import { chooseLiveRun, showLiveRuns } from "./runs/statusBar";
import type { DraftDelta } from "./runs/streamedText";
import { FirstRun } from "./setup/firstRun";
import { Setup } from "./setup/setup";
import { SpecTree } from "./specs/specTree";
import { Specs } from "./specs/specs";
import { TracePanels } from "./trace/tracePanel";
import { WorkspaceConsent } from "./server/consent";
import { findInEnvironment } from "./server/candidates";
import { discoverServer, type Discovery } from "./server/discovery";
import { installWithProgress, ownEnvironmentFolder, workingFolder } from "./server/installation";
import { ServerMessages } from "./server/serverMessages";
import { programSetting, searchPath, workspaceFolderPaths } from "./server/surroundings";
import { ServerSupervisor, type ServerState } from "./server/supervisor";

/** The composition of the extension: who knows whom. */
export class Orch implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel("Orch", { log: true });
  readonly tracker = new RunTracker();
  readonly tree = new RunTree();
  readonly specs: Specs;
  readonly contextView: ContextView;
  private readonly contextTree = new ContextTree();
  readonly traces = new TracePanels();
  readonly runPanels = new RunPanels();
  private readonly specTree = new SpecTree();
  private readonly offers = new FillOffers();
  readonly newText = new NewText();
  readonly livePreview: LivePreview;
  readonly pages = new Pages();
  readonly keys: KeyStore;
  readonly review: DraftReview;
  readonly history: History;
  readonly supervisor: ServerSupervisor;
  readonly requests: ServerRequests;
  private readonly consent: WorkspaceConsent;
  readonly messages: ServerMessages;
  private readonly userSettings: UserSettingsSync;
  private readonly setup: Setup;
  private readonly firstRun: FirstRun;
  private installing = false;
  private readonly subscriptions: { dispose: () => unknown }[];

  constructor(private readonly context: vscode.ExtensionContext) {
    this.requests = new ServerRequests((command, argument) => this.execute(command, argument));
    this.keys = new KeyStore(context.secrets, context.globalState);
    this.consent = new WorkspaceConsent(context.workspaceState);
    this.review = new DraftReview(this.tracker, this.requests);
    this.livePreview = new LivePreview(this.tracker);
    this.history = new History(this.tracker, this.tree, (error) => {
      this.output.warn(String(error));
    });
    this.specs = new Specs(this.specTree, (error) => {
      this.output.warn(String(error));
    });
    this.contextView = new ContextView(this.contextTree, (error) => {
      this.output.warn(String(error));
    });
    this.userSettings = new UserSettingsSync(this.keys, this.output);
    const ask = (argument: object): Promise<unknown> => this.execute("orch.setup", argument);
    this.setup = new Setup({
      ask,
      keys: this.keys,
      handOver: () => this.userSettings.flush(),
      useProvider: (uri, choice) => this.execute("orch.useProvider", { uri, ...choice }),
    });
    this.firstRun = new FirstRun(context.globalState, ask);
    this.supervisor = new ServerSupervisor({
      output: this.output,
      middleware: createMiddleware(this.router(), this.tracker, this.offers, this.newText),
      workingFolder: () => workingFolder(context),
      prepare: (client) => {
        this.listen(client);
      },
    });
    const version = String((context.extension.packageJSON as { version: unknown }).version);
    this.messages = new ServerMessages(version, {
      install: () => this.install(),
      restart: () => this.start(),
      showLog: () => {
        this.output.show();
      },
    });
    const { tracker, review } = this;
    this.subscriptions = [
      this.output,
      tracker,
      this.tree,
      this.offers,
      this.newText,
      this.pages,
      this.keys,
      review,
      this.history,
      this.specTree,
      this.specs,
      this.contextTree,
      this.contextView,
      this.traces,
      this.runPanels,
      this.userSettings,
      this.firstRun,
      this.supervisor,
      this.livePreview,
      new InPlacePreview(tracker),
      new ContextKeys(tracker, review, this.supervisor, this.keys, this.offers, this.newText),
      showLiveRuns(tracker),
      showServerStatus(this.supervisor),
      serveAgents(this.supervisor, () => workingFolder(context), version),
      announceEnds(tracker, {
        review: (runId) => this.showDraft(runId),
        openRecord,
        showFailure: (failure, document) => this.showFailure(failure, document),
        newText: this.newText,
      }),
      showRuns(this.tree, this.history),
      vscode.workspace.onDidOpenTextDocument(readAsMarkdown),
      vscode.workspace.onDidChangeConfiguration((event) => {
        // An installation, which sets it as well, starts the server when it is done.
        if (event.affectsConfiguration("orch.server.path") && !this.installing) void this.guarded(() => this.start());
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.onTrust()),
      this.supervisor.onDidChange((state) => void this.onServer(state)),
      ...registerCommands(this),
    ];
  }

  /** Finds a server and starts it; says what is missing. */
  async start(): Promise<void> {
    const discovery = await this.discover();
    switch (discovery.kind) {
      case "found":
        await this.supervisor.start(discovery.launch);
        break;
      case "unusable setting":
        this.supervisor.unusable(vscode.l10n.t("orch.server.path names {0}, which is not the full path of a program.", discovery.path));
        break;
      case "none":
        this.supervisor.missing();
        break;
    }
  }

  async stop(): Promise<void> {
    await this.supervisor.stop();
  }

  /** "Orch: Restart Server" also asks again about a server that was refused. */
  async restart(): Promise<void> {
    await this.consent.forgetRefusals();
    await this.start();
  }

  /** Installs the bundled server and starts it; if that fails, what there was before. */
  async install(): Promise<void> {
    if (this.installing) return;
    this.installing = true;
    await this.supervisor.stop();
    if (await installWithProgress(this.context, this.output)) await this.guarded(() => this.preferOwnServer());
    this.installing = false;
    await this.start();
  }

  /** Opens the diff of a waiting draft, else its text. */
  async showDraft(runId: string): Promise<void> {
    await this.guarded(() => this.review.show(runId));
  }

  /** A folder of this extension to start processes from. */
  workingFolder(): Promise<string> {
    return workingFolder(this.context);
  }

  /** Opens the picker for the provider and model, once it is known whether a server runs; says what is missing else. */
  async setUp(document: vscode.Uri | undefined): Promise<void> {
    const state = await this.supervisor.decided();
    if (state.kind !== "running") await this.messages.show(state);
    else if (state.client.initializeResult?.capabilities.executeCommandProvider?.commands.includes("orch.setup") === true) {
      await this.guarded(() => this.setup.run(document));
    } else {
      void vscode.window.showWarningMessage(vscode.l10n.t("Orch: this server has no set-up. Update it, or run `orch-lsp setup` in a terminal."));
    }
  }

  /** Does something that asks the server, and says why if it fails. */
  async guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      await this.showError(error, undefined);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private discover(): Promise<Discovery> {
    return discoverServer({
      configuredPath: programSetting("path"),
      searchPath: searchPath(),
      workspaceFolders: workspaceFolderPaths(),
      workspaceIsTrusted: vscode.workspace.isTrusted,
      ownEnvironment: ownEnvironmentFolder(this.context),
      rememberedConsent: (command) => this.consent.remembered(command),
      askConsent: (command) => this.consent.ask(command),
    });
  }

  /** Who asked for the bundled server wants it used, also where another one would be found before it. */
  private async preferOwnServer(): Promise<void> {
    const own = await findInEnvironment(ownEnvironmentFolder(this.context), "own environment");
    const discovery = await this.discover();
    if (own === null || (discovery.kind === "found" && discovery.launch.command === own.command)) return;
    await vscode.workspace.getConfiguration("orch").update("server.path", own.command, vscode.ConfigurationTarget.Global);
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Another Orch server would have been found first: orch.server.path now names the one that was installed."),
    );
  }

  private router(): CommandRouter {
    return new CommandRouter(this.tracker, {
      subjectOf: (command) => this.running().subjectOf(command),
      review: (runId) => this.review.show(runId),
      openRecord,
      showRuns: async () => {
        await vscode.commands.executeCommand("orch.runs.focus");
      },
      showSpecs: async () => {
        await vscode.commands.executeCommand("orch.specs.focus");
      },
      showReport: (report) => this.pages.showReport(report),
      runInReview: () => this.review.runInFront,
      setUp: (document) => this.setUp(document),
      useProvider: (uri, choice) => this.execute("orch.useProvider", uri === null ? choice : { uri, ...choice }),
      newestRun: async () => (await this.requests.record(undefined))?.run_id ?? null,
      onUnserved: () => {
        void vscode.window.showInformationMessage(virtualText());
      },
      onRefusal: (message) => {
        void vscode.window.showWarningMessage(vscode.l10n.t("The draft was not applied: {0}", message));
      },
      chooseLiveRun: () => chooseLiveRun(this.tracker),
      onFailure: (error, document) => void this.showError(error, document === undefined ? undefined : vscode.Uri.parse(document)),
    });
  }

  private async showError(error: unknown, document: vscode.Uri | undefined): Promise<void> {
    if (error instanceof vscode.CancellationError) return;
    await this.showFailure(commandFailure(error), document);
  }

  private showFailure(failure: CommandFailure, document: vscode.Uri | undefined): Promise<void> {
    return showFailure(failure, document, {
      setKey: () => setApiKey(this.keys),
      openRecord,
      showLog: () => {
        this.output.show();
      },
    });
  }

  private async execute(command: string, argument: object): Promise<unknown> {
    return this.running().sendRequest("workspace/executeCommand", { command, arguments: [argument] });
  }

  private running(): OrchClient {
    const { state } = this.supervisor;
    if (state.kind !== "running") throw new Error(vscode.l10n.t("The Orch server does not run."));
    return state.client;
  }

  private listen(client: OrchClient): void {
    client.onNotification("orch/runChanged", (record: unknown) => {
      this.tracker.announce(record);
    });
    client.onNotification("orch/draftDelta", (delta: DraftDelta) => {
      this.tracker.stream(delta);
    });
    connectModels(client);
  }

  private async onServer(state: ServerState): Promise<void> {
    const client = state.kind === "running" ? state.client : null;
    const requests = client === null ? null : this.requests;
    if (client === null) this.tracker.disconnect();
    await this.userSettings.connect(client);
    for (const view of [this.history, this.specs, this.contextView]) view.connect(requests);
    this.firstRun.connect(client);
    await this.messages.show(state);
  }

  /** What a workspace brings may be asked about once it is trusted. */
  private async onTrust(): Promise<void> {
    if (this.supervisor.state.kind === "missing") await this.start();
  }
}
