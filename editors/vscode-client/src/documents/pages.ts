import * as vscode from "vscode";
import type { ServerRequests } from "../client/serverRequests";
import { sectionOf, titleAround } from "../history/sectionDiff";
import { PAGE_SCHEME, VirtualDocuments } from "./virtualDocuments";

/** Opens a Markdown document as a rendered page; as its source where there is no Markdown preview. */
export async function showRendered(uri: vscode.Uri): Promise<void> {
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes("markdown.showPreview")) await vscode.commands.executeCommand("markdown.showPreview", uri);
  else await vscode.window.showTextDocument(uri, { preview: true });
}

/** Pages of this extension's own, rendered from Markdown that the server made. */
export class Pages implements vscode.Disposable {
  private readonly documents = new VirtualDocuments(PAGE_SCHEME, (name) => name);

  /** Shows the answer of `orch.doctor`. */
  async showReport(report: unknown): Promise<void> {
    const { text } = (report ?? {}) as { text?: unknown };
    if (typeof text !== "string") return;
    const uri = this.documents.uriOf("doctor", vscode.l10n.t("Set-up"));
    this.documents.set(uri, text);
    await showRendered(uri);
  }

  /** Opens the diff of a section as a run wrote it with the section as it is. */
  async showSectionDiff(argument: unknown, server: ServerRequests): Promise<void> {
    const { runId, uri, line } = (argument ?? {}) as { runId?: unknown; uri?: unknown; line?: unknown };
    if (typeof runId !== "string" || typeof uri !== "string" || typeof line !== "number") return;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    const title = titleAround(document.getText(), line);
    const draft = await server.previewDraft(runId);
    const written = title === null ? "" : sectionOf(draft.text, title);
    if (title === null || written === "") {
      void vscode.window.showInformationMessage(vscode.l10n.t("Orch: the run's draft has no section of this title; its record has all of it."));
      return;
    }
    const [then, now] = [this.documents.uriOf(`${runId}/then`, title), this.documents.uriOf(`${runId}/now`, title)];
    this.documents.set(then, `${written.trimEnd()}\n`);
    this.documents.set(now, `${sectionOf(document.getText(), title).trimEnd()}\n`);
    await vscode.commands.executeCommand("vscode.diff", then, now, vscode.l10n.t("{0}: as drafted ↔ now", title));
  }

  dispose(): void {
    this.documents.dispose();
  }
}
