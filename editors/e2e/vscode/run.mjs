// Runs the scenarios one after the other, each in a window and a world of its own. Arguments: words of their names.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { closeBrowser } from "./browser.mjs";
import { buildWorld } from "./world.mjs";
import { EXTENSIONS, startCode } from "./codeServer.mjs";
import { scenarios } from "./scenarios.mjs";

const { ORCH_E2E_CODE: code, ORCH_E2E_VSIX: vsix } = process.env;

/** Installs the extension as a person would, and beside it those that bring a virtual file and scripted models. */
function installExtensions() {
  const vsce = resolve(import.meta.dirname, "../../vscode-client/node_modules/@vscode/vsce/vsce");
  const others = ["virtual", "models"].map((name) => {
    const packed = join(EXTENSIONS, `${name}.vsix`);
    execFileSync(process.execPath, [vsce, "package", "--allow-missing-repository", "--skip-license", "--out", packed], {
      cwd: join(import.meta.dirname, name),
      stdio: "ignore",
    });
    return packed;
  });
  const data = join(EXTENSIONS, ".data");
  const command = [`${code}/node_modules/.bin/code-server`, "--extensions-dir", EXTENSIONS];
  const install = [vsix, ...others].flatMap((path) => ["--install-extension", path]);
  execFileSync(process.execPath, [...command, ...install, "--user-data-dir", data, "--config", join(data, "config.yaml")], {
    stdio: "ignore",
  });
}

async function runScenario(scenario) {
  const started = Date.now();
  const world = await buildWorld(scenario.world ?? {});
  if (scenario.prepare !== undefined) world.setMachineSettings(scenario.prepare(world));
  let failure = null;
  try {
    const editor = await startCode(world, scenario);
    try {
      await scenario.run({ world, editor });
    } finally {
      await editor.stop();
    }
  } catch (error) {
    failure = error;
  }
  await world.stop();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${failure === null ? "ok    " : "FAILED"} vscode: ${scenario.name} (${seconds} s)`);
  if (failure === null) {
    world.remove();
    return true;
  }
  console.log(failure.stack ?? String(failure));
  console.log(`what is left of it: ${world.folder}`);
  return false;
}

const words = process.argv.slice(2).filter((word) => word !== "--pictures");
const chosen = scenarios
  .filter(({ name }) => words.every((word) => name.includes(word)))
  .filter(({ pictures }) => pictures || !process.argv.includes("--pictures"));
if (chosen.length === 0) throw new Error(`no scenario has ${words.join(" ")} in its name`);
installExtensions();
const failed = [];
const secondChances = [];
try {
  for (const scenario of chosen) {
    if (await runScenario(scenario)) continue;
    if (process.env.ORCH_E2E_SECOND_CHANCE && (await runScenario(scenario))) secondChances.push(scenario.name);
    else failed.push(scenario.name);
  }
} finally {
  await closeBrowser();
  rmSync(EXTENSIONS, { recursive: true, force: true });
}
for (const name of secondChances) console.log(`SECOND CHANCE  vscode: ${name}: it failed, and passed when it was run again`);
console.log(`vscode: ${chosen.length - failed.length} of ${chosen.length} scenarios passed`);
process.exit(failed.length === 0 ? 0 : 1);
