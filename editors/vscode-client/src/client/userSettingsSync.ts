import * as vscode from "vscode";
import type { KeyStore } from "../keys/keyStore";
import type { OrchClient } from "./orchClient";
import { userSettings } from "./settings";

const METHOD = "orch/userSettings";

/** Hands keys and machine-scoped settings to a running server, and again whenever they change. */
export class UserSettingsSync implements vscode.Disposable {
  private client: OrchClient | null = null;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly keys: KeyStore,
    private readonly output: vscode.LogOutputChannel,
  ) {
    this.subscription = vscode.Disposable.from(
      keys.onDidChange(() => void this.send()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("orch")) void this.send();
      }),
    );
  }

  async connect(client: OrchClient | null): Promise<void> {
    this.client = client;
    await this.send();
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Hands over what is set now. */
  async flush(): Promise<void> {
    await this.send();
  }

  private async send(): Promise<void> {
    const { client } = this;
    if (client?.isRunning() !== true || !client.hasExtras) return;
    const configuration = vscode.workspace.getConfiguration("orch");
    try {
      const settings = userSettings((key) => configuration.inspect(key));
      const answer = await client.sendRequest(METHOD, { ...settings, keys: await this.keys.all() });
      for (const problem of problemsOf(answer)) this.output.warn(`${METHOD}: ${problem}`);
    } catch (error) {
      // The parameters hold keys: only the reason is logged.
      this.output.warn(`${METHOD}: ${error instanceof Error ? error.message : "failed"}`);
    }
  }
}

/** What the server did not accept, as far as it says so. */
function problemsOf(answer: unknown): string[] {
  const problems = (answer as { problems?: unknown } | null | undefined)?.problems;
  return Array.isArray(problems) ? problems.map(String) : [];
}
