import * as vscode from "vscode";

const PREFIX = "orch.key.";
const NAMES = "orch.key.names";

/** API keys by provider name, in VS Code's secret storage. Their names, not the keys, are kept beside it. */
export class KeyStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly subscription: vscode.Disposable;
  /** Providers whose key another window has set or removed since this one opened. */
  private readonly seen = new Set<string>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly names: vscode.Memento,
  ) {
    this.subscription = secrets.onDidChange(({ key }) => {
      if (!key.startsWith(PREFIX)) return;
      this.seen.add(key.slice(PREFIX.length));
      this.changed.fire(undefined);
    });
  }

  /** Names of the providers that have a key here. */
  get providers(): readonly string[] {
    return this.names.get<string[]>(NAMES, []);
  }

  async set(provider: string, key: string): Promise<void> {
    await this.names.update(NAMES, [...new Set([...this.providers, provider])].sort());
    await this.secrets.store(PREFIX + provider, key);
  }

  async remove(provider: string): Promise<void> {
    await this.names.update(
      NAMES,
      this.providers.filter((name) => name !== provider),
    );
    await this.secrets.delete(PREFIX + provider);
  }

  /** All keys, to be handed to the server and to nobody else. */
  async all(): Promise<Record<string, string>> {
    const keys: Record<string, string> = {};
    for (const provider of new Set([...this.providers, ...this.seen])) {
      const key = await this.secrets.get(PREFIX + provider);
      if (key !== undefined) keys[provider] = key;
    }
    return keys;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}
