// One of two windows on the same folder, each with a server of its own; they meet by files in control/.
const { assert, at, ended, execute, fs, openSpec, startServer, suite, until, vscode } = require("./support.cjs");

const others = () => fs.readdirSync(at("control")).filter((name) => name.startsWith("window-"));

exports.run = suite({
  "both windows draft at the same time, and each sees the other's run": async () => {
    const mine = `window-${process.pid}`;
    const document = await openSpec(`specs/${mine}.spec.md`);
    await startServer();
    fs.writeFileSync(at("control", mine), "");
    await until("the other window", () => others().length === 2, 60_000);
    const { runId } = await execute("orch.generateDraft", { uri: document.uri.toString(), provider: "work" });
    const run = await ended(runId);
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    await until("the draft", () => document.getText().includes("## Goal"));
    const uri = vscode.Uri.file(at("workspace")).toString();
    await until("both runs in the history", async () => {
      const history = await execute("orch.showHistory", { uri, limit: 10, open: false });
      const done = history.filter(({ status }) => status === "completed");
      return done.length === 2 && done.some(({ run_id: id }) => id === runId);
    });
  },
});
