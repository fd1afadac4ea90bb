import * as vscode from "vscode";
import type { RunRecord } from "../runs/record";
import type { RunTracker } from "../runs/runTracker";
import { isSame } from "./sameDocument";

/**
 * Opens the document of a run, without showing it: the server works on open documents only.
 *
 * @returns Null if it is not known which one it is, or it is gone.
 */
export async function openDocumentOf(record: RunRecord, tracker: RunTracker): Promise<vscode.TextDocument | null> {
  const known = tracker.documentOf(record);
  const candidates = known === undefined ? inFolders(record, tracker) : [known];
  for (const uri of candidates) {
    try {
      const document = await openDocument(uri);
      tracker.bind(record.run_id, uri);
      return document;
    } catch {
      // Deleted, or in another folder.
    }
  }
  return null;
}

/** The document as it is open, else opened now. VS Code keeps what an extension opened open for minutes: ask only if needed. */
export async function openDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((document) => isSame(document.uri, uri));
  return open ?? vscode.workspace.openTextDocument(uri);
}

function inFolders(record: RunRecord, tracker: RunTracker): vscode.Uri[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => tracker.isIn(record, uri))
    .map(({ uri }) => vscode.Uri.joinPath(uri, record.spec.path));
}
