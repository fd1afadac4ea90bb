import * as vscode from "vscode";
import { documentKey } from "./sameDocument";

/** Knows of which documents the server offers no draft any more, from the lenses that it gives for them. */
export class FillOffers implements vscode.Disposable {
  private readonly finished = new Set<string>();
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChange = this.changed.event;

  /** Takes in the lenses of a document; while a run is live they are about that run alone. */
  note(document: vscode.Uri, lenses: readonly vscode.CodeLens[] | null | undefined): void {
    const commands = lenses?.map(({ command }) => command?.command);
    if (commands === undefined || commands.includes("orch.cancelRun")) return;
    const key = documentKey(document);
    const before = this.finished.has(key);
    if (commands.includes("orch.generateDraft")) this.finished.delete(key);
    else this.finished.add(key);
    if (before !== this.finished.has(key)) this.changed.fire(undefined);
  }

  /** Whether every section of a document has text, as far as is known. */
  isFinished(document: vscode.Uri): boolean {
    return this.finished.has(documentKey(document));
  }

  dispose(): void {
    this.changed.dispose();
  }
}
