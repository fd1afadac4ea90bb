import { homedir } from "node:os";
import * as vscode from "vscode";

/** Paths of the workspace folders that are on this machine's disk. */
export function workspaceFolderPaths(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath);
}

/** The value of `PATH`. */
export function searchPath(): string {
  return process.env["PATH"] ?? "";
}

/** A setting below `orch.server` that names a program; empty if it is not set, or is no text. */
export function programSetting(key: "path" | "python"): string {
  const value = vscode.workspace.getConfiguration("orch.server").get<unknown>(key);
  return typeof value === "string" ? value.trim().replace(/^~(?=[/\\])/u, homedir()) : "";
}
