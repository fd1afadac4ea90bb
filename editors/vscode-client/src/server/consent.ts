import * as vscode from "vscode";

const STATE_KEY = "orch.workspaceServers";

/** Remembers, for this workspace, which servers of its Python environment the person agreed or refused to start. */
export class WorkspaceConsent {
  constructor(private readonly state: vscode.Memento) {}

  remembered(command: string): boolean | undefined {
    return this.state.get<Record<string, boolean>>(STATE_KEY, {})[command];
  }

  /** Asks once, naming the path. Dismissing the question is no answer: it is asked again next time. */
  async ask(command: string): Promise<boolean | undefined> {
    const use = vscode.l10n.t("Start It");
    const never = vscode.l10n.t("Never Here");
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        "This workspace brings its own Orch server: {0}. Starting it runs code from the workspace. Start it?",
        command,
      ),
      use,
      never,
    );
    if (chosen === undefined) return undefined;
    const answers = this.state.get<Record<string, boolean>>(STATE_KEY, {});
    await this.state.update(STATE_KEY, { ...answers, [command]: chosen === use });
    return chosen === use;
  }

  /** Forgets refusals, so that "Orch: Restart Server" asks again. */
  async forgetRefusals(): Promise<void> {
    const answers = this.state.get<Record<string, boolean>>(STATE_KEY, {});
    await this.state.update(STATE_KEY, Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer)));
  }
}
