import * as vscode from "vscode";
import type { CommandArgument } from "../client/commandArguments";
import type { RunRecord } from "../runs/record";

const IN_DOCUMENT = ["applied", "edited"];

interface SectionItem extends vscode.QuickPickItem {
  readonly key: string;
}

/** Asks for whatever a word on a section of a draft lacks; null if the person thought better of it. */
export async function sectionReview(argument: CommandArgument, run: RunRecord | undefined): Promise<CommandArgument | null> {
  const key = argument["key"] ?? (await chooseSection(run));
  if (typeof key !== "string") return null;
  const state = argument["state"] ?? (await chooseState(key));
  if (typeof state !== "string") return null;
  if (state !== "rejected" || argument["reason"] !== undefined) return { ...argument, key, state };
  const reason = await vscode.window.showInputBox({
    title: vscode.l10n.t("Reject {0}", key),
    prompt: vscode.l10n.t("Why? The reason is kept with the draft; it may stay empty."),
  });
  return reason === undefined ? null : { ...argument, key, state, reason };
}

async function chooseSection(run: RunRecord | undefined): Promise<string | null> {
  const items = (run?.draft?.sections ?? [])
    .filter(({ state }) => !IN_DOCUMENT.includes(state))
    .map(({ key, state }): SectionItem => ({ key, label: key, description: state }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Orch: no section of a draft waits here."));
    return null;
  }
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which section of the draft?") });
  return chosen?.key ?? null;
}

async function chooseState(key: string): Promise<string | null> {
  const items = [
    { label: vscode.l10n.t("Accept"), state: "accepted" },
    { label: vscode.l10n.t("Reject"), state: "rejected" },
  ];
  return (await vscode.window.showQuickPick(items, { title: key }))?.state ?? null;
}
