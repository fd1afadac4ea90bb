import { serverEnvironment, type Launch } from "../server/launch";

/** A server of the Model Context Protocol for one folder, as VS Code is to start it. */
export interface AgentServer {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Changes of the extension host's environment; null takes a variable out. */
  readonly env: Readonly<Record<string, string | null>>;
}

export interface Folder {
  readonly name: string;
  readonly path: string;
}

/** The servers for agents: that which serves the editor, once for each folder. */
export function agentServers(launch: Launch, folders: readonly Folder[], environment: NodeJS.ProcessEnv): AgentServer[] {
  const env = changes(environment, serverEnvironment(environment));
  return folders.map(({ name, path }) => ({
    label: folders.length > 1 ? `Orch: ${name}` : "Orch",
    command: launch.command,
    args: [...launch.args, "mcp", "--workspace", path],
    env,
  }));
}

function changes(before: NodeJS.ProcessEnv, after: NodeJS.ProcessEnv): Record<string, string | null> {
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  const set = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...Object.fromEntries(set.map(([name, value]) => [name, value ?? null])) };
}
