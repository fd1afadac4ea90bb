import * as vscode from "vscode";
import { SERVED_SCHEMES } from "../client/orchClient";
import type { ServerState, ServerSupervisor } from "../server/supervisor";

/** Shows, in the language status of Markdown files, which server runs; and where it cannot help, why. */
export function showServerStatus(supervisor: ServerSupervisor): vscode.Disposable {
  const served = vscode.languages.createLanguageStatusItem(
    "orch.server",
    SERVED_SCHEMES.map((scheme) => ({ scheme, language: "markdown" })),
  );
  served.name = "Orch";
  const update = (state: ServerState): void => {
    const { text, detail, severity, busy } = describe(state);
    served.text = text;
    served.detail = detail;
    served.severity = severity;
    served.busy = busy;
    served.command = { command: "orch.showLog", title: vscode.l10n.t("Show Log") };
  };
  update(supervisor.state);

  const virtual = vscode.languages.createLanguageStatusItem("orch.virtual", { scheme: "vscode-vfs", language: "markdown" });
  virtual.name = "Orch";
  virtual.text = vscode.l10n.t("Orch: not available here");
  virtual.detail = virtualText();
  virtual.severity = vscode.LanguageStatusSeverity.Warning;
  return vscode.Disposable.from(served, virtual, supervisor.onDidChange(update));
}

/** Why a file of a virtual file system cannot be drafted. */
export function virtualText(): string {
  return vscode.l10n.t("Drafts, diagnostics and history need a file on disk; this one is in a virtual file system. Open a local copy of the folder.");
}

interface Description {
  readonly text: string;
  readonly detail: string;
  readonly severity: vscode.LanguageStatusSeverity;
  readonly busy: boolean;
}

function describe(state: ServerState): Description {
  const { Error: error, Information: information } = vscode.LanguageStatusSeverity;
  switch (state.kind) {
    case "running": {
      const version = state.client.initializeResult?.serverInfo?.version ?? "?";
      return { text: `Orch ${version}`, detail: state.launch.command, severity: information, busy: false };
    }
    case "starting":
      return { text: "Orch", detail: vscode.l10n.t("starting…"), severity: information, busy: true };
    case "missing":
      return { text: "Orch", detail: vscode.l10n.t("no server found"), severity: error, busy: false };
    case "failed":
      return { text: "Orch", detail: state.reason, severity: error, busy: false };
    case "stopped":
      return { text: "Orch", detail: vscode.l10n.t("stopped"), severity: information, busy: false };
  }
}
