import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandArguments, type CommandArgument } from "../src/client/commandArguments";
import { commandFailure, cures, failureText, isInformation } from "../src/client/failure";
import { modelChoice } from "../src/client/modelCandidates";
import { announcedSubjects } from "../src/client/subjects";
import { projectSettings, providerNames, userSettings, type InspectedSetting } from "../src/client/settings";
import { specFileName } from "../src/documents/specFileName";
import { keyProblem } from "../src/keys/keyProblem";

const nothing = (): null => null;

test("what the server gave a lens is sent back as it is", () => {
  const argument = { runId: "r", apply: "review" };
  assert.deepEqual(commandArguments([argument, "extra"], nothing, nothing), [argument]);
});

test("a menu's argument is read before anything else", () => {
  const read = (value: unknown): CommandArgument | null => (value === "node" ? { runId: "r" } : null);
  assert.deepEqual(commandArguments(["node"], read, nothing), [{ runId: "r" }]);
});

test("a text is a document's address", () => {
  assert.deepEqual(commandArguments(["file:///a.md"], nothing, nothing), [{ uri: "file:///a.md" }]);
});

for (const values of [[], [undefined], [null], [{}], [[]], [7]]) {
  test(`${JSON.stringify(values)} falls back to the context`, () => {
    assert.deepEqual(commandArguments(values, nothing, () => ({ uri: "u" })), [{ uri: "u" }]);
    assert.deepEqual(commandArguments(values, nothing, nothing), []);
  });
}

const inspect =
  (settings: Record<string, InspectedSetting>) =>
  (key: string): InspectedSetting | undefined =>
    settings[key];

test("a workspace can choose by name, and the folder comes before the workspace", () => {
  const settings = inspect({
    provider: { workspaceValue: "a", workspaceFolderValue: "b" },
    model: { globalValue: "mine" },
    apply: { workspaceValue: "" },
  });
  assert.deepEqual(projectSettings(settings, true), { provider: "b" });
});

test("hints that a workspace turns off are turned off", () => {
  assert.deepEqual(projectSettings(inspect({ inlay_hints: { workspaceValue: false } }), true), { inlay_hints: false });
});

test("a workspace that is not trusted chooses nothing", () => {
  assert.deepEqual(projectSettings(inspect({ provider: { workspaceValue: "a" } }), false), {});
});

test("endpoints are never taken from a workspace, at whatever level it is trusted", () => {
  const hostile = { evil: { kind: "openai", base_url: "https://evil.example" } };
  const settings = inspect({ providers: { workspaceValue: hostile, workspaceFolderValue: hostile } });
  assert.deepEqual(projectSettings(settings, true), {});
  assert.deepEqual(userSettings(settings), {});
});

test("the user's own values are handed over in the shape of the config file", () => {
  const settings = inspect({
    provider: { globalValue: "work", workspaceValue: "other" },
    providers: { globalValue: { work: { kind: "ollama" } } },
    "runs.parallel": { globalValue: 2 },
  });
  assert.deepEqual(userSettings(settings), {
    provider: "work",
    providers: { work: { kind: "ollama" } },
    runs: { parallel: 2 },
  });
});

for (const value of [undefined, null, 7, "work", ["work"]]) {
  test(`providers that are ${JSON.stringify(value)} have no names`, () => {
    assert.deepEqual(providerNames(value), []);
  });
}

test("a failure is read from a JSON-RPC error", () => {
  const error = Object.assign(new Error("No provider is chosen."), { data: { code: "missing_provider", runId: 4 } });
  assert.deepEqual(commandFailure(error), {
    code: "missing_provider",
    message: "No provider is chosen.",
    remediation: null,
    runId: null,
  });
});

test("anything that was thrown can be shown", () => {
  assert.equal(commandFailure("gone").message, "gone");
  assert.equal(commandFailure(null).code, null);
});

test("the cure is said once", () => {
  assert.equal(failureText({ message: "No. Do this.", remediation: "Do this." }), "No. Do this.");
  assert.equal(failureText({ message: "No.", remediation: "Do this." }), "No. Do this.");
});

test("each failure offers what helps", () => {
  assert.deepEqual(cures("missing_auth", true), ["set key", "retry", "open record"]);
  assert.deepEqual(cures("missing_provider", false), ["set up"]);
  assert.deepEqual(cures("rate_limited", false), []);
  assert.deepEqual(cures("rate_limited", true), ["retry", "open record"]);
  assert.deepEqual(cures("secret_blocked", true), ["open record"]);
  assert.deepEqual(cures(null, false), ["show log"]);
});

test("that there is nothing to fill is information", () => {
  assert.ok(isInformation("nothing_to_fill"));
  assert.ok(!isInformation("missing_provider") && !isInformation(null));
});

for (const [title, file] of [
  ["Password reset by mail", "password-reset-by-mail.spec.md"],
  ["  Über  uns! ", "uber-uns.spec.md"],
  ["login.spec.md", "login.spec.md"],
  ["../../etc/passwd", "etc-passwd.spec.md"],
  ["登录", "登录.spec.md"],
  ["…", null],
] as const) {
  test(`a spec named ${JSON.stringify(title)} is kept in ${file ?? "no file"}`, () => {
    assert.equal(specFileName(title), file);
  });
}

test("the models that the server lists are read, and what is malformed is left out", () => {
  const answer = {
    uri: "file:///a.md",
    provider: "work",
    model: null,
    candidates: [{ provider: "work", model: "m", name: "M", contextWindow: 8 }, { provider: "outline", model: null }, { model: "x" }, 7],
  };
  assert.deepEqual(modelChoice(answer), {
    uri: "file:///a.md",
    current: { provider: "work", model: null },
    candidates: [
      { provider: "work", model: "m", name: "M", contextWindow: 8 },
      { provider: "outline", model: null, name: null, contextWindow: null },
    ],
  });
  assert.deepEqual(modelChoice(null).candidates, []);
});

test("a key is checked before it is stored", () => {
  assert.equal(keyProblem("  "), "empty");
  assert.equal(keyProblem("not-a-\nreal-key"), "control characters");
  assert.equal(keyProblem(" not-a-real-key\n"), null);
});

interface Answer {
  readonly capabilities: { readonly experimental: unknown; readonly executeCommandProvider: { readonly commands: readonly string[] } };
}

test("the server says of each of its commands what it works on", () => {
  const text = readFileSync("../../orch_lsp/lsp/wire/initialize.json", "utf8");
  const { capabilities } = JSON.parse(text) as Answer;
  const subjects = announcedSubjects(capabilities.experimental);
  assert.deepEqual([...subjects.keys()].sort(), [...capabilities.executeCommandProvider.commands].sort());
  assert.deepEqual(subjects.get("orch.cancelRun"), { about: "run", run: "live" });
  assert.deepEqual(subjects.get("orch.generateDraft"), { about: "document" });
});

test("a server that announces nothing, or what is not known here, has no subjects", () => {
  for (const experimental of [undefined, null, 7, {}, { orch: true }, { orch: { commands: [] } }, { orch: { commands: { "orch.x": { about: "moon" } } } }]) {
    assert.equal(announcedSubjects(experimental).size, 0);
  }
});
