import * as vscode from "vscode";
import { narrowed, type Listed } from "./setupAnswers";

/** As many are shown at once: a list of ten thousand stays as quick as one of ten. */
const MOST = 200;

type Item = vscode.QuickPickItem & { readonly model?: string };

/** Asks which model of a list, narrowed by words; one that is not in it may be typed. Null if the person leaves. */
export async function pickModel(listed: Listed): Promise<string | null> {
  const box = vscode.window.createQuickPick<Item>();
  box.title = vscode.l10n.t("Which model of {0}?", listed.provider);
  box.placeholder =
    listed.problem === null
      ? vscode.l10n.t("{0} models; type words to narrow them", listed.models.length)
      : vscode.l10n.t("Its own list could not be had: {0}", listed.problem.message);
  box.ignoreFocusOut = true;
  const show = (): void => {
    box.items = itemsFor(listed, box.value);
  };
  show();
  box.onDidChangeValue(show);
  try {
    return await new Promise<string | null>((resolve) => {
      box.onDidAccept(() => {
        const model = box.selectedItems[0]?.model;
        if (model !== undefined) resolve(model);
      });
      box.onDidHide(() => {
        resolve(null);
      });
      box.show();
    });
  } finally {
    box.dispose();
  }
}

function itemsFor(listed: Listed, typed: string): Item[] {
  const { shown, more } = narrowed(listed.models, typed, MOST);
  const ordered = listed.current === null ? shown : [...shown].sort((a, b) => Number(b.id === listed.current) - Number(a.id === listed.current));
  // VS Code's own filter would leave out what has the words in another order.
  const items: Item[] = ordered.map(({ id, contextWindow }) => ({
    label: id,
    alwaysShow: true,
    model: id,
    ...(contextWindow === null ? {} : { description: vscode.l10n.t("{0} tokens", contextWindow) }),
  }));
  const own = typed.trim();
  if (own !== "" && !listed.models.some(({ id }) => id === own)) {
    items.push({ label: vscode.l10n.t("Ask for “{0}” as it is", own), alwaysShow: true, model: own });
  }
  if (more > 0) items.push({ label: vscode.l10n.t("… and {0} more: type words to narrow them", more), alwaysShow: true });
  return items;
}
