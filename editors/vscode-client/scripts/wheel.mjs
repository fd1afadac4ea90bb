// Builds the server's wheel into server/, with a manifest of its hash: from the commit that is checked out, else, as in
// a source archive, from the files as they are.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const TARGET = resolve(import.meta.dirname, "../server");
/** What the wheel is made of. */
const SOURCES = ["orch_lsp", "docs", "pyproject.toml", "README.md", "LICENSE"];

function git(...args) {
  return execFileSync("git", ["-C", ROOT, ...args], { encoding: "utf8" }).trim();
}

function python() {
  const candidates = [process.env.PYTHON, join(ROOT, ".venv/bin/python"), "python3", "python"];
  for (const candidate of candidates) {
    if (!candidate || (candidate.includes("/") && !existsSync(candidate))) continue;
    try {
      execFileSync(candidate, ["-I", "-m", "pip", "--version"], { stdio: "ignore" });
      return candidate;
    } catch {
      continue;
    }
  }
  throw new Error("no Python with pip was found; set PYTHON");
}

/** Whether this is a checkout of its own; an archive may be unpacked within another one, or where there is no git. */
function isCheckout() {
  try {
    return realpathSync(git("rev-parse", "--show-toplevel")) === realpathSync(ROOT);
  } catch {
    return false;
  }
}

/** Puts what is committed into a folder; returns the commit and its time in seconds. */
function takeCommit(folder) {
  const changed = git("status", "--porcelain", "--untracked-files=no", "--", ...SOURCES);
  if (changed !== "") console.warn(`Not committed, so not in the wheel:\n${changed}`);
  const archive = join(folder, "source.tar");
  git("archive", "--output", archive, "HEAD");
  execFileSync("tar", ["-xf", archive, "-C", folder]);
  rmSync(archive);
  return { commit: git("rev-parse", "HEAD"), time: git("show", "-s", "--format=%ct", "HEAD") };
}

/** Puts the files as they are into a folder; an archive's files have the time of its commit. */
function takeFiles(folder) {
  console.warn("This is no checkout of git: the wheel is made of the files as they are.");
  const isSource = (path) => !/(?:__pycache__|\.pyc)$/u.test(path);
  for (const name of SOURCES) cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter: isSource });
  return { commit: "unknown", time: String(Math.floor(statSync(join(ROOT, "pyproject.toml")).mtimeMs / 1000)) };
}

/** Builds the wheel; returns what server/manifest.json says. */
export function buildWheel() {
  const source = mkdtempSync(join(tmpdir(), "orch-wheel-"));
  const { commit, time } = isCheckout() ? takeCommit(source) : takeFiles(source);
  try {
    rmSync(TARGET, { recursive: true, force: true });
    mkdirSync(TARGET);
    execFileSync(python(), ["-I", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", TARGET, source], {
      env: { ...process.env, SOURCE_DATE_EPOCH: time, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
      stdio: ["ignore", "inherit", "inherit"],
    });
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
  const [file] = readdirSync(TARGET).filter((name) => name.endsWith(".whl"));
  if (file === undefined) throw new Error("the build left no wheel");
  const sha256 = createHash("sha256").update(readFileSync(join(TARGET, file))).digest("hex");
  const manifest = { file, version: file.split("-")[1], sha256, commit };
  writeFileSync(join(TARGET, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

if (process.argv[1] === import.meta.filename) console.log(buildWheel());
