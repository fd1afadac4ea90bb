// A new user: from nothing to words in the document, by the one picker.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { openWindow } from "../page.mjs";
import { SPEC } from "../files.mjs";

const files = { "workspace/specs/a.spec.md": SPEC };

/** Chooses the first entry of the open list that has the words. */
async function choose(page, words) {
  await page.locator(".quick-input-list .monaco-list-row", { hasText: words }).first().click();
}

async function type(page, words) {
  const input = page.locator(".quick-input-widget input").first();
  await input.fill(words);
  return input;
}

const KEY = ["a", "key", "that", "is", "typed"].join("-");

/** Types a key, and gives the words that the box says. */
async function typeKey(page, key) {
  const input = page.locator('.quick-input-widget input[type="password"]');
  await input.waitFor();
  const said = await page.locator(".quick-input-widget").innerText();
  await input.fill(key);
  await input.press("Enter");
  return said;
}

export const setup = [
  {
    name: "a key is typed for a service that is known by name, and for a server of one's own",
    pictures: true,
    world: { files, model: null },
    prepare: (world) => {
      // What stands for the service, at an address of the user's own: no project could move it there.
      const path = world.at("orch-config/config.toml");
      const moved = `[providers.mistral]\nbase_url = "http://127.0.0.1:${world.port}/v1"\n`;
      writeFileSync(path, readFileSync(path, "utf8").replace(/[^]*/u, moved));
      writeFileSync(world.at("control/key"), KEY);
      return {};
    },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        const title = (words) => page.locator(".quick-input-title", { hasText: words }).waitFor();
        await window.openFile("a.spec.md");
        await window.toast("choose who writes your drafts").getByRole("button", { name: "Set Up…" }).click();
        // One: who writes. A key that is wrong is no dead end.
        await choose(page, "mistral");
        await title("Key for mistral");
        await window.picture("setup-key");
        assert.match(await typeKey(page, "a-wrong-key"), /secret storage/u);
        await page.locator(".quick-input-widget", { hasText: "API key" }).waitFor();
        await choose(page, "Enter another key");
        await typeKey(page, KEY);
        // Two: the model. Three: where it is saved. Four: the draft.
        await title("Which model of mistral?");
        await choose(page, "steady");
        await title("Use mistral (steady)?");
        await window.picture("setup-save");
        await choose(page, "Try it, then save it in");
        await window.toast("mistral (steady) is saved in").getByRole("button", { name: "Draft Now" }).click();
        await window.line("One busy client no longer").waitFor();
        assert.match(readFileSync(world.at("orch-config/config.toml"), "utf8"), /^provider = "mistral"$/mu);
        assert.doesNotMatch(readFileSync(world.at("orch-config/config.toml"), "utf8"), /a-key-that/u);

        await window.command("Orch: Choose Provider");
        await choose(page, "A server of your own");
        await title("Address of the server");
        await (await type(page, `127.0.0.1:${world.port}`)).press("Enter");
        assert.match(await typeKey(page, KEY), /leave it empty/u);
        await title("Which model of");
        await choose(page, "held");
        await choose(page, "without trying");
        await window.toast("(held) is saved in").waitFor();
        const keys = new Set(world.journal().filter(({ event }) => event === "request").map(({ key }) => key));
        assert.deepEqual([...keys], [`Bearer ${KEY}`]);
      });
    },
  },
  {
    name: "a first draft by four choices, from the offer of the first run",
    pictures: true,
    world: { files, model: null },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.openFile("a.spec.md");
        await window.toast("choose who writes your drafts").getByRole("button", { name: "Set Up…" }).click();
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "A server of your own" }).waitFor();
        await window.picture("setup");
        await choose(page, "work");
        await page.locator(".quick-input-title", { hasText: "Which model of work?" }).waitFor();
        await choose(page, "steady");
        await choose(page, "Try it, then save it in");
        await window.toast("work (steady) is saved in").getByRole("button", { name: "Draft Now" }).click();
        await window.line("One busy client no longer").waitFor();
        const config = readFileSync(world.at("orch-config/config.toml"), "utf8");
        assert.match(config, /^provider = "work"$/mu);
        assert.match(config, /retry = \{ attempts = 1/u);
      });
    },
  },
  {
    name: "a server of one's own by its address, in Restricted Mode, after a draft that nobody can write",
    trust: true,
    world: {
      files,
      model: null,
      settings: { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never", "orch.notifications": "never" },
    },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.openFile("a.spec.md");
        await window.lens("Generate").click();
        await window.toast("No provider is chosen").getByRole("button", { name: "Set Up…" }).click();
        const box = page.locator(".quick-input-widget input").first();
        for (const words of ["This window is remote", "Your own settings are used; what this project chooses is off"]) {
          await page.locator(".quick-input-list .monaco-list-row", { hasText: words }).waitFor();
        }
        await choose(page, "A server of your own");
        await page.locator(".quick-input-title", { hasText: "Address of the server" }).waitFor();
        await (await type(page, `127.0.0.1:${world.port}`)).press("Enter");
        await page.locator(".quick-input-titlebar a", { has: page.locator(".codicon-symbol-variable") }).or(page.locator('.quick-input-titlebar [aria-label="It is in a variable…"]')).first().click();
        await page.locator(".quick-input-title", { hasText: "Name of the variable" }).waitFor();
        await box.fill("E2E_WORK_KEY");
        await box.press("Enter");
        await page.locator(".quick-input-title", { hasText: "Which model of" }).waitFor();
        await box.fill("den");
        await choose(page, "denied");
        await choose(page, "Try it, then save it in");
        await choose(page, "Choose again");
        assert.doesNotMatch(readFileSync(world.at("orch-config/config.toml"), "utf8"), /^provider/mu);
        await choose(page, "work");
        await page.locator(".quick-input-title", { hasText: "Which model of work?" }).waitFor();
        await choose(page, "steady");
        await page.locator(".quick-input-title", { hasText: "Use work (steady)?" }).waitFor();
        assert.equal(await page.locator(".quick-input-list .monaco-list-row", { hasText: "for this project only" }).count(), 0);
        await choose(page, "without trying");
        await window.toast("is saved in").waitFor();
        assert.match(readFileSync(world.at("orch-config/config.toml"), "utf8"), /^provider = "work"$/mu);
      });
    },
  },
];
