import * as vscode from "vscode";
import { configuredProviders } from "../client/configuration";
import { keyProblem } from "./keyProblem";
import type { KeyStore } from "./keyStore";

const HOSTED = ["anthropic", "openai", "gemini", "openrouter", "groq", "mistral", "deepseek", "xai", "together"];

/** "Orch: Set API Key": asks for the provider, then for the key, which only the secret storage will hold. */
export async function setApiKey(keys: KeyStore, suggested?: string): Promise<void> {
  const provider = suggested ?? (await chooseProvider(keys));
  if (provider === undefined) return;
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t("API key for {0}", provider),
    prompt: vscode.l10n.t("Kept in VS Code's secret storage and sent to this provider's own host only."),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => {
      switch (keyProblem(value)) {
        case "control characters":
          return vscode.l10n.t("The key holds a line break or another control character.");
        case "empty":
        case null:
          return null;
      }
    },
  });
  if (key === undefined || keyProblem(key) !== null) return;
  await keys.set(provider, key.trim());
  void vscode.window.showInformationMessage(vscode.l10n.t("The API key for {0} is set.", provider));
}

/** "Orch: Remove API Key". */
export async function removeApiKey(keys: KeyStore): Promise<void> {
  if (keys.providers.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("No API key is set."));
    return;
  }
  const provider = await vscode.window.showQuickPick([...keys.providers], {
    title: vscode.l10n.t("Remove the API key of which provider?"),
  });
  if (provider !== undefined) await keys.remove(provider);
}

async function chooseProvider(keys: KeyStore): Promise<string | undefined> {
  const other = vscode.l10n.t("Another provider…");
  const names = [...new Set([...configuredProviders(), ...keys.providers, ...HOSTED])];
  const items = names.map((label) =>
    keys.providers.includes(label) ? { label, description: vscode.l10n.t("key is set") } : { label },
  );
  const chosen = await vscode.window.showQuickPick([...items, { label: other }], {
    title: vscode.l10n.t("Set the API key of which provider?"),
  });
  if (chosen?.label !== other) return chosen?.label;
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("Name of the provider"),
    prompt: vscode.l10n.t("As it stands in the settings or in the user config file."),
  });
  return name?.trim() === "" ? undefined : name?.trim();
}
