import { mkdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import { interpretersOnPath, programsOnPath } from "./candidates";
import { bundledWheel, installOwnServer } from "./ownEnvironment";
import { programFailure } from "./programFailure";
import { programSetting, searchPath, workspaceFolderPaths } from "./surroundings";

/** The folder of the environment that this extension makes, beside which it works. */
export function ownEnvironmentFolder(context: vscode.ExtensionContext): string {
  return join(context.globalStorageUri.fsPath, "server");
}

/** Makes this extension's own folder, from which the server and its installation are started. */
export async function workingFolder(context: vscode.ExtensionContext): Promise<string> {
  await mkdir(context.globalStorageUri.fsPath, { recursive: true });
  return context.globalStorageUri.fsPath;
}

/** Whether this build carries a server. */
export const canInstall = bundledWheel !== null;

/**
 * Installs the bundled server into an environment of its own, with progress.
 *
 * @returns Whether it is there now; failures were shown.
 */
export async function installWithProgress(context: vscode.ExtensionContext, output: vscode.LogOutputChannel): Promise<boolean> {
  const wheel = bundledWheel;
  if (wheel === null) {
    void vscode.window.showErrorMessage(vscode.l10n.t("This build of the extension carries no server."));
    return false;
  }
  const steps = {
    python: vscode.l10n.t("looking for Python…"),
    environment: vscode.l10n.t("making a Python environment…"),
    wheel: vscode.l10n.t("installing the server and what it needs…"),
  };
  const title = vscode.l10n.t("Orch: installing server {0}", wheel.version);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    try {
      await installOwnServer({
        wheel,
        extensionFolder: context.extensionPath,
        environment: ownEnvironmentFolder(context),
        workingFolder: await workingFolder(context),
        interpreters: await interpreters(),
        t: vscode.l10n.t,
        onStep: (step) => {
          progress.report({ message: steps[step] });
        },
        signal: abort.signal,
      });
      output.info(`Installed ${wheel.file} (${wheel.commit}) into ${ownEnvironmentFolder(context)}`);
      return true;
    } catch (error) {
      output.error(error instanceof Error ? error : String(error));
      if (!token.isCancellationRequested) reportFailure(error, output);
      return false;
    }
  });
}

/** Interpreters to make the environment with: the one of the setting, else those on `PATH` outside of the workspace. */
async function interpreters(): Promise<readonly string[]> {
  const configured = programSetting("python");
  if (configured === "") return interpretersOnPath(searchPath(), workspaceFolderPaths());
  return isAbsolute(configured) ? [configured] : programsOnPath(configured, searchPath(), workspaceFolderPaths());
}

function reportFailure(error: unknown, output: vscode.LogOutputChannel): void {
  const log = vscode.l10n.t("Show Log");
  void vscode.window
    .showErrorMessage(vscode.l10n.t("The Orch server could not be installed: {0}", programFailure(error)), log)
    .then((chosen) => {
      if (chosen === log) output.show();
    });
}
