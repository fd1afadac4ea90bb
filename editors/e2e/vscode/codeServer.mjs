// Starts and ends code-server, which is VS Code with its window in a browser.
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./world.mjs";

const CODE = process.env.ORCH_E2E_CODE;
/** Where this run's extension is installed: two runs at a time do not meet. */
export const EXTENSIONS = mkdtempSync(join(tmpdir(), "orch-e2e-extensions-"));

/** A port that is free now. */
async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/**
 * @param world where it lives
 * @param options.driver whether test suites may be loaded; it also keeps notifications from showing
 * @param options.trust whether VS Code asks about trust
 */
export async function startCode(world, { driver = false, trust = false }) {
  const port = await freePort();
  writeFileSync(world.at("code-server.yaml"), "auth: none\n");
  const args = [
    join(CODE, "node_modules/code-server/out/node/entry.js"),
    ...["--config", world.at("code-server.yaml"), "--bind-addr", `127.0.0.1:${port}`, "--auth", "none"],
    ...["--disable-telemetry", "--disable-update-check", ...(trust ? [] : ["--disable-workspace-trust"])],
    ...(driver ? ["--vscode-option", "enable-smoke-test-driver"] : []),
    ...["--user-data-dir", world.at("data"), "--extensions-dir", EXTENSIONS],
  ];
  const log = createWriteStream(world.at("code-server.log"));
  const child = spawn(process.execPath, args, {
    cwd: world.at("home"),
    env: {
      ...world.environment,
      EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "" }),
      CS_DISABLE_GETTING_STARTED_OVERRIDE: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const base = `http://127.0.0.1:${port}`;
  await until("code-server", async () => {
    if (child.exitCode !== null) throw new Error("code-server did not start");
    return fetch(`${base}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
  return {
    base,
    stop: async () => {
      // The whole group: the editor's servers are children of code-server, and its own.
      signal(child.pid, "SIGTERM");
      const timer = setTimeout(() => signal(child.pid, "SIGKILL"), 5_000);
      await ended;
      clearTimeout(timer);
      signal(child.pid, "SIGKILL");
    },
  };
}

function signal(group, name) {
  try {
    process.kill(-group, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
