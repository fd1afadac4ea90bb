import * as vscode from "vscode";

interface Choice extends vscode.QuickPickItem {
  readonly workflow: string;
}

/** Asks in the steps of which workflow, of those that the server lists, a document is to be run; null if in none. */
export async function chooseWorkflow(answer: unknown): Promise<string | null> {
  const chosen = await vscode.window.showQuickPick(choicesIn(answer), {
    title: vscode.l10n.t("Run a workflow"),
    placeHolder: vscode.l10n.t("Which workflow?"),
    matchOnDetail: true,
  });
  return chosen?.workflow ?? null;
}

/** What would be refused is listed as well, so that a file with a fault is not missed; to choose it says the fault again. */
function choicesIn(answer: unknown): Choice[] {
  const { workflows } = (answer ?? {}) as { workflows?: unknown };
  return (Array.isArray(workflows) ? workflows : []).flatMap((one: unknown) => {
    const { name, description, default: usual, path, error } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== "string") return [];
    const marks = [usual === true ? vscode.l10n.t("usual") : "", typeof path === "string" ? path : ""];
    const words = typeof error === "string" ? vscode.l10n.t("cannot be used: {0}", error) : description;
    return [{ label: name, description: marks.filter((mark) => mark !== "").join(" · "), detail: typeof words === "string" ? words : "", workflow: name }];
  });
}
