// Bundles the extension (default, --production, --watch) or its unit tests (--tests).
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";

const flags = new Set(process.argv.slice(2));
const production = flags.has("--production");
const manifest = "server/manifest.json";

/** What the bundled wheel must hash to is compiled in, so that the file beside it cannot be swapped unnoticed. */
const bundled = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : null;

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  define: { BUNDLED_WHEEL: JSON.stringify(bundled) },
  logLevel: "warning",
};

/** The licences of the packages whose code is in the bundle. */
function licenses({ inputs }) {
  const folders = new Set(Object.keys(inputs).flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/u) ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/iu.test(entry));
      const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

if (flags.has("--tests")) {
  rmSync("out/test", { recursive: true, force: true });
  await esbuild.build({
    ...common,
    entryPoints: readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => join("test", name)),
    outdir: "out/test",
    sourcemap: "inline",
  });
} else {
  const options = {
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "out/extension.js",
    minify: production,
    sourcemap: !production,
  };
  if (flags.has("--watch")) {
    const context = await esbuild.context({ ...options, logLevel: "info" });
    await context.watch();
  } else {
    const { metafile } = await esbuild.build({ ...options, metafile: true });
    writeFileSync("out/THIRD_PARTY_LICENSES.txt", licenses(metafile));
  }
}
