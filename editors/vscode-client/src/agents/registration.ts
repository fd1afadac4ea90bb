import * as vscode from "vscode";
import type { ServerSupervisor } from "../server/supervisor";
import { agentServers } from "./definitions";

/** The part of the interface that VS Code has from 1.101 on. */
interface LanguageModels {
  registerMcpServerDefinitionProvider?: (id: string, provider: DefinitionProvider) => vscode.Disposable;
}

interface DefinitionProvider {
  readonly onDidChangeMcpServerDefinitions: vscode.Event<void>;
  readonly provideMcpServerDefinitions: () => Promise<unknown[]>;
}

type StdioDefinition = new (
  label: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | null>>,
  version: string,
) => { cwd?: vscode.Uri };

/** As the manifest names it. */
export const PROVIDER_ID = "orch.specs";

/** Gives the agents of VS Code the specs of trusted workspaces; does nothing in a version without such servers. */
export function serveAgents(supervisor: ServerSupervisor, workingFolder: () => Promise<string>, version: string): vscode.Disposable {
  const { lm, McpStdioServerDefinition: Definition } = vscode as unknown as {
    readonly lm?: LanguageModels;
    readonly McpStdioServerDefinition?: StdioDefinition;
  };
  if (lm?.registerMcpServerDefinitionProvider === undefined || Definition === undefined) return vscode.Disposable.from();
  const changed = new vscode.EventEmitter<void>();
  const tell = (): void => {
    changed.fire();
  };
  return vscode.Disposable.from(
    changed,
    supervisor.onDidChange(({ kind }) => {
      if (kind !== "starting") tell();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(tell),
    vscode.workspace.onDidGrantWorkspaceTrust(tell),
    lm.registerMcpServerDefinitionProvider(PROVIDER_ID, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: async () => {
        const { state } = supervisor;
        if (state.kind !== "running" || !vscode.workspace.isTrusted) return [];
        const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
        const named = folders.map(({ name, uri }) => ({ name, path: uri.fsPath }));
        // Never a folder of the workspace, whose modules could be loaded.
        const cwd = vscode.Uri.file(await workingFolder());
        return agentServers(state.launch, named, process.env).map(({ label, command, args, env }) => {
          const definition = new Definition(label, command, args, env, version);
          definition.cwd = cwd;
          return definition;
        });
      },
    }),
  );
}
