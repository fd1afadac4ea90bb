import * as vscode from "vscode";
import { TextDocumentEdit, TextEdit, type ApplyWorkspaceEditParams } from "vscode-languageclient/node";
import { documentKey, isSame } from "../documents/sameDocument";
import { BEFORE_SCHEME, VirtualDocuments } from "../documents/virtualDocuments";
import { edited, marksOf, movedMarks, type Mark, type OffsetEdit } from "./markRanges";

/** The label under which the server puts a draft into a document. */
const DRAFT_LABEL = "Orch: draft";

/** A bar of a green that stands out from light and from dark. */
const BAR = vscode.Uri.parse(
  `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2e9a4b" d="M11 0h4v16h-4z"/></svg>').toString("base64")}`,
);

interface Marked {
  readonly uri: vscode.Uri;
  readonly before: string;
  marks: Mark[];
  /** Marks in which the person has had the cursor; they keep their lenses. */
  readonly seen: WeakSet<Mark>;
}

/** Text that a run brought into a document: marked until it was looked at, with a way to keep or undo each section. */
export class NewText implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly documents = new Map<string, Marked>();
  private readonly befores = new VirtualDocuments(BEFORE_SCHEME, (name) => name);
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("diffEditor.insertedLineBackground"),
    // A theme of high contrast has no backgrounds: there the bar at the left tells. A border would lie over the letters.
    gutterIconPath: BAR,
    gutterIconSize: "contain",
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.addedForeground"),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });

  constructor() {
    this.subscriptions = vscode.Disposable.from(
      this.befores,
      this.changed,
      this.decoration,
      vscode.languages.registerCodeLensProvider({ language: "markdown" }, this),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        this.follow(document, contentChanges);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.forget(uri);
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.show();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
        if (kind !== undefined) this.lookedAt(textEditor, selections);
      }),
    );
  }

  /** Makes an edit of the server and marks what it brought in, if it is a draft. */
  async noting<T extends object>({ edit, label }: ApplyWorkspaceEditParams, apply: () => Promise<T>): Promise<T> {
    const noted = label === DRAFT_LABEL ? [...drafted(edit)] : [];
    const result = await apply();
    if (!("applied" in result) || result.applied !== true) return result;
    for (const { document, before, edits } of noted) {
      // Who typed in the same moment has a text of their own: nothing of it is taken for new.
      if (document.getText() !== edited(before, edits)) continue;
      const known = this.documents.get(documentKey(document.uri));
      const marks = [...(known?.marks ?? []), ...marksOf(before, edits)].sort((a, b) => a.start - b.start);
      this.set({ uri: document.uri, before: known?.before ?? before, marks, seen: known?.seen ?? new WeakSet() });
    }
    return result;
  }

  /** Whether a document holds text that is marked. */
  has(uri: vscode.Uri): boolean {
    return this.documents.has(documentKey(uri));
  }

  /** Titles of what is marked in a document, for its person. */
  titles(uri: vscode.Uri): string[] {
    return this.marksOn(uri).map(({ title }) => title);
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const marks = this.marksOn(document.uri);
    const lenses = marks.flatMap((mark) => {
      const at = document.positionAt(mark.head).line;
      const range = new vscode.Range(at, 0, at, 0);
      const argument = { uri: document.uri.toString(), head: mark.head };
      const name = mark.title === "" ? vscode.l10n.t("this part") : mark.title;
      return [
        new vscode.CodeLens(range, lens("$(check)", vscode.l10n.t("Keep"), vscode.l10n.t("Keep {0}", name), "orch.newText.keep", argument)),
        new vscode.CodeLens(range, lens("$(discard)", vscode.l10n.t("Undo"), vscode.l10n.t("Undo {0}", name), "orch.newText.undo", argument)),
      ];
    });
    if (marks.length > 1) {
      const top = new vscode.Range(0, 0, 0, 0);
      const argument = { uri: document.uri.toString() };
      const count = marks.length;
      lenses.unshift(
        new vscode.CodeLens(top, lens("$(check-all)", vscode.l10n.t("Keep All {0}", count), vscode.l10n.t("Keep all {0} new parts", count), "orch.newText.keepAll", argument)),
        new vscode.CodeLens(top, lens("$(discard)", vscode.l10n.t("Undo All"), vscode.l10n.t("Undo all {0} new parts", count), "orch.newText.undoAll", argument)),
        new vscode.CodeLens(top, lens("$(diff)", vscode.l10n.t("Review"), vscode.l10n.t("Compare with the text before"), "orch.newText.review", argument)),
      );
    }
    return lenses;
  }

  /** Takes the mark away: the text stays. Without a place, of the part at the cursor. */
  keep(argument: unknown): void {
    const found = this.meant(argument);
    if (found === null) return;
    found.document.marks = found.document.marks.filter((mark) => mark !== found.mark);
    this.set(found.document);
  }

  /** Puts back what stood there before, as one step that undo takes back. */
  async undo(argument: unknown): Promise<void> {
    const found = this.meant(argument);
    if (found !== null) await this.replace(found.document, [found.mark]);
  }

  keepAll(argument: unknown): void {
    const document = this.documentOf(argument);
    if (document === null) return;
    document.marks = [];
    this.set(document);
  }

  async undoAll(argument: unknown): Promise<void> {
    const document = this.documentOf(argument);
    if (document !== null) await this.replace(document, document.marks);
  }

  /** Opens VS Code's own diff of the text before with the text now. */
  async review(argument: unknown): Promise<void> {
    const document = this.documentOf(argument);
    if (document === null) return;
    const name = document.uri.path.split("/").at(-1) ?? "";
    const before = this.befores.uriOf("before", document.uri.path);
    this.befores.set(before, document.before);
    await vscode.commands.executeCommand("vscode.diff", before, document.uri, vscode.l10n.t("{0}: before ↔ now", name));
  }

  /** Moves the cursor to the next marked part of the document in front, from the last one to the first. */
  next(): void {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    const marks = this.marksOn(editor.document.uri);
    const here = editor.document.offsetAt(editor.selection.active);
    const mark = marks.find(({ head }) => head > here) ?? marks[0];
    if (mark === undefined) return;
    const at = editor.document.positionAt(mark.head);
    editor.selection = new vscode.Selection(at, at);
    editor.revealRange(new vscode.Range(at, editor.document.positionAt(mark.end)), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.lookedAt(editor, editor.selections);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private marksOn(uri: vscode.Uri): readonly Mark[] {
    return this.documents.get(documentKey(uri))?.marks ?? [];
  }

  private documentOf(argument: unknown): Marked | null {
    const { uri } = (argument ?? {}) as { uri?: unknown };
    const named = typeof uri === "string" ? vscode.Uri.parse(uri) : vscode.window.activeTextEditor?.document.uri;
    return named === undefined ? null : (this.documents.get(documentKey(named)) ?? null);
  }

  private meant(argument: unknown): { document: Marked; mark: Mark } | null {
    const document = this.documentOf(argument);
    if (document === null) return null;
    const { head } = (argument ?? {}) as { head?: unknown };
    const editor = vscode.window.activeTextEditor;
    const here = editor === undefined ? -1 : editor.document.offsetAt(editor.selection.active);
    const mark = document.marks.find((one) => (typeof head === "number" ? one.head === head : one.head <= here && here <= one.end));
    return mark === undefined ? null : { document, mark };
  }

  private async replace(marked: Marked, marks: readonly Mark[]): Promise<void> {
    const document = await vscode.workspace.openTextDocument(marked.uri);
    const edit = new vscode.WorkspaceEdit();
    for (const { start, end, before } of marks) {
      edit.replace(marked.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), before);
    }
    await vscode.workspace.applyEdit(edit);
  }

  private follow(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const marked = this.documents.get(documentKey(document.uri));
    if (marked === undefined || changes.length === 0) return;
    const kept = new Map(marked.marks.map((mark) => [mark, mark]));
    // Each is in terms of the text before all of them: from the end, none moves another.
    const ordered = [...changes].sort((a, b) => b.rangeOffset - a.rangeOffset);
    for (const { rangeOffset, rangeLength, text } of ordered) {
      const change = { start: rangeOffset, end: rangeOffset + rangeLength, newText: text };
      for (const [first, now] of kept) {
        const [moved] = movedMarks([now], change);
        if (moved === undefined) kept.delete(first);
        else kept.set(first, moved);
      }
    }
    for (const [first, now] of kept) if (first !== now && marked.seen.has(first)) marked.seen.add(now);
    marked.marks = [...kept.values()];
    this.set(marked);
  }

  private lookedAt(editor: vscode.TextEditor, selections: readonly vscode.Selection[]): void {
    const marked = this.documents.get(documentKey(editor.document.uri));
    if (marked === undefined) return;
    for (const { active } of selections) {
      const here = editor.document.offsetAt(active);
      for (const mark of marked.marks) if (mark.head <= here && here < mark.end) marked.seen.add(mark);
    }
    this.show();
  }

  private forget(uri: vscode.Uri): void {
    if (this.documents.delete(documentKey(uri))) this.changed.fire();
  }

  private set(marked: Marked): void {
    if (marked.marks.length === 0) this.documents.delete(documentKey(marked.uri));
    else this.documents.set(documentKey(marked.uri), marked);
    this.changed.fire();
    this.show();
  }

  private show(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      const marked = this.documents.get(documentKey(document.uri));
      const shown = marked?.marks.filter((mark) => !marked.seen.has(mark)) ?? [];
      editor.setDecorations(this.decoration, shown.map((mark) => range(document, mark)));
    }
  }
}

