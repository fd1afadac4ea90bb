import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Manifest {
  readonly version: string;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: unknown; readonly restrictedConfigurations: string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string } & Record<string, unknown>>> };
  };
}

const text = (path: string): string => readFileSync(path, "utf8");
const manifest = JSON.parse(text("package.json")) as Manifest;
const commands = manifest.contributes.commands.map(({ command }) => command);

test("every text of the manifest is there, and none is left over", () => {
  const used = [...text("package.json").matchAll(/"%([\w.]+)%"/gu)].map(([, key]) => key);
  const present = Object.keys(JSON.parse(text("package.nls.json")) as object);
  assert.deepEqual([...new Set(used)].sort(), present.sort());
});

test("every command of the server is in the manifest and in the README", () => {
  const server = [...text("../../orch_lsp/lsp/commands.py").matchAll(/"(orch\.\w+)"/gu)].map(([, id]) => id ?? "");
  assert.ok(server.includes("orch.generateDraft"));
  assert.deepEqual(server.filter((id) => !commands.includes(id)), []);
  assert.deepEqual(server.filter((id) => !text("README.md").includes(`\`${id}\``)), []);
});

test("each command, and each text, is there once", () => {
  assert.equal(new Set(commands).size, commands.length);
  const palette = manifest.contributes.menus["commandPalette"]?.map(({ command }) => command) ?? [];
  assert.equal(new Set(palette).size, palette.length);
  const keys = [...text("package.nls.json").matchAll(/^ {2}"([\w.]+)":/gmu)].map(([, key]) => key);
  assert.equal(new Set(keys).size, keys.length);
});

test("every command stands under Orch", () => {
  assert.deepEqual([...new Set(manifest.contributes.commands.map(({ category }) => category))], ["Orch"]);
});

test("a server command shows in the palette only if the server announced it", () => {
  for (const { command, when } of manifest.contributes.menus["commandPalette"] ?? []) {
    const name = command.replace("orch.", "");
    if (new RegExp(`"orch\\.${name}"`, "u").test(text("../../orch_lsp/lsp/commands.py"))) {
      assert.ok(when === "false" || when?.includes(`orch.can.${name}`), `${command}: ${when ?? "always"}`);
    }
  }
});

test("menus name only commands that exist", () => {
  const named = Object.values(manifest.contributes.menus).flat().map(({ command }) => command);
  assert.deepEqual(named.filter((command) => !commands.includes(command)), []);
});

test("whatever says where requests go, or what is started, belongs to the machine's user", () => {
  for (const [name, { scope }] of Object.entries(manifest.contributes.configuration.properties)) {
    if (/^orch\.(server|providers|runs)\b/u.test(name)) assert.equal(scope, "machine", name);
  }
});

test("every setting has a description", () => {
  for (const [name, setting] of Object.entries(manifest.contributes.configuration.properties)) {
    assert.ok(setting["description"] ?? setting["markdownDescription"], name);
  }
});

test("restricted mode is limited, and what a workspace may choose is restricted", () => {
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, "limited");
  const ofResource = Object.entries(manifest.contributes.configuration.properties)
    .filter(([, { scope }]) => scope === "resource")
    .map(([name]) => name);
  assert.deepEqual([...restrictedConfigurations].sort(), ofResource.sort());
});

test("extension and server have the same version", () => {
  assert.equal(/^version = "(.+)"$/mu.exec(text("../../pyproject.toml"))?.[1], manifest.version);
});

test("the lock file names no registry", () => {
  const { packages } = JSON.parse(text("package-lock.json")) as { packages: Record<string, { resolved?: string }> };
  assert.deepEqual(Object.values(packages).filter(({ resolved }) => resolved !== undefined), []);
});

test("the code's texts are all in the bundle", () => {
  const bundle = Object.keys(JSON.parse(text("l10n/bundle.l10n.json")) as object);
  assert.ok(bundle.includes("Set API Key"));
  assert.ok(bundle.length > 60);
});

test("a step of the walkthrough is ticked by what is the case, not by a command that was begun", () => {
  const events = [...text("package.json").matchAll(/"completionEvents": \[([^\]]*)\]/gu)].map(([, inside]) => inside ?? "");
  assert.equal(events.length, 5);
  assert.deepEqual(events.filter((event) => !/^"(onContext:orch\.\w+|onView:orch\.runs)"$/u.test(event)), []);
  const kept = text("src/documents/contextKeys.ts");
  for (const [, key] of text("package.json").matchAll(/onContext:orch\.(\w+)/gu)) assert.ok(kept.includes(`this.set("${key ?? ""}"`), key);
});
