import * as vscode from "vscode";
import type { DraftReview } from "./draftReview";

/** The buttons of a section under review. Each goes the way of the command that the server has for it. */
export function reviewCommands(review: DraftReview): Readonly<Record<string, (argument: unknown) => unknown>> {
  const say = async (argument: unknown, state: string): Promise<unknown> => {
    const meant = review.threads.meant(argument);
    if (meant === null) return tellNone();
    const { reviewed, section, words } = meant;
    const reason = state === "accepted" ? {} : { reason: words };
    return vscode.commands.executeCommand("orch.reviewSection", { runId: reviewed.runId, key: section.key, state, ...reason });
  };
  return {
    "orch.review.accept": (argument) => say(argument, "accepted"),
    "orch.review.reject": (argument) => say(argument, "rejected"),
    "orch.review.comment": (argument) => say(argument, "commented"),
    "orch.review.redraft": async (argument) => {
      const meant = review.threads.meant(argument);
      if (meant === null) return tellNone();
      const { reviewed, section, words } = meant;
      const uri = reviewed.document.toString();
      const answer = await vscode.commands.executeCommand("orch.regenerateSection", { uri, key: section.key, instruction: words, apply: "review" });
      review.openWhenReady((answer as { runId?: unknown } | undefined)?.runId);
      return answer;
    },
    "orch.review.edit": async (argument) => {
      const meant = review.threads.meant(argument);
      if (meant === null) return tellNone();
      const answer = await say(argument, "accepted");
      const editor = await vscode.window.showTextDocument(meant.reviewed.document);
      const line = lineOfHeading(editor.document, meant.section.title);
      if (line === null) return answer;
      const at = new vscode.Position(Math.min(line + 2, editor.document.lineCount - 1), 0);
      editor.selection = new vscode.Selection(at, at);
      editor.revealRange(new vscode.Range(line, 0, line + 2, 0), vscode.TextEditorRevealType.AtTop);
      return answer;
    },
  };
}

function tellNone(): null {
  void vscode.window.showInformationMessage(vscode.l10n.t("Orch: no section of a draft waits here."));
  return null;
}

function lineOfHeading(document: vscode.TextDocument, title: string): number | null {
  for (let line = 0; line < document.lineCount; line++) {
    const { text } = document.lineAt(line);
    if (/^#{1,6}\s/u.test(text) && text.replace(/^#+\s+/u, "").trim() === title) return line;
  }
  return null;
}
