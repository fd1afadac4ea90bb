import { basename, delimiter, isAbsolute } from "node:path";

/** How to start the server: a program and what precedes `serve`. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly origin: LaunchOrigin;
}

export type LaunchOrigin = "setting" | "PATH" | "own environment" | "workspace environment";

/**
 * Makes a launch of a path that may be the console script or a Python interpreter. `-P` keeps the current folder off
 * the module search path, so that a workspace's `httpx.py` is never imported.
 */
export function launchOf(path: string, origin: LaunchOrigin): Launch {
  const isPython = /^python(\d+(\.\d+)*)?(\.exe)?$/iu.test(basename(path.replaceAll("\\", "/")));
  return isPython ? { command: path, args: ["-P", "-m", "orch_lsp"], origin } : { command: path, args: [], origin };
}

const SEARCH_VARIABLES = new Set(["PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONBREAKPOINT", "PYTHONINSPECT"]);

/**
 * The environment of a server process: the editor's own, with module search held to what is installed, and program
 * search to full paths, as any other entry of `PATH` may lead into a workspace.
 */
export function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Windows has one variable for all spellings of a name.
  const kept = Object.entries(environment).filter(([name]) => !SEARCH_VARIABLES.has(name.toUpperCase()));
  const held = kept.map(([name, value]) => [name, name.toUpperCase() === "PATH" ? fullPaths(value ?? "") : value] as const);
  return { ...Object.fromEntries(held), PYTHONSAFEPATH: "1", PYTHONUTF8: "1" };
}

function fullPaths(searchPath: string): string {
  return searchPath
    .split(delimiter)
    .filter((entry) => isAbsolute(entry))
    .join(delimiter);
}
