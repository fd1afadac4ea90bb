import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Translate } from "../text";
import { serverEnvironment } from "./launch";

const run = promisify(execFile);
const MINIMUM_PYTHON: readonly [number, number] = [3, 11];

/** The wheel that this extension carries: its file name, version and SHA-256 in lower-case hex. */
export interface BundledWheel {
  readonly file: string;
  readonly version: string;
  readonly sha256: string;
  readonly commit: string;
}

/** Compiled in by `scripts/build.mjs`; null in a build without a wheel. */
declare const BUNDLED_WHEEL: BundledWheel | null;
export const bundledWheel: BundledWheel | null = BUNDLED_WHEEL;

export class InstallationError extends Error {}

export interface Installation {
  readonly wheel: BundledWheel;
  /** Folder of the extension, in which `server/` holds the wheel. */
  readonly extensionFolder: string;
  /** Where the environment goes; what was there is replaced. */
  readonly environment: string;
  /** A folder of this extension, never the workspace. */
  readonly workingFolder: string;
  /** Interpreters to try, in order. */
  readonly interpreters: readonly string[];
  readonly onStep: (step: "python" | "environment" | "wheel") => void;
  readonly signal: AbortSignal;
  readonly t: Translate;
}

/**
 * Makes a Python environment and installs the bundled wheel into it.
 *
 * @throws InstallationError if the wheel is not the one this extension was built with, or no Python serves.
 */
export async function installOwnServer(installation: Installation): Promise<void> {
  const { wheel, environment, signal, t } = installation;
  const path = join(installation.extensionFolder, "server", wheel.file);
  await verifyWheel(path, wheel.sha256, t);
  installation.onStep("python");
  const python = await firstUsablePython(installation.interpreters, installation.workingFolder);
  if (python === null) {
    throw new InstallationError(t("no Python {0} or newer was found", MINIMUM_PYTHON.join(".")));
  }
  const options = { cwd: installation.workingFolder, env: serverEnvironment(process.env), signal };
  try {
    installation.onStep("environment");
    await rm(environment, { recursive: true, force: true });
    await run(python, ["-I", "-m", "venv", environment], options);
    installation.onStep("wheel");
    const inside = join(environment, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
    // With what agents are served by: the server is registered for them.
    await run(inside, ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", `${path}[mcp]`], options);
  } catch (error) {
    await rm(environment, { recursive: true, force: true });
    throw error;
  }
}

/** @throws InstallationError if the file's hash is not `sha256`. */
export async function verifyWheel(path: string, sha256: string, t: Translate): Promise<void> {
  const actual = createHash("sha256").update(await readFile(path)).digest("hex");
  if (actual !== sha256) {
    throw new InstallationError(t("the bundled server was changed since this extension was built"));
  }
}

/** The first interpreter that runs and is new enough. */
export async function firstUsablePython(interpreters: readonly string[], cwd: string): Promise<string | null> {
  for (const interpreter of interpreters) {
    try {
      const script = "import sys; print('%d.%d' % sys.version_info[:2])";
      const { stdout } = await run(interpreter, ["-I", "-c", script], { cwd, env: serverEnvironment(process.env), timeout: 10_000 });
      const [major = 0, minor = 0] = stdout.trim().split(".").map(Number);
      if (major > MINIMUM_PYTHON[0] || (major === MINIMUM_PYTHON[0] && minor >= MINIMUM_PYTHON[1])) return interpreter;
    } catch {
      // Not there, or not a Python that starts: the next one is tried.
    }
  }
  return null;
}
