import * as vscode from "vscode";
import { isSame } from "../documents/sameDocument";
import type { DraftPreview } from "../runs/record";
import { waits, type PlacedFinding, type PlacedRange, type PlacedSection } from "./draftSections";

const SEVERITIES: Readonly<Record<string, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** A draft under review: its run, its document, and the address of the document as it would be. */
export interface Reviewed {
  readonly runId: string;
  readonly document: vscode.Uri;
  readonly proposal: vscode.Uri;
}

interface SectionThread {
  readonly thread: vscode.CommentThread;
  readonly reviewed: Reviewed;
  section: PlacedSection;
}

/**
 * A thread for each section of a draft under review, in VS Code's own comments: accept, reject with a reason, have it
 * drafted anew, edit it, or leave a remark. What the check found is a problem of the proposal.
 */
export class ReviewThreads implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController("orch.review", vscode.l10n.t("Review of a Draft"));
  private readonly problems = vscode.languages.createDiagnosticCollection("orch.draft");
  private threads: SectionThread[] = [];

  constructor() {
    this.controller.options = {
      prompt: vscode.l10n.t("A reason, an instruction or a remark"),
      placeHolder: vscode.l10n.t("Why not, or how else?"),
    };
  }

  /** Brings threads and problems in line with a draft as it is now. */
  update(reviewed: Reviewed, preview: DraftPreview): void {
    const waiting = preview.sections.filter((section) => waits(section) && section.head !== null);
    const mine = this.threads.filter((one) => isSame(one.reviewed.proposal, reviewed.proposal));
    for (const one of mine) if (!waiting.some(({ key }) => key === one.section.key)) this.drop(one);
    for (const section of waiting) {
      const known = this.threads.find((one) => isSame(one.reviewed.proposal, reviewed.proposal) && one.section.key === section.key);
      const findings = preview.diagnostics.filter(({ key }) => key === section.key);
      if (known === undefined) this.add(reviewed, section, findings);
      else this.refresh(known, section, findings);
    }
    this.openNext(reviewed.proposal);
    this.problems.set(reviewed.proposal, preview.diagnostics.map(problem));
  }

  /** The review is over. */
  close(proposal: vscode.Uri): void {
    for (const one of this.threads.filter(({ reviewed }) => isSame(reviewed.proposal, proposal))) this.drop(one);
    this.problems.delete(proposal);
  }

  /** The section that a button of a thread, a thread, or without either the cursor means. */
  meant(argument: unknown): { reviewed: Reviewed; section: PlacedSection; words: string } | null {
    const { thread, text } = (argument ?? {}) as { thread?: unknown; text?: unknown };
    const found = this.threads.find((one) => one.thread === thread || one.thread === argument) ?? this.atCursor();
    if (found === undefined) return null;
    return { reviewed: found.reviewed, section: found.section, words: typeof text === "string" ? text.trim() : "" };
  }

  dispose(): void {
    this.controller.dispose();
    this.problems.dispose();
  }

  private atCursor(): SectionThread | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return undefined;
    const here = editor.selection.active.line;
    const above = this.threads.filter(
      ({ thread, reviewed }) =>
        isSame(reviewed.proposal, editor.document.uri) && thread.range.start.line <= here,
    );
    return above.sort((a, b) => lineOf(b) - lineOf(a))[0];
  }

  private add(reviewed: Reviewed, section: PlacedSection, findings: readonly PlacedFinding[]): void {
    const thread = this.controller.createCommentThread(reviewed.proposal, rangeOf(section.head), []);
    thread.contextValue = "section";
    thread.canReply = true;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Collapsed;
    const made = { thread, reviewed, section };
    this.threads.push(made);
    this.refresh(made, section, findings);
  }

  private refresh(one: SectionThread, section: PlacedSection, findings: readonly PlacedFinding[]): void {
    one.section = section;
    const waiting = vscode.l10n.t("“{0}” waits for your word", section.title);
    const count = findings.length;
    const told = count === 1 ? vscode.l10n.t("1 finding") : vscode.l10n.t("{0} findings", count);
    one.thread.label = count === 0 ? waiting : `${waiting} · ${told}`;
    one.thread.range = rangeOf(section.head);
    // Findings are problems at their lines: as comments they would fold the buttons away.
    one.thread.comments = section.reason === null ? [] : [remark(section.reason)];
  }

  /** One thread is open at a time, so that the text stays in view; whichever the person opens stays open. */
  private openNext(proposal: vscode.Uri): void {
    const mine = this.threads.filter(({ reviewed }) => isSame(reviewed.proposal, proposal)).sort((a, b) => lineOf(a) - lineOf(b));
    if (mine.some(({ thread }) => thread.collapsibleState === vscode.CommentThreadCollapsibleState.Expanded)) return;
    const [first] = mine;
    if (first !== undefined) first.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  }

  private drop(one: SectionThread): void {
    one.thread.dispose();
    this.threads = this.threads.filter((other) => other !== one);
  }
}

function lineOf({ thread }: SectionThread): number {
  return thread.range.start.line;
}

function rangeOf(place: PlacedRange | null): vscode.Range {
  if (place === null) return new vscode.Range(0, 0, 0, 0);
  return new vscode.Range(place.start.line, place.start.character, place.end.line, place.end.character);
}

/** Words of a record are shown as plain text. */
function remark(words: string): vscode.Comment {
  const body = new vscode.MarkdownString().appendText(words);
  return { author: { name: vscode.l10n.t("You") }, body, mode: vscode.CommentMode.Preview };
}

function problem({ rule, severity, message, range }: PlacedFinding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(range), message, SEVERITIES[severity] ?? vscode.DiagnosticSeverity.Information);
  diagnostic.source = "orch";
  diagnostic.code = rule;
  return diagnostic;
}

