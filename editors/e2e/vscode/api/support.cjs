// What the suites share: they run inside VS Code's extension host, on the extension as it was packaged.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const EXTENSION = "orch-lsp.orch-lsp";
const WORLD = process.env.E2E_FOLDER;
const at = (...parts) => path.join(WORLD, ...parts);

/** Waits until `probe` gives something other than null, undefined or false. */
async function until(what, probe, limitMs = 60_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await new Promise((resume) => setTimeout(resume, 40));
  }
}

const commands = () => vscode.commands.getCommands(true);

/** Starts the extension; returns when its server runs. */
async function startServer() {
  const extension = vscode.extensions.getExtension(EXTENSION);
  assert.ok(extension, "the extension is installed");
  await extension.activate();
  await until("the server's commands", async () => (await commands()).includes("orch.generateDraft"));
}

const BRIEF = "# Rate limiting\n\nOne busy client must not slow down the others.\n";

/** Writes a spec and opens it in the editor. */
async function openSpec(name, text = BRIEF, folder = "workspace") {
  const file = at(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await vscode.window.showTextDocument(document);
  return document;
}

const execute = (command, ...args) => vscode.commands.executeCommand(command, ...args);
const record = (runId) => execute("orch.showRun", { runId, open: false });

/** Waits for a run's end; returns its record. */
function ended(runId, limitMs) {
  return until(
    `the end of run ${runId}`,
    async () => {
      const found = await record(runId);
      return found && !["queued", "running"].includes(found.status) ? found : null;
    },
    limitMs,
  );
}

/** The failure that a document shows. */
function failure(document) {
  return until("a diagnostic", () =>
    vscode.languages.getDiagnostics(document.uri).find(({ source, severity }) => source === "orch" && severity === 0),
  );
}

/** A diagnostic's code, also where it comes with an address. */
const failureCode = ({ code }) => code?.value ?? code;

const journal = () =>
  fs
    .readFileSync(at("control", "journal.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Makes a suite of named tests: VS Code calls its `run`. */
function suite(tests) {
  return async () => {
    const failed = [];
    for (const [name, test] of Object.entries(tests)) {
      const started = Date.now();
      try {
        await test();
        console.log(`  ok ${name} (${Date.now() - started} ms)`);
      } catch (error) {
        failed.push(name);
        console.log(`  FAILED ${name}: ${error.stack}`);
      }
    }
    if (failed.length > 0) throw new Error(`failed: ${failed.join("; ")}`);
  };
}

module.exports = { assert, at, BRIEF, commands, ended, execute, failure, failureCode, fs, journal, openSpec, record, startServer, suite, until, vscode };
