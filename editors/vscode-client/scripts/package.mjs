// Makes orch-lsp-VERSION.vsix: the extension, and the server's wheel built from the same commit.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { buildWheel } from "./wheel.mjs";

const folder = resolve(import.meta.dirname, "..");
process.chdir(folder);

/** The README with its pictures, which live in the repository's docs/, put beside it. */
function packageReadme() {
  rmSync(".package", { recursive: true, force: true });
  mkdirSync(".package/images", { recursive: true });
  const readme = readFileSync("README.md", "utf8").replace(/\]\((\.\.\/\.\.\/docs\/images\/[^)]+)\)/gu, (_, path) => {
    copyFileSync(path, join(".package/images", basename(path)));
    return `](.package/images/${basename(path)})`;
  });
  writeFileSync(".package/README.md", readme);
}

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const wheel = buildWheel();
if (wheel.version !== version) throw new Error(`the server is ${wheel.version}, the extension ${version}`);
packageReadme();
copyFileSync("../../LICENSE", "LICENSE");
const run = (...command) => execFileSync(process.execPath, command, { stdio: "inherit" });
try {
  run("scripts/l10n.mjs", "--check");
  run("node_modules/typescript/bin/tsc", "--noEmit");
  run("scripts/build.mjs", "--production");
  run(
    "node_modules/@vscode/vsce/vsce",
    "package",
    "--no-dependencies",
    "--allow-missing-repository",
    "--no-rewrite-relative-links",
    "--readme-path",
    ".package/README.md",
    "--out",
    `orch-lsp-${version}.vsix`,
  );
} finally {
  rmSync("LICENSE");
}
