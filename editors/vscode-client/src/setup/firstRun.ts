import * as vscode from "vscode";
import { isSpec } from "../documents/specs";
import type { OrchClient } from "../client/orchClient";
import { isNothingChosen } from "./setupAnswers";

const OFFERED = "orch.setup.offered";

/** Offers the set-up once: when a spec is in front and nothing is chosen that could write it. */
export class FirstRun implements vscode.Disposable {
  private client: OrchClient | null = null;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly memory: vscode.Memento,
    private readonly ask: (argument: object) => Promise<unknown>,
  ) {
    this.subscription = vscode.window.onDidChangeActiveTextEditor(() => void this.look());
  }

  connect(client: OrchClient | null): void {
    this.client = client;
    void this.look();
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async look(): Promise<void> {
    const { client } = this;
    const document = vscode.window.activeTextEditor?.document;
    if (client === null || document === undefined || !isSpec(document) || this.memory.get<boolean>(OFFERED) === true) return;
    if (client.initializeResult?.capabilities.executeCommandProvider?.commands.includes("orch.setup") !== true) return;
    if (vscode.workspace.getConfiguration("orch", document.uri).get<unknown>("provider")) return;
    try {
      if (!isNothingChosen(await this.ask({ step: "current" }))) return;
    } catch {
      return; // A user config that is damaged is told of by a diagnostic.
    }
    if (this.memory.get<boolean>(OFFERED) === true) return;
    await this.memory.update(OFFERED, true);
    const setUp = vscode.l10n.t("Set Up…");
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t("Orch: choose who writes your drafts. What there is, is found; your choice is tried and saved in your own settings."),
      setUp,
    );
    if (chosen === setUp) void vscode.commands.executeCommand("orch.setUpProvider", document.uri);
  }
}
