import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { agentServers } from "../src/agents/definitions";
import { launchOf } from "../src/server/launch";

const folders = [
  { name: "one", path: "/projects/one" },
  { name: "two", path: "/projects/two" },
];

test("agents are given the server of the editor, once for each folder", () => {
  const servers = agentServers(launchOf("/opt/bin/orch-lsp", "PATH"), folders, {});
  assert.deepEqual(servers.map(({ label }) => label), ["Orch: one", "Orch: two"]);
  assert.deepEqual(servers.map(({ command }) => command), ["/opt/bin/orch-lsp", "/opt/bin/orch-lsp"]);
  assert.deepEqual(servers[1]?.args, ["mcp", "--workspace", "/projects/two"]);
  assert.deepEqual(agentServers(launchOf("/opt/bin/python3", "PATH"), folders.slice(0, 1), {})[0]?.args, [
    "-P", "-m", "orch_lsp", "mcp", "--workspace", "/projects/one",
  ]);
});

test("modules of a workspace cannot be loaded by the server for agents", () => {
  const environment = { PATH: "relative:/usr/bin", PYTHONPATH: "/projects/one", HOME: "/home/a" };
  const [server] = agentServers(launchOf("/opt/bin/orch-lsp", "PATH"), folders.slice(0, 1), environment);
  assert.equal(server?.label, "Orch");
  assert.deepEqual(server.env, { PATH: "/usr/bin", PYTHONPATH: null, PYTHONSAFEPATH: "1", PYTHONUTF8: "1" });
});

test("the manifest names the provider of these servers", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { mcpServerDefinitionProviders: { id: string }[] };
  };
  const named = /PROVIDER_ID = "([\w.]+)"/u.exec(readFileSync("src/agents/registration.ts", "utf8"))?.[1];
  assert.deepEqual(manifest.contributes.mcpServerDefinitionProviders.map(({ id }) => id), [named]);
});
