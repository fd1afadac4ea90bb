// The models that the editor has of its own, as a provider.
const { readFileSync } = require("node:fs");
const { assert, at, ended, execute, openSpec, startServer, suite, until, vscode } = require("./support.cjs");

const notes = () =>
  readFileSync(at("control", "models.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const generate = async (document, model) =>
  (await execute("orch.generateDraft", { uri: document.uri.toString(), provider: "editor", model: `scripted/${model}` })).runId;

exports.run = suite({
  "the models of another extension are there": async () => {
    await openSpec("specs/start.spec.md");
    await startServer();
    await until("the models", async () => (await vscode.lm.selectChatModels({ vendor: "scripted" })).length === 4);
  },

  "a model of the editor writes a whole draft; the record says what it does not tell": async () => {
    const document = await openSpec("specs/whole.spec.md");
    const run = await ended(await generate(document, "whole"));
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    await until("the edit", () => document.getText().includes("## Rollback Plan"));
    assert.ok(!document.getText().includes("END OF ANSWER"));
    assert.deepEqual(run.provider, { id: "editor", kind: "editor", server_address: null });
    assert.equal(run.model.requested, "scripted/whole");
    assert.equal(run.usage, null);
    assert.equal(run.finish_reasons[0], "not reported");
  },

  "one that stops half-way is incomplete, and nothing is written": async () => {
    const document = await openSpec("specs/halfway.spec.md");
    const before = document.getText();
    const run = await ended(await generate(document, "halfway"));
    assert.equal(run.error?.code, "incomplete_output");
    assert.equal(run.draft.partial, true);
    assert.equal(document.getText(), before);
  },

  "one that may not be used is said to be so, with a cure": async () => {
    const document = await openSpec("specs/unpermitted.spec.md");
    const run = await ended(await generate(document, "unpermitted"));
    assert.equal(run.error?.code, "permission_denied");
    assert.match(run.error.remediation, /Allow/u);
  },

  "one that does not heed a cancel is not listened to": async () => {
    const document = await openSpec("specs/deaf.spec.md");
    const before = document.getText();
    const runId = await generate(document, "deaf");
    await until("the question", () => notes().some(({ event, model }) => event === "asked" && model === "deaf"));
    await execute("orch.cancelRun", { runId });
    const run = await ended(runId);
    assert.equal(run.status, "cancelled");
    await until("the cancel at the model", () => notes().some(({ event }) => event.startsWith("cancel")));
    assert.equal(document.getText(), before);
  },

  "one that is not there is said not to be": async () => {
    const document = await openSpec("specs/nobody.spec.md");
    const run = await ended(await generate(document, "nobody"));
    assert.equal(run.error?.code, "model_not_found");
  },
});
