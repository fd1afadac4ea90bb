import * as vscode from "vscode";
import { canInstall } from "./installation";
import type { ServerState } from "./supervisor";
import { compareVersions } from "./version";

export interface ServerMessageActions {
  readonly install: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly showLog: () => void;
}

/** Says what keeps the server from running, each time with what can be done; and whether its version fits. */
export class ServerMessages {
  private saidVersion: string | null = null;

  constructor(
    private readonly extensionVersion: string,
    private readonly actions: ServerMessageActions,
  ) {}

  async show(state: ServerState): Promise<void> {
    switch (state.kind) {
      case "missing":
        await this.showMissing();
        break;
      case "failed":
        await this.showFailed(state.reason, state.launch?.command ?? null);
        break;
      case "running":
        await this.checkVersion(state.client.initializeResult?.serverInfo?.version);
        break;
      case "starting":
      case "stopped":
        break;
    }
  }

  private async showMissing(): Promise<void> {
    const install = vscode.l10n.t("Install Server");
    const settings = vscode.l10n.t("Set Path");
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t("Orch needs its server, orch-lsp, and found none in the settings, on PATH or in the workspace."),
      ...(canInstall ? [install] : []),
      settings,
    );
    if (chosen === install) await this.actions.install();
    if (chosen === settings) await openSetting();
  }

  private async showFailed(reason: string, command: string | null): Promise<void> {
    const log = vscode.l10n.t("Show Log");
    const restart = vscode.l10n.t("Start Again");
    const install = vscode.l10n.t("Install Server");
    const settings = vscode.l10n.t("Set Path");
    const text =
      command === null
        ? vscode.l10n.t("The Orch server cannot be started: {0}", reason)
        : vscode.l10n.t("The Orch server {0} does not run: {1}", command, reason);
    const buttons = command === null ? [settings, ...(canInstall ? [install] : [])] : [log, restart, settings];
    const chosen = await vscode.window.showErrorMessage(text, ...buttons);
    if (chosen === log) this.actions.showLog();
    if (chosen === restart) await this.actions.restart();
    if (chosen === install) await this.actions.install();
    if (chosen === settings) await openSetting();
  }

  private async checkVersion(version: string | undefined): Promise<void> {
    const fit = compareVersions(version, this.extensionVersion);
    if (fit === "compatible" || this.saidVersion === (version ?? "")) return;
    this.saidVersion = version ?? "";
    const install = vscode.l10n.t("Install Matching Server");
    const text = {
      older: vscode.l10n.t("The Orch server {0} is older than this extension ({1}); some things will not work. Update it.", version ?? "", this.extensionVersion),
      newer: vscode.l10n.t("The Orch server {0} is newer than this extension ({1}); some things may not work. Update the extension.", version ?? "", this.extensionVersion),
      unknown: vscode.l10n.t("The Orch server does not tell its version; this extension is made for {0}.", this.extensionVersion),
    }[fit];
    const chosen = await vscode.window.showWarningMessage(text, ...(canInstall ? [install] : []));
    if (chosen === install) await this.actions.install();
  }
}

async function openSetting(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.openSettings", "orch.server.path");
}
