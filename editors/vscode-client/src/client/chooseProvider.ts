import * as vscode from "vscode";
import { configuredProviders } from "./configuration";

const BUILT_IN = ["anthropic", "openai", "gemini", "ollama", "outline"];

/** A provider by name, and its model unless that is the provider's own. */
export interface ProviderChoice {
  readonly provider: string;
  readonly model?: string;
}

/** Asks which provider and model to use; null if the person thought better of it. */
export async function chooseProvider(): Promise<ProviderChoice | null> {
  const other = vscode.l10n.t("Another provider…");
  const chosen = await vscode.window.showQuickPick([...new Set([...configuredProviders(), ...BUILT_IN, other])], {
    title: vscode.l10n.t("Which provider is to draft this spec?"),
  });
  if (chosen === undefined) return null;
  const provider = chosen === other ? await askName() : chosen;
  if (provider === undefined || provider === "") return null;
  if (provider === "outline") return { provider };
  const model = await vscode.window.showInputBox({
    title: vscode.l10n.t("Model"),
    prompt: vscode.l10n.t("Empty: the model that is set for {0}.", provider),
  });
  if (model === undefined) return null;
  return model.trim() === "" ? { provider } : { provider, model: model.trim() };
}

async function askName(): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("Name of the provider"),
    prompt: vscode.l10n.t("As it stands in the settings or in the user config file."),
  });
  return name?.trim();
}
