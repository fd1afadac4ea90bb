import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { access, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { interpretersOnPath } from "../src/server/candidates";
import { discoverServer, type Discovery, type DiscoveryInput } from "../src/server/discovery";
import { exitText } from "../src/server/exitText";
import { launchOf, serverEnvironment } from "../src/server/launch";
import { firstUsablePython, installOwnServer, InstallationError, verifyWheel } from "../src/server/ownEnvironment";
import { programFailure } from "../src/server/programFailure";
import { RestartLimit } from "../src/server/restartLimit";
import { ServerProcess } from "../src/server/serverProcess";
import { compareVersions } from "../src/server/version";
import { t } from "./samples";

let root = "";
before(async () => {
  root = await mkdtemp(join(tmpdir(), "orch-vscode-"));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

async function program(path: string, text = "#!/bin/sh\nexit 0\n"): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

/** Discovery in a world of its own, in which nothing is found and nobody was asked. */
function world(changes: Partial<DiscoveryInput> = {}): { find: () => Promise<Discovery>; asked: string[] } {
  const asked: string[] = [];
  const input: DiscoveryInput = {
    configuredPath: "",
    searchPath: "",
    workspaceFolders: [],
    workspaceIsTrusted: true,
    ownEnvironment: join(root, "nowhere"),
    rememberedConsent: () => undefined,
    askConsent: (command) => {
      asked.push(command);
      return Promise.resolve(undefined);
    },
    ...changes,
  };
  return { find: () => discoverServer(input), asked };
}

function commandOf(discovery: Discovery): string {
  return discovery.kind === "found" ? `${discovery.launch.origin}: ${discovery.launch.command}` : discovery.kind;
}

test("the user's setting comes before everything else", async () => {
  const configured = await program(join(root, "a/server"));
  const onPath = await program(join(root, "a/path/orch-lsp"));
  const { find } = world({ configuredPath: configured, searchPath: dirname(onPath) });
  assert.equal(commandOf(await find()), `setting: ${configured}`);
});

test("a setting that names no program is said, not passed over", async () => {
  const onPath = await program(join(root, "b/path/orch-lsp"));
  const { find } = world({ configuredPath: join(root, "b/missing"), searchPath: dirname(onPath) });
  assert.deepEqual(await find(), { kind: "unusable setting", path: join(root, "b/missing") });
});

test("PATH comes before a workspace's environment, which is then not asked about", async () => {
  const onPath = await program(join(root, "c/path/orch-lsp"));
  await program(join(root, "c/ws/.venv/bin/orch-lsp"));
  const { find, asked } = world({ searchPath: dirname(onPath), workspaceFolders: [join(root, "c/ws")] });
  assert.equal(commandOf(await find()), `PATH: ${onPath}`);
  assert.deepEqual(asked, []);
});

test("relative entries of PATH, and those inside of the workspace, are passed over", async () => {
  const ws = join(root, "d/ws");
  await program(join(ws, "bin/orch-lsp"));
  await mkdir(join(root, "d/outside"));
  await symlink(join(ws, "bin"), join(root, "d/outside/link"));
  const searchPath = [".", "bin", "", join(ws, "bin"), join(root, "d/outside/link")].join(delimiter);
  const { find, asked } = world({ searchPath, workspaceFolders: [ws] });
  assert.equal(commandOf(await find()), "none");
  assert.deepEqual(asked, []);
});

test("a workspace's environment is found only after asking, with its path named", async () => {
  const script = await program(join(root, "e/ws/.venv/bin/orch-lsp"));
  const { find, asked } = world({ workspaceFolders: [join(root, "e/ws")] });
  assert.equal(commandOf(await find()), "none");
  assert.deepEqual(asked, [script]);
  const agreed = world({ workspaceFolders: [join(root, "e/ws")], askConsent: () => Promise.resolve(true) });
  assert.equal(commandOf(await agreed.find()), `workspace environment: ${script}`);
});

for (const answer of [true, false]) {
  test(`a remembered ${answer ? "yes" : "no"} is not asked again`, async () => {
    const script = await program(join(root, `f-${String(answer)}/ws/venv/bin/orch-lsp`));
    const workspaceFolders = [join(root, `f-${String(answer)}/ws`)];
    const { find, asked } = world({ workspaceFolders, rememberedConsent: () => answer });
    assert.equal(commandOf(await find()), answer ? `workspace environment: ${script}` : "none");
    assert.deepEqual(asked, []);
  });
}

test("in a workspace that is not trusted its environment is neither used nor asked about", async () => {
  await program(join(root, "g/ws/.venv/bin/orch-lsp"));
  const { find, asked } = world({
    workspaceFolders: [join(root, "g/ws")],
    workspaceIsTrusted: false,
    rememberedConsent: () => true,
  });
  assert.equal(commandOf(await find()), "none");
  assert.deepEqual(asked, []);
});

test("the environment that was installed on request serves where nothing else does", async () => {
  const own = join(root, "h/own");
  const script = await program(join(own, "bin/orch-lsp"));
  await program(join(root, "h/ws/.venv/bin/orch-lsp"));
  const { find, asked } = world({ ownEnvironment: own, workspaceFolders: [join(root, "h/ws")] });
  assert.equal(commandOf(await find()), `own environment: ${script}`);
  assert.deepEqual(asked, []);
});

for (const path of ["/usr/bin/python3", "/opt/python3.11", "C:\\Python\\python.exe", "python"]) {
  test(`${path} runs the module without the current folder on its search path`, () => {
    assert.deepEqual(launchOf(path, "setting").args, ["-P", "-m", "orch_lsp"]);
  });
}

test("any other program is the server itself", () => {
  assert.deepEqual(launchOf("/usr/bin/orch-lsp", "setting").args, []);
});

test("the server's environment brings no folders to import from", () => {
  const environment = serverEnvironment({ PYTHONPATH: "/ws", PYTHONSTARTUP: "/ws/x.py", HOME: "/home/me" });
  assert.deepEqual(environment, { HOME: "/home/me", PYTHONSAFEPATH: "1", PYTHONUTF8: "1" });
});

test("the server looks for programs in full paths only", () => {
  const path = ["/usr/bin", "", ".", "bin", "./node_modules/.bin", "..", "/opt/bin"].join(delimiter);
  assert.equal(serverEnvironment({ PATH: path })["PATH"], ["/usr/bin", "/opt/bin"].join(delimiter));
  assert.equal(serverEnvironment({ Path: path })["Path"], ["/usr/bin", "/opt/bin"].join(delimiter));
  assert.deepEqual(Object.keys(serverEnvironment({ PythonPath: "/ws", PYTHONHOME: "/ws" })), ["PYTHONSAFEPATH", "PYTHONUTF8"]);
});

test("a workspace whose PATH entries, modules and interpreters are traps starts none of them", async () => {
  const ws = join(root, "o/ws");
  const ran = join(root, "o/ran");
  const outside = join(root, "o/outside");
  await mkdir(outside, { recursive: true });
  const names = ["orch-lsp", "python3.14", "python3.13", "python3.12", "python3.11", "python3", "python", "py", "npm", "node", "git"];
  for (const name of names) {
    for (const folder of [ws, join(ws, "bin"), join(ws, "node_modules/.bin")]) await program(join(folder, name), `#!/bin/sh\ntouch ${ran}\n`);
    await symlink(join(ws, name), join(outside, name));
  }
  for (const name of ["sitecustomize", "orch_lsp", "venv", "pip"]) await writeFile(join(ws, `${name}.py`), `open(${JSON.stringify(ran)}, "w")\n`);
  const searchPath = [".", "", "bin", "..", join(ws, "bin"), join(ws, "node_modules/.bin"), ws, outside].join(delimiter);
  const before = process.cwd();
  process.chdir(ws);
  try {
    assert.equal(commandOf(await world({ searchPath, workspaceFolders: [ws] }).find()), "none");
    assert.deepEqual(await interpretersOnPath(searchPath, [ws]), []);
    const real = await interpretersOnPath(process.env["PATH"] ?? "", [ws]);
    assert.notEqual(await firstUsablePython(real, ws), null);
  } finally {
    process.chdir(before);
  }
  await assert.rejects(access(ran));
});

for (const [server, extension, expected] of [
  ["0.1.0", "0.1.0", "compatible"],
  ["0.1.7", "0.1.0", "compatible"],
  ["0.1.0.dev3", "0.1.0", "compatible"],
  ["0.0.9", "0.1.0", "older"],
  ["0.2.0", "0.1.0", "newer"],
  ["1.0.0", "0.9.0", "newer"],
  ["1.4.0", "1.0.0", "compatible"],
  ["0.9.0", "1.0.0", "older"],
  ["two", "1.0.0", "unknown"],
  [undefined, "1.0.0", "unknown"],
] as const) {
  test(`server ${server ?? "without a version"} is ${expected} for extension ${extension}`, () => {
    assert.equal(compareVersions(server, extension), expected);
  });
}

test("a server that keeps crashing is not started for ever", () => {
  const limit = new RestartLimit(2, 1000);
  assert.deepEqual([0, 10, 20, 1005, 1006].map((now) => limit.allows(now)), [true, true, false, true, false]);
});

test("a server that ends at once tells its code and what it said last", async () => {
  const script = await program(join(root, "i/orch-lsp"), "#!/bin/sh\necho first >&2\necho 'no module named x' >&2\nexit 3\n");
  const lines: string[] = [];
  const server = await ServerProcess.start(launchOf(script, "setting"), root, (line) => lines.push(line));
  assert.equal(exitText(await server.exited, t), "the server ended at once with exit code 3: no module named x");
  assert.deepEqual(lines, ["first", "no module named x"]);
});

test("a program that cannot be started is an error", async () => {
  const missing = launchOf(join(root, "missing"), "setting");
  await assert.rejects(ServerProcess.start(missing, root, () => undefined), /ENOENT/u);
});

test("the server is started away from the workspace, with the word serve", async () => {
  const script = await program(join(root, "j/orch-lsp"), '#!/bin/sh\necho "$@" >&2\npwd >&2\n');
  const cwd = join(root, "j/own");
  await mkdir(cwd);
  const server = await ServerProcess.start(launchOf(script, "setting"), cwd, () => undefined);
  assert.deepEqual((await server.exited).lastLines, ["serve", cwd]);
});

test("a wheel that was changed is not installed", async () => {
  const folder = join(root, "k");
  await mkdir(join(folder, "server"), { recursive: true });
  await writeFile(join(folder, "server/x.whl"), "not what was built");
  const wheel = { file: "x.whl", version: "0.1.0", commit: "c", sha256: "0".repeat(64) };
  const installation = {
    wheel,
    extensionFolder: folder,
    environment: join(folder, "own"),
    workingFolder: folder,
    interpreters: ["python3"],
    onStep: () => assert.fail("nothing may be started"),
    signal: new AbortController().signal,
    t,
  };
  await assert.rejects(installOwnServer(installation), InstallationError);
});

test("a wheel with the expected hash is accepted", async () => {
  const path = join(root, "good.whl");
  await writeFile(path, "wheel");
  await verifyWheel(path, createHash("sha256").update("wheel").digest("hex"), t);
});

test("Python is looked for on PATH, and a workspace's is not among what is found", async () => {
  const ws = join(root, "m/ws");
  await program(join(ws, ".venv/bin/python3"));
  const older = await program(join(root, "m/a/python3"));
  const newer = await program(join(root, "m/b/python3.13"));
  const searchPath = [join(ws, ".venv/bin"), "bin", dirname(older), dirname(newer)].join(delimiter);
  assert.deepEqual(await interpretersOnPath(searchPath, [ws]), [newer, older]);
});

test("a setting counts only as a full path", async () => {
  const configuredPath = relative(process.cwd(), await program(join(root, "n/orch-lsp")));
  assert.deepEqual(await world({ configuredPath }).find(), { kind: "unusable setting", path: configuredPath });
});

test("a program's failure is what it said last, else the error's first line", () => {
  const failed = Object.assign(new Error("Command failed: python -m pip\nand more"), { stderr: "looking\nERROR: none found\n\n" });
  assert.equal(programFailure(failed), "ERROR: none found");
  assert.equal(programFailure(Object.assign(new Error("spawn ENOENT\nand more"), { stderr: "" })), "spawn ENOENT");
  assert.equal(programFailure("gone"), "gone");
  assert.equal(programFailure(null), "null");
});

test("the first Python that is new enough is taken", async () => {
  const old = await program(join(root, "l/python-old"), "#!/bin/sh\necho 3.8\n");
  const broken = await program(join(root, "l/python-broken"), "#!/bin/sh\nexit 9\n");
  const good = await program(join(root, "l/python-good"), "#!/bin/sh\necho 3.12\n");
  assert.equal(await firstUsablePython([join(root, "l/none"), broken, old, good], root), good);
  assert.equal(await firstUsablePython([old], root), null);
});
