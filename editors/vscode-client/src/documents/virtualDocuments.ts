import * as vscode from "vscode";
import { documentKey, isSame } from "./sameDocument";

/** The words of a run as they arrive. */
export const LIVE_SCHEME = "orch-live";
/** What a document would become with a draft. */
export const PROPOSAL_SCHEME = "orch-proposal";

/** What a document was before a draft came into it, and parts of one as a run wrote them. */
export const BEFORE_SCHEME = "orch-before";
/** Pages of this extension's own, such as the report on the set-up. */
export const PAGE_SCHEME = "orch-page";

/** Read-only documents of this extension whose text changes under way. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration: vscode.Disposable;
  readonly onDidChange = this.changed.event;

  /**
   * @param scheme Scheme of the addresses.
   * @param nameOf Makes a document's name, which is the title of its tab, of the spec's file name.
   */
  constructor(
    private readonly scheme: string,
    private readonly nameOf: (specName: string) => string,
  ) {
    this.registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  /** The address of a run's document; its last part ends with `.md`, so that VS Code sees Markdown. */
  uriOf(runId: string, specPath: string): vscode.Uri {
    const name = this.nameOf(specPath.split("/").at(-1) ?? "spec");
    return vscode.Uri.from({ scheme: this.scheme, path: `/${runId}/${name.endsWith(".md") ? name : `${name}.md`}` });
  }

  set(uri: vscode.Uri, text: string): void {
    this.texts.set(documentKey(uri), text);
    this.changed.fire(uri);
  }

  delete(uri: vscode.Uri): void {
    this.texts.delete(documentKey(uri));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(documentKey(uri)) ?? "";
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

/** The id of the run that one of our virtual documents belongs to; null for any other document. */
export function runIdOf(uri: vscode.Uri): string | null {
  if (uri.scheme !== LIVE_SCHEME && uri.scheme !== PROPOSAL_SCHEME) return null;
  return uri.path.split("/")[1] ?? null;
}

/** Tabs that show a document, alone or as a side of a diff. */
export function tabsOf(uri: vscode.Uri): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.filter(({ input }) =>
      input instanceof vscode.TabInputText
        ? isSame(input.uri, uri)
        : input instanceof vscode.TabInputTextDiff && isSame(input.modified, uri),
    ),
  );
}