function lens(icon: string, title: string, tooltip: string, command: string, argument: object): vscode.Command {
  return { title: `${icon} ${title}`, tooltip, command, arguments: [argument] };
}

/** The lines that hold new text, without blank ones around it. */
function range(document: vscode.TextDocument, { start, end }: Mark): vscode.Range {
  const text = document.getText().slice(start, end);
  const blank = text.length - text.trimStart().length;
  return new vscode.Range(document.positionAt(start + blank), document.positionAt(start + text.trimEnd().length));
}

function* drafted(
  edit: ApplyWorkspaceEditParams["edit"],
): Generator<{ document: vscode.TextDocument; before: string; edits: OffsetEdit[] }> {
  for (const change of edit.documentChanges ?? []) {
    if (!TextDocumentEdit.is(change)) continue;
    const uri = vscode.Uri.parse(change.textDocument.uri);
    const document = vscode.workspace.textDocuments.find((one) => isSame(one.uri, uri));
    if (document === undefined) continue;
    const edits = change.edits.filter((one) => TextEdit.is(one)).map(({ range: { start, end }, newText }) => ({
      start: document.offsetAt(new vscode.Position(start.line, start.character)),
      end: document.offsetAt(new vscode.Position(end.line, end.character)),
      newText,
    }));
    yield { document, before: document.getText(), edits };
  }
}
