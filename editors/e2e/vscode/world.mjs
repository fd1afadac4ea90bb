// A scenario's world: home, workspace, settings and provider of its own; nothing of the person's is within reach.
import { spawn, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

const HERE = import.meta.dirname;

/** Where a person may have their things: each kind of letter that some editor escapes in an address, and some do not. */
const ODD_NAME = "My Prüf (1) [x]";

const EDITOR_SETTINGS = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "workbench.startupEditor": "none",
  "workbench.settings.enableNaturalLanguageSearch": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "git.enabled": false,
  "json.schemaDownload.enable": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "files.simpleDialog.enable": true,
  "security.workspace.trust.enabled": false,
  "editor.minimap.enabled": false,
  "editor.wordWrap": "on",
  "remote.autoForwardPorts": false,
};

/**
 * @param options.settings VS Code user settings, added to those above
 * @param options.machineSettings settings of machine scope, which a remote window reads on its server
 * @param options.model the scripted provider's model that the user config chooses; null chooses nothing
 * @param options.attempts how many requests a run may make
 * @param options.server whether the server is on PATH
 * @param options.files files by path below the world's folder, before the editor starts; null is a folder
 * @param options.environment further variables
 */
export async function buildWorld({ settings = {}, machineSettings = {}, model = "steady", attempts = 1, server = true, files = {}, environment = {} }) {
  const outer = mkdtempSync(join(tmpdir(), "orch-e2e-"));
  const folder = join(outer, ODD_NAME);
  const at = (...parts) => join(folder, ...parts);
  for (const name of ["home", "tmp", "orch-config", "orch-state", "workspace", "control", "data/User", "data/Machine"]) {
    mkdirSync(at(name), { recursive: true });
  }
  execFileSync("git", ["init", "-q", at("workspace")]);
  for (const [path, file] of Object.entries(files)) {
    if (file === null) {
      mkdirSync(at(path), { recursive: true });
      continue;
    }
    mkdirSync(dirname(at(path)), { recursive: true });
    const { text, mode } = typeof file === "string" ? { text: file, mode: 0o644 } : file;
    writeFileSync(at(path), text, { mode });
  }
  writeFileSync(at("data/User/settings.json"), JSON.stringify({ ...EDITOR_SETTINGS, ...settings }, null, 2));
  writeFileSync(at("data/Machine/settings.json"), JSON.stringify(machineSettings, null, 2));
  const provider = await startProvider(at("control"));
  const chosen = model === null ? "" : `provider = "work"\nmodel = "${model}"\n\n`;
  writeFileSync(at("orch-config/config.toml"), chosen + userConfig(provider.port, attempts));

  const entries = (process.env.PATH ?? "").split(delimiter).filter((entry) => !existsSync(join(entry, "orch-lsp")));
  const path = [...(server ? [dirname(process.env.ORCH_E2E_SERVER)] : []), ...entries].join(delimiter);
  // VS Code asks the login shell for the person's environment.
  writeFileSync(at("home/.profile"), `export PATH='${path}'\n`);
  return {
    folder,
    at,
    port: provider.port,
    environment: {
      PATH: path,
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      HOME: at("home"),
      TMPDIR: at("tmp"),
      XDG_CONFIG_HOME: at("home/config"),
      XDG_DATA_HOME: at("home/data"),
      XDG_STATE_HOME: at("home/state"),
      XDG_CACHE_HOME: at("home/cache"),
      ORCH_CONFIG_HOME: at("orch-config"),
      ORCH_STATE_HOME: at("orch-state"),
      E2E_FOLDER: folder,
      E2E_SERVER: process.env.ORCH_E2E_SERVER,
      E2E_WORK_KEY: ["key", "of", "the", "end-to-end", "tests"].join("-"),
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: process.env.ORCH_E2E_WHEELS,
      ...environment,
    },
    /** Sets machine settings that depend on the world; before the editor starts. */
    setMachineSettings: (values) => writeFileSync(at("data/Machine/settings.json"), JSON.stringify(values, null, 2)),
    /** What happened at the provider so far. */
    journal: () =>
      readFileSync(at("control/journal.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    /** Lets the model `held` go on. */
    release: () => writeFileSync(at("control/release"), ""),
    stop: provider.stop,
    remove: () => rmSync(outer, { recursive: true, force: true }),
  };
}

function userConfig(port, attempts) {
  return `[providers.work]
kind = "openai-compatible"
base_url = "http://127.0.0.1:${port}/v1"
model = "steady"
api_key_env = "E2E_WORK_KEY"
retry = { attempts = ${attempts}, max_wait = 10 }
`;
}

async function startProvider(control) {
  const child = spawn("python3", [resolve(HERE, "../provider.py"), control], { stdio: ["pipe", "inherit", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  const port = await until("the provider's port", () => {
    if (child.exitCode !== null) throw new Error("the scripted provider did not start");
    return existsSync(join(control, "port")) ? Number(readFileSync(join(control, "port"), "ascii")) : null;
  });
  return {
    port,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Waits until `probe` gives something other than null, undefined or false; says what it waited for when it does not. */
export async function until(what, probe, limitMs = 60_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
