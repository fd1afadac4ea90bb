import * as vscode from "vscode";
import { isLive } from "../runs/record";
import type { RunTracker } from "../runs/runTracker";
import { inPlaceLabel, lineOfSection, type Arriving } from "./inPlaceText";
import { previewPlace } from "./previewPlace";

const REFRESH_MS = 100;

/** Shows the words of a run in its document, behind the headings that they belong to: nothing of the text is moved. */
export class InPlacePreview implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor("editorCodeLens.foreground"), fontStyle: "italic", margin: "0 0 0 1em" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly tracker: RunTracker) {
    const soon = (): void => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.show();
      }, REFRESH_MS);
    };
    this.subscriptions = vscode.Disposable.from(
      this.decoration,
      tracker.onDidStream(soon),
      tracker.onDidChangeRun(soon),
      tracker.onDidList(soon),
      vscode.window.onDidChangeVisibleTextEditors(soon),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
  }

  private show(): void {
    const wanted = previewPlace() === "inPlace";
    for (const editor of vscode.window.visibleTextEditors) {
      const record = wanted ? this.tracker.liveOn(editor.document.uri) : undefined;
      const text = record === undefined || !isLive(record) ? undefined : this.tracker.text(record.run_id);
      editor.setDecorations(this.decoration, text === undefined ? [] : decorations(editor.document, text.arriving));
    }
  }
}

/** Sections that have no heading yet are told behind the title, the newest of them. All words so far are in the hover. */
function decorations(document: vscode.TextDocument, arriving: readonly Arriving[]): vscode.DecorationOptions[] {
  const lines = document.getText().split(/\r\n|\r|\n/u);
  const labels = new Map<number, { label: string; text: string }>();
  const title = Math.max(0, lines.findIndex((line) => line.startsWith("# ")));
  for (const one of arriving) {
    const label = inPlaceLabel(one, one.words === 1 ? vscode.l10n.t("1 word") : vscode.l10n.t("{0} words", one.words));
    const line = one.section === null ? null : lineOfSection(lines, one.section);
    if (line !== null) labels.set(line, { label, text: one.text });
    else if (one.isNewest) labels.set(title, { label: one.section === null ? label : `  ${one.section.replaceAll("-", " ")}:${label}`, text: one.text });
  }
  return [...labels].map(([line, { label, text }]) => {
    const { range } = document.lineAt(Math.min(line, document.lineCount - 1));
    // As code: what a model writes is not followed, and no picture of it is loaded.
    const hoverMessage = new vscode.MarkdownString().appendCodeblock(text.trim(), "markdown");
    return { range, hoverMessage, renderOptions: { after: { contentText: label } } };
  });
}
