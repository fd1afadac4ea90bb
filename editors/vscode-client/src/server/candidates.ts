import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, relative, sep } from "node:path";
import { launchOf, type Launch } from "./launch";

const WINDOWS = process.platform === "win32";
const SCRIPT = WINDOWS ? "orch-lsp.exe" : "orch-lsp";
const INTERPRETERS = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python", "py"];
const SCRIPT_FOLDER = WINDOWS ? "Scripts" : "bin";

/** Whether `path` lies in `folder`, or is it. */
export function isInside(path: string, folder: string): boolean {
  const between = relative(folder, path);
  return between === "" || (between !== ".." && !between.startsWith(`..${sep}`) && !isAbsolute(between));
}

/**
 * The programs of a name on the search path, in its order. Entries that are not absolute are passed over, and so are
 * those inside of a workspace folder: what a workspace brings is started only after asking.
 */
export async function programsOnPath(name: string, searchPath: string, workspaceFolders: readonly string[]): Promise<string[]> {
  const folders = await Promise.all(workspaceFolders.map(resolved));
  const programs: string[] = [];
  for (const entry of searchPath.split(delimiter)) {
    if (!isAbsolute(entry)) continue;
    const path = join(entry, WINDOWS && !/\.exe$/iu.test(name) ? `${name}.exe` : name);
    if (!(await isExecutable(path))) continue;
    const places = [entry, await resolved(entry), await resolved(path)];
    if (places.some((place) => [...workspaceFolders, ...folders].some((folder) => isInside(place, folder)))) continue;
    programs.push(path);
  }
  return programs;
}

/** The server on the search path. */
export async function findOnPath(searchPath: string, workspaceFolders: readonly string[]): Promise<Launch | null> {
  const [path] = await programsOnPath(SCRIPT, searchPath, workspaceFolders);
  return path === undefined ? null : launchOf(path, "PATH");
}

/** Python interpreters on the search path, the newest names first. */
export async function interpretersOnPath(searchPath: string, workspaceFolders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(INTERPRETERS.map((name) => programsOnPath(name, searchPath, workspaceFolders)));
  return found.flat();
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

/** Whether `path` is a file that may be run, wherever that is looked up from. */
export async function isExecutable(path: string): Promise<boolean> {
  if (!isAbsolute(path)) return false;
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
