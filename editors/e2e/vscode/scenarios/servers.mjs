// Finding, installing and outliving servers, as a person meets it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";
import { MARKING_SCRIPT, SPEC } from "../files.mjs";

const spec = { "workspace/specs/a.spec.md": SPEC };
const python = () => readFileSync(process.env.ORCH_E2E_SERVER, "utf8").split("\n")[0];

/** The real server, saying that it is of another version. */
const serverOfVersion = (version) => `${python()} -P
import orch_lsp
orch_lsp.__version__ = "${version}"
from orch_lsp.__main__ import main
main()
`;

/** A server that keeps to a plan, a word for each start: it leaves as soon as it is wanted, or refuses to begin. */
const serverThat = (...plan) => `${python()} -P
import json, os, pathlib, sys
import orch_lsp
with pathlib.Path(os.environ["E2E_FOLDER"], "starts").open("a+") as file:
    file.write("x")
    file.seek(0)
    number = len(file.read())
plan = ${JSON.stringify(plan)}
if plan[min(number, len(plan)) - 1] == "refuses":
    sys.exit("it is broken")
def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length))
request = read()
info = {"name": "orch-lsp", "version": orch_lsp.__version__}
data = json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": {"capabilities": {}, "serverInfo": info}}).encode()
sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(data) + data)
sys.stdout.buffer.flush()
while read()["method"] != "initialized":
    pass
sys.exit(7)
`;

const starts = (world) => readFileSync(world.at("starts"), "utf8").length;

/** A world whose setting names a program made of this text. */
function withServer(text) {
  return {
    world: { files: { ...spec, "bin/orch-lsp": { text, mode: 0o755 } }, server: false },
    prepare: (world) => ({ "orch.server.path": world.at("bin/orch-lsp") }),
  };
}

export const servers = [
  {
    name: "no server: one message, and its button installs the bundled one",
    pictures: true,
    world: { files: spec, server: false },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("found none in the settings, on PATH or in the workspace").waitFor();
        assert.equal(await window.page.locator(".notification-toast").count(), 1);
        const offered = await window.offered("Orch: ");
        assert.ok(!offered.some((title) => title.includes("Generate Draft")), offered.join("; "));
        await window.picture("install");
        // What needs a server says the same again, rather than nothing.
        await window.toast("found none").locator(".action-label.codicon-notifications-clear").click();
        await window.command("Orch: New Spec");
        await window.answer("found none", "Install Server");
        await window.toast("installing server").waitFor();
        await window.lens("Generate").waitFor({ timeout: 120_000 });
        assert.ok(existsSync(world.at("data/User/globalStorage/orch-lsp.orch-lsp/server/bin/orch-lsp")));
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
      });
    },
  },
  {
    name: "an installation that fails says why, and what there was before is said again",
    world: { files: spec, server: false, environment: { PIP_FIND_LINKS: "" } },
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("found none").waitFor();
        await window.answer("found none", "Install Server");
        await window.toast("could not be installed: ERROR: No matching distribution").waitFor();
        await window.toast("found none").waitFor();
        assert.ok(!existsSync(context.world.at("data/User/globalStorage/orch-lsp.orch-lsp/server")));
      });
    },
  },
  {
    name: "a workspace that brings a server: never started without consent",
    world: {
      files: { ...spec, marks: null, "workspace/.venv/bin/orch-lsp": MARKING_SCRIPT, "workspace/.venv/bin/python": MARKING_SCRIPT },
      server: false,
    },
    run: async (context) => {
      const { world } = context;
      const marks = () => readdirSync(world.at("marks"));
      const path = world.at("workspace/.venv/bin/orch-lsp");
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast(path).waitFor();
        assert.deepEqual(marks(), []);
        await window.answer(path, "Never Here");
        await window.toast("found none").waitFor();
        assert.deepEqual(marks(), []);
        // Asked for by hand, the question comes again; this time the answer is yes.
        await window.command("Orch: Restart Server");
        await window.toast(path).waitFor();
        assert.deepEqual(marks(), []);
        writeFileSync(path, readFileSync(process.env.ORCH_E2E_SERVER, "utf8"));
        chmodSync(path, 0o755);
        await window.answer(path, "Start It");
        await window.lens("Generate").waitFor();
        // The answer is remembered: after a reload the server starts without a question.
        await window.reload();
        await window.lens("Generate").waitFor();
        assert.equal(await window.toast(path).count(), 0);
      });
    },
  },
  {
    name: "a server that exits at once: its words, and what to do",
    ...withServer("#!/bin/sh\necho 'ModuleNotFoundError: No module named orch_lsp' >&2\nexit 1\n"),
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        const toast = window.toast("ended at once with exit code 1: ModuleNotFoundError");
        await toast.waitFor();
        assert.ok((await toast.innerText()).includes(context.world.at("bin/orch-lsp")));
        assert.equal(await window.page.locator(".notification-toast").count(), 1);
      });
    },
  },
  {
    name: "a server that crashes again and again is started only so often",
    ...withServer(serverThat("leaves")),
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("crashed repeatedly and is not started again").waitFor();
        assert.equal(await window.page.locator(".notification-toast").count(), 1);
        assert.equal(starts(context.world), 5);
        await window.answer("crashed repeatedly", "Start Again");
        await until("five more starts", () => starts(context.world) === 10);
        await window.toast("crashed repeatedly and is not started again").waitFor();
      });
    },
  },
  {
    name: "a server that does not come back after a crash: its words, and what to do",
    ...withServer(serverThat("leaves", "refuses")),
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("ended at once with exit code 1: it is broken").waitFor();
        assert.equal(starts(context.world), 2);
      });
    },
  },
  {
    name: "a setting that names no program says so",
    world: { files: spec, machineSettings: { "orch.server.path": "/nowhere/orch-lsp" } },
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("orch.server.path names /nowhere/orch-lsp, which is not the full path of a program").waitFor();
      });
    },
  },
  {
    name: "a server that is newer: a clear message, and it works on",
    ...withServer(serverOfVersion("9.0.0")),
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("The Orch server 9.0.0 is newer than this extension").waitFor();
        await window.lens("Generate").waitFor();
      });
    },
  },
  {
    name: "a server that is older: a clear message, it works on, and its button brings the one that fits",
    ...withServer(serverOfVersion("0.0.9")),
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("The Orch server 0.0.9 is older than this extension").waitFor();
        await window.lens("Generate").waitFor();
        await window.answer("0.0.9 is older", "Install Matching Server");
        await window.toast("orch.server.path now names the one that was installed").waitFor({ timeout: 120_000 });
        const settings = JSON.parse(readFileSync(world.at("data/Machine/settings.json"), "utf8"));
        assert.equal(settings["orch.server.path"], world.at("data/User/globalStorage/orch-lsp.orch-lsp/server/bin/orch-lsp"));
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
        const [run] = JSON.parse(execFileSync(process.env.ORCH_E2E_SERVER, ["runs", "list", "--json"], { cwd: world.at("workspace"), env: world.environment }));
        assert.notEqual(run.server.version, "0.0.9");
      });
    },
  },
];
