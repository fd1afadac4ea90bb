import * as vscode from "vscode";
import type { ModelCandidate, ModelChoice, ProviderChoice } from "./modelCandidates";

/** Asks which of the models that the providers offer is to write a document, or that it is to be another one; null if the person leaves. */
export async function selectModel({ candidates, current }: ModelChoice): Promise<ProviderChoice | "another provider" | null> {
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
  if (chosen.candidate === null) return "another provider";
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
