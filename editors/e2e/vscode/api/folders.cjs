// Two folders in one window that hold the same file name.
const { execFileSync } = require("node:child_process");
const { assert, at, ended, execute, fs, openSpec, startServer, suite, until, vscode } = require("./support.cjs");

/** Shows a document and waits until the window says that it is the one in front: that comes a moment later. */
async function inFront(document) {
  await vscode.window.showTextDocument(document);
  await until("the document in front", () => vscode.window.activeTextEditor?.document === document);
}

exports.run = suite({
  "each folder's document gets its own draft, and its own history": async () => {
    const texts = { first: "# Import of orders\n\nOrders come as files.\n", second: "# Export of invoices\n\nInvoices leave as files.\n" };
    const documents = {};
    for (const [name, text] of Object.entries(texts)) documents[name] = await openSpec("specs/same.spec.md", text, name);
    await startServer();
    const runs = {};
    for (const name of ["first", "second"]) {
      const { runId } = await execute("orch.generateDraft", { uri: documents[name].uri.toString(), provider: "work" });
      assert.equal((await ended(runId)).status, "completed");
      runs[name] = runId;
    }
    for (const name of ["first", "second"]) {
      assert.ok(documents[name].getText().startsWith(texts[name]), name);
      await until(`the draft in ${name}`, () => documents[name].getText().includes("## Goal"));
      const uri = vscode.Uri.file(at(name)).toString();
      const history = await execute("orch.showHistory", { uri, limit: 10, open: false });
      assert.deepEqual(history.map(({ run_id: id }) => id), [runs[name]], name);
      assert.ok(fs.existsSync(at(name, ".orch/local/runs.db")), name);
    }
  },

  "a draft that waits in one folder does not wait in the other": async () => {
    const first = await openSpec("specs/elsewhere.spec.md", undefined, "first");
    const second = await openSpec("specs/elsewhere.spec.md", undefined, "second");
    // A run of another program: this window knows of it from the history alone.
    execFileSync(process.env.E2E_SERVER, ["draft", second.uri.fsPath, "--provider", "work", "--json"], { stdio: ["ignore", "ignore", "pipe"] });
    await execute("orch.runs.refresh");
    const reviewed = () => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab;
      return input instanceof vscode.TabInputTextDiff ? input.original.toString() : null;
    };
    await inFront(first);
    await execute("orch.reviewDraft");
    assert.equal(reviewed(), null);
    await inFront(second);
    await execute("orch.reviewDraft");
    assert.equal(await until("the diff", reviewed), second.uri.toString());
  },
});
