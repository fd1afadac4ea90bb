// The server for agents, as the extension registers it: its tools are there for VS Code's agents.
const { assert, openSpec, startServer, suite, until, vscode } = require("./support.cjs");

const SPEC = "# Search\n\nFind pages.\n\n## Goal\n\nPeople find a page within a second.\n";

exports.run = suite({
  "the tools of the server are offered to agents, and answer": async () => {
    await openSpec("specs/search.spec.md", SPEC);
    await startServer();
    assert.equal(typeof vscode.lm.registerMcpServerDefinitionProvider, "function");
    const tool = await until("the tools", async () => {
      // VS Code starts the servers that it knows of by now, which it learns some time after ours runs.
      await vscode.commands.executeCommand("workbench.mcp.startServer", "*", { autoTrustChanges: true, waitForLiveTools: true });
      return vscode.lm.tools.find(({ name }) => name.includes("spec_node"));
    });
    assert.match(tool.description, /requirement/u);
    const given = await vscode.lm.invokeTool(tool.name, { input: { path: "specs/search.spec.md", key: "goal" }, toolInvocationToken: undefined });
    assert.ok(JSON.stringify(given.content).includes("People find a page within a second."));
  },
});
