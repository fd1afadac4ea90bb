import * as vscode from "vscode";

/** Where the words of a run are shown while they arrive; null if they are not. */
export function previewPlace(): "inPlace" | "beside" | null {
  const settings = vscode.workspace.getConfiguration("orch");
  if (!settings.get<boolean>("livePreview.enabled", true)) return null;
  return settings.get<string>("livePreview.where", "inPlace") === "beside" ? "beside" : "inPlace";
}
