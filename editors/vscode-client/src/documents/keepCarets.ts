import * as vscode from "vscode";
import { TextDocumentEdit, TextEdit, type ApplyWorkspaceEditParams } from "vscode-languageclient/node";
import { placeAfter, type Replacement } from "./caretPlaces";
import { isSame } from "./sameDocument";

/** An editor in view, and where its carets belong once the edit has been made. */
interface Kept {
  readonly editor: vscode.TextEditor;
  readonly version: number;
  readonly selections: readonly vscode.Selection[];
}

/**
 * Makes an edit of the server and leaves each caret where its person had it: VS Code itself puts a caret behind what is
 * inserted at it, and the next words would land behind the draft.
 */
export async function keepingCarets<T extends object>({ edit }: ApplyWorkspaceEditParams, apply: () => Promise<T>): Promise<T> {
  const kept = [...editsByDocument(edit)].flatMap(([uri, edits]) =>
    vscode.window.visibleTextEditors
      .filter((editor) => isSame(editor.document.uri, vscode.Uri.parse(uri)))
      .map((editor): Kept => ({
        editor,
        version: editor.document.version,
        selections: editor.selections.map((selection) => moved(selection, edits)),
      })),
  );
  const result = await apply();
  if ("applied" in result && result.applied === true) for (const one of kept) putBack(one);
  return result;
}

function* editsByDocument(edit: ApplyWorkspaceEditParams["edit"]): Generator<[string, readonly Replacement[]]> {
  if (edit.documentChanges === undefined) yield* Object.entries(edit.changes ?? {});
  for (const change of edit.documentChanges ?? []) {
    if (TextDocumentEdit.is(change)) yield [change.textDocument.uri, change.edits.filter((one) => TextEdit.is(one))];
  }
}

function moved({ anchor, active }: vscode.Selection, edits: readonly Replacement[]): vscode.Selection {
  const [from, to] = [placeAfter(anchor, edits), placeAfter(active, edits)];
  return new vscode.Selection(from.line, from.character, to.line, to.character);
}

/** Unless the person has typed since: their caret is where they have it now. */
function putBack({ editor, version, selections }: Kept): void {
  if (editor.document.version > version + 1) return;
  editor.selections = selections;
}
