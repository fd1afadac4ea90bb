// Makes orch-lsp-VERSION.vsix: the extension, and the server's wheel built from the same commit.
// With --without-server it makes orch-lsp-client-VERSION.vsix, for those who have the server from elsewhere.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { buildWheel } from "./wheel.mjs";

const folder = resolve(import.meta.dirname, "..");
process.chdir(folder);

/**
 * Puts the pictures, which live in the repository's docs/, into the package: the walkthrough shows them, and the
 * README. VS Code's own page of an extension shows only pictures from the web: a publisher gives their address in
 * ORCH_IMAGES_URL.
 */
function packImages() {
  rmSync("media/images", { recursive: true, force: true });
  cpSync("../../docs/images", "media/images", { recursive: true, filter: (path) => !basename(path).startsWith("neovim") });
  mkdirSync(".package", { recursive: true });
  const base = process.env.ORCH_IMAGES_URL ?? "media/images";
  writeFileSync(".package/README.md", readFileSync("README.md", "utf8").replaceAll("](../../docs/images/", `](${base}/`));
}

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const withServer = !process.argv.includes("--without-server");
if (withServer) {
  const wheel = buildWheel();
  if (wheel.version !== version) throw new Error(`the server is ${wheel.version}, the extension ${version}`);
} else {
  rmSync("server", { recursive: true, force: true });
}
packImages();
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
    `${withServer ? "orch-lsp" : "orch-lsp-client"}-${version}.vsix`,
  );
} finally {
  rmSync("LICENSE");
}
