// A workspace that wants the person's key, and wants its own code to run; trusted or not.
const { assert, at, ended, execute, failure, failureCode, fs, journal, openSpec, startServer, suite, vscode } = require("./support.cjs");

const trusted = process.env.E2E_TRUSTED === "yes";

exports.run = suite({
  "VS Code trusts this workspace as the scenario says": async () => {
    assert.equal(vscode.workspace.isTrusted, trusted);
  },

  "the person's own server starts, and nothing of the workspace does": async () => {
    await openSpec("specs/a.spec.md");
    await startServer();
    assert.deepEqual(fs.readdirSync(at("marks")), []);
  },

  "addresses and programs in the workspace's settings count for nothing": async () => {
    const settings = vscode.workspace.getConfiguration("orch");
    assert.equal(settings.get("server.path"), "");
    assert.deepEqual(settings.get("providers"), {});
    assert.equal(settings.get("provider"), trusted ? "evil" : "", "a provider's name counts once the workspace is trusted");
  },

  "the key goes to the provider that the person configured, and nowhere else": async () => {
    const document = await openSpec("specs/b.spec.md");
    const { runId } = await execute("orch.generateDraft", { uri: document.uri.toString(), provider: "work" });
    const run = await ended(runId);
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    assert.equal(run.provider.server_address, `127.0.0.1:${fs.readFileSync(at("control/port"), "ascii")}`);
    const [request] = journal().filter(({ event }) => event === "request");
    assert.equal(request.key, `Bearer ${process.env.E2E_WORK_KEY}`);
  },

  "the provider that the workspace names is nobody, or passed over": async () => {
    const document = await openSpec("specs/unnamed.spec.md");
    const before = journal().length;
    const answer = await execute("orch.generateDraft", { uri: document.uri.toString() });
    if (trusted) {
      assert.equal(answer, undefined);
      assert.equal(failureCode(await failure(document)), "unknown_provider");
      assert.equal(journal().length, before);
    } else {
      assert.equal((await ended(answer.runId)).provider.id, "work");
    }
  },

  "a save does not spend money": async () => {
    const before = journal().length;
    const document = await openSpec("specs/c.spec.md");
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(2, 0), "More. ");
    await vscode.workspace.applyEdit(edit);
    await document.save();
    assert.equal(journal().length, before);
    assert.ok(!document.getText().includes("## Goal"));
  },

  "no file of the project is changed in Restricted Mode, and no server of it allowed": async () => {
    const document = await openSpec("specs/d.spec.md");
    const uri = document.uri.toString();
    const ignores = at("workspace", ".orchignore");
    const changed = await execute("orch.changeContext", { uri, path: "httpx.py", choice: "exclude" });
    assert.equal(changed?.changed, trusted ? true : undefined);
    assert.equal(fs.existsSync(ignores) && fs.readFileSync(ignores, "utf8"), trusted ? "/httpx.py\n" : false);
    const shown = await execute("orch.allowServer", { uri, name: "evil" });
    assert.equal(shown?.asked, trusted ? "evil" : undefined);
    assert.ok(!fs.existsSync(at("orch-state", "trust.json")), "nobody has answered");
  },

  "nothing of the workspace ran in the meantime": () => {
    assert.deepEqual(fs.readdirSync(at("marks")), []);
  },
});
