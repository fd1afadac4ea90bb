import * as vscode from "vscode";

/** The document of a format that is to be begun, as the server's command takes it. */
export interface NewDocument {
  readonly profile: string;
  readonly kind: string | null;
  readonly name: string;
}

interface Choice extends vscode.QuickPickItem {
  readonly document: Omit<NewDocument, "name">;
}

/** Asks for the kind of document, of those that the server offers, and for its name; null if nothing was chosen. */
export async function chooseNewDocument(answer: unknown): Promise<NewDocument | null> {
  const chosen = await vscode.window.showQuickPick(choicesIn(answer), {
    title: vscode.l10n.t("New document of a format"),
    placeHolder: vscode.l10n.t("Which document?"),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen === undefined) return null;
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("New document of a format"),
    prompt: vscode.l10n.t("What is it about? The folder is named after it."),
    validateInput: (value) => (/[\p{L}\p{N}]/u.test(value) ? null : vscode.l10n.t("Use letters or digits.")),
  });
  return name === undefined ? null : { ...chosen.document, name };
}

function choicesIn(answer: unknown): Choice[] {
  const { choices } = (answer ?? {}) as { choices?: unknown };
  return (Array.isArray(choices) ? choices : []).flatMap((choice: unknown) => {
    const { profile, kind, description } = (choice ?? {}) as Record<string, unknown>;
    if (typeof profile !== "string") return [];
    const named = typeof kind === "string" ? kind : null;
    return [
      {
        label: named === null ? profile : `${profile}: ${named}`,
        detail: typeof description === "string" ? description : "",
        document: { profile, kind: named },
      },
    ];
  });
}
