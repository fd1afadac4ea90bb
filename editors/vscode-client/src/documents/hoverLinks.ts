import * as vscode from "vscode";

const RUN = /run ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/u;
/** The only commands that a link in a hover may run. */
const COMMANDS = ["orch.showRun", "orch.showTimeline", "orch.showSectionDiff"];

/**
 * A hover of the server with links to the record of the run that it names, and to what was changed since. The server's
 * words stay what they are, text that runs nothing: the links are a part of their own.
 */
export function withLinks(hover: vscode.Hover, document: vscode.TextDocument, position: vscode.Position): vscode.Hover {
  const text = hover.contents.map((part) => (part instanceof vscode.MarkdownString ? part.value : "")).join("\n");
  const runId = RUN.exec(text)?.[1];
  if (runId === undefined) return hover;
  const { t } = vscode.l10n;
  const section = { runId, uri: document.uri.toString(), line: position.line };
  const links = [
    link(t("Record"), t("Open the run's record"), "orch.showRun", { runId }),
    link(t("Timeline"), t("Open the run as a timeline"), "orch.showTimeline", { runId }),
    link(t("Changes since"), t("Compare this section with what the run wrote"), "orch.showSectionDiff", section),
  ];
  const part = new vscode.MarkdownString(links.join(" · "));
  part.isTrusted = { enabledCommands: COMMANDS };
  return new vscode.Hover([...hover.contents, part], hover.range);
}

function link(name: string, title: string, command: string, argument: object): string {
  return `[${name}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))} "${title}")`;
}
