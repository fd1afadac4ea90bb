import { basename } from "node:path";

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

const SEARCH_VARIABLES = new Set(["PYTHONPATH", "PYTHONSTARTUP"]);

/** The environment of a server process: the editor's own, with module search held to what is installed. */
export function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !SEARCH_VARIABLES.has(name));
  return { ...Object.fromEntries(kept), PYTHONSAFEPATH: "1", PYTHONUTF8: "1" };
}
