import * as vscode from "vscode";
import { chooseProvider, type ProviderChoice } from "./chooseProvider";
import type { ModelCandidate, ModelChoice } from "./modelCandidates";

/** Asks which of the models that the providers offer is to write a document; null if the person thought better of it. */
export async function selectModel({ candidates, current }: ModelChoice): Promise<ProviderChoice | null> {
  const other = { label: vscode.l10n.t("Another provider…"), candidate: null };
  const items = candidates.map((candidate) => ({
    label: candidate.model ?? candidate.provider,
    description: describe(candidate, current),
    detail: candidate.name ?? "",
    candidate,
  }));
  const chosen = await vscode.window.showQuickPick([...items, other], {
    title: vscode.l10n.t("Which model is to write this spec?"),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen === undefined) return null;
  if (chosen.candidate === null) return chooseProvider();
  const { provider, model } = chosen.candidate;
  return model === null ? { provider } : { provider, model };
}

function describe(candidate: ModelCandidate, current: ModelChoice["current"]): string {
  const parts = [candidate.provider];
  if (candidate.model === null) parts.push(vscode.l10n.t("no model"));
  if (candidate.contextWindow !== null) parts.push(vscode.l10n.t("{0} tokens of context", candidate.contextWindow));
  if (candidate.provider === current.provider && candidate.model === current.model) parts.push(vscode.l10n.t("chosen now"));
  return parts.join(" · ");
}
