import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, relative, sep } from "node:path";
import { launchOf, type Launch } from "./launch";

const WINDOWS = process.platform === "win32";
const SCRIPT = WINDOWS ? "orch-lsp.exe" : "orch-lsp";
const SCRIPT_FOLDER = WINDOWS ? "Scripts" : "bin";

/** Whether `path` lies in `folder`, or is it. */
export function isInside(path: string, folder: string): boolean {
  const between = relative(folder, path);
  return between === "" || (between !== ".." && !between.startsWith(`..${sep}`) && !isAbsolute(between));
}

/**
 * The server on the search path. Entries that are not absolute are passed over, and so are those inside of a
 * workspace folder: what a workspace brings is started only after asking.
 */
export async function findOnPath(searchPath: string, workspaceFolders: readonly string[]): Promise<Launch | null> {
  const folders = await Promise.all(workspaceFolders.map(resolved));
  for (const entry of searchPath.split(delimiter)) {
    if (!isAbsolute(entry)) continue;
    const path = join(entry, SCRIPT);
    if (!(await isExecutable(path))) continue;
    const places = [entry, await resolved(entry), await resolved(path)];
    if (places.some((place) => [...workspaceFolders, ...folders].some((folder) => isInside(place, folder)))) continue;
    return launchOf(path, "PATH");
  }
  return null;
}

/** The server in a Python environment's folder, or null. Nothing is started to find out. */
export async function findInEnvironment(folder: string, origin: Launch["origin"]): Promise<Launch | null> {
  const script = join(folder, SCRIPT_FOLDER, SCRIPT);
  return (await isExecutable(script)) ? launchOf(script, origin) : null;
}

/** The first server in the usual places for a workspace's Python environment. */
export async function findInWorkspace(workspaceFolders: readonly string[]): Promise<Launch | null> {
  for (const folder of workspaceFolders) {
    for (const name of [".venv", "venv", "env"]) {
      const found = await findInEnvironment(join(folder, name), "workspace environment");
      if (found !== null) return found;
    }
  }
  return null;
}

/** Whether `path` is a file that may be run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, WINDOWS ? constants.F_OK : constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}
