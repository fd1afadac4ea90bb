// Finding, installing and outliving servers, as a person meets it.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { openWindow } from "../page.mjs";
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
        await window.answer("found none", "Install Server");
        await window.toast("installing server").waitFor();
        await window.lens("Generate").waitFor({ timeout: 120_000 });
        assert.ok(existsSync(world.at("data/User/globalStorage/orch-lsp.orch-lsp/server/bin/orch-lsp")));
        await window.lens("Generate").click();
        await window.line("Load test with one busy").waitFor();
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
    name: "a setting that names no program says so",
    world: { files: spec, machineSettings: { "orch.server.path": "/nowhere/orch-lsp" } },
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast("orch.server.path names /nowhere/orch-lsp, which is no program").waitFor();
      });
    },
  },
  ...[
    ["older", "0.0.9", "older than this extension"],
    ["newer", "9.0.0", "newer than this extension"],
  ].map(([kind, version, words]) => ({
    name: `a server that is ${kind}: a clear message, and it works on`,
    ...withServer(serverOfVersion(version)),
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile("a.spec.md");
        await window.toast(`The Orch server ${version} is ${words}`).waitFor();
        await window.lens("Generate").waitFor();
      });
    },
  })),
];
