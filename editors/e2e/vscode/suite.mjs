// Runs a test suite inside VS Code's extension host and brings back its output and verdict.
import { join } from "node:path";
import { newPage } from "./browser.mjs";

const LIMIT_MS = 240_000;

/**
 * @param editor a code-server with its driver
 * @param world where the workspace is
 * @param suite file name below api/
 * @param target query of the window: `folder=…` or `workspace=…`
 */
export async function runSuite({ editor, world }, suite, target = `folder=${encodeURIComponent(world.at("workspace"))}`) {
  const { page, hosts, close } = await newPage();
  const lines = [];
  let finish;
  const exit = new Promise((resolve) => (finish = resolve));
  await page.exposeFunction("codeAutomationLog", (_type, args) => {
    // VS Code logs a lot beside what the tests say.
    const line = args.join(" ");
    if (/^ {2}(ok|FAILED|note) /u.test(line)) lines.push(line);
  });
  await page.exposeFunction("codeAutomationExit", (code) => finish(code));
  const remote = (path) => `vscode-remote://${new URL(editor.base).host}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(join(import.meta.dirname, "harness"))],
    ["extensionTestsPath", remote(join(import.meta.dirname, "api", suite))],
  ];
  let timer;
  const limit = new Promise((resolve) => (timer = setTimeout(() => resolve("no answer"), LIMIT_MS)));
  try {
    await page.goto(`${editor.base}/?${target}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    const code = await Promise.race([exit, limit]);
    if (code !== 0) {
      await page.screenshot({ path: world.at("failure.png") });
      throw new Error(`${suite} ended with ${code}\n${lines.join("\n")}`);
    }
  } finally {
    clearTimeout(timer);
    await close();
  }
  if (hosts.size > 0) throw new Error(`the window asked other hosts: ${[...hosts].join(", ")}`);
}
