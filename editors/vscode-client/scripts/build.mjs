// Bundles the extension (default, --production, --watch) or its unit tests (--tests).
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
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
    await esbuild.build(options);
  }
}
