// A key that is typed in goes to its provider and is written nowhere.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";
import { SPEC } from "../files.mjs";

const KEY = ["canary", "of", "the", "secret", "storage"].join("-");

function* filesBelow(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = statSync(path);
    if (stat.isDirectory()) yield* filesBelow(path);
    else if (stat.isFile()) yield path;
  }
}

export const keys = [
  {
    name: "a key from the secret storage reaches its provider and no file",
    world: {
      files: { "workspace/specs/a.spec.md": SPEC },
      model: null,
      settings: { "orch.provider": "team" },
    },
    prepare: (world) => ({
      "orch.providers": { team: { kind: "openai-compatible", base_url: `http://127.0.0.1:${world.port}/v1`, model: "steady" } },
    }),
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.openFile("a.spec.md");
        await window.lens("Generate").waitFor();
        await window.command("Orch: Set API Key");
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "team" }).first().click();
        const input = page.locator('.quick-input-widget input[type="password"]');
        await input.fill(KEY);
        await input.press("Enter");
        await window.toast("The API key for team is set").waitFor();
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
        const requests = await until("the request", () => {
          const found = world.journal().filter(({ event }) => event === "request");
          return found.length > 0 ? found : null;
        });
        assert.deepEqual(requests.map(({ key }) => key), [`Bearer ${KEY}`]);
        const holding = [...filesBelow(world.folder)].filter(
          (path) => !path.endsWith("journal.jsonl") && readFileSync(path).includes(KEY),
        );
        assert.deepEqual(holding, []);
      });
    },
  },
];
