// Builds the server's wheel from the commit that is checked out into server/, with a manifest of its hash.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const TARGET = resolve(import.meta.dirname, "../server");

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

/** Builds the wheel; returns what server/manifest.json says. */
export function buildWheel() {
  const commit = git("rev-parse", "HEAD");
  const changed = git("status", "--porcelain", "--untracked-files=no", "--", "orch_lsp", "docs", "pyproject.toml");
  if (changed !== "") console.warn(`Not committed, so not in the wheel:\n${changed}`);
  const source = mkdtempSync(join(tmpdir(), "orch-wheel-"));
  try {
    const archive = join(source, "source.tar");
    git("archive", "--output", archive, "HEAD");
    execFileSync("tar", ["-xf", archive, "-C", source]);
    rmSync(archive);
    rmSync(TARGET, { recursive: true, force: true });
    mkdirSync(TARGET);
    execFileSync(python(), ["-I", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", TARGET, source], {
      env: { ...process.env, SOURCE_DATE_EPOCH: git("show", "-s", "--format=%ct", "HEAD"), PIP_DISABLE_PIP_VERSION_CHECK: "1" },
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
