// Nothing takes the words of somebody who types, whatever a run does meanwhile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";

const FILE = "typing (draft) ä.spec.md";
const BRIEF = "# Rate limiting\n\nOne busy client must not slow down";
const files = { [`workspace/specs/${FILE}`]: BRIEF };
const happened = (world, event) => world.journal().some((entry) => entry.event === event);
const saved = (world) => readFileSync(world.at("workspace/specs", FILE), "utf8");

/** Opens the spec, puts the caret behind its last word, and starts a run with a key, as somebody does who writes. */
async function beginRun(context) {
  const window = await openWindow(context);
  await window.openFile(FILE);
  await window.lens("Generate").waitFor();
  await window.line("One busy client").click();
  await window.page.keyboard.press("Control+End");
  await window.page.keyboard.press("Control+k");
  await window.page.keyboard.press("Control+g");
  await until("the provider to hold", () => happened(context.world, "held"));
  return window;
}

/** Types, with pauses as a person makes them. */
const type = (window, words) => window.page.keyboard.type(words, { delay: 30 });

/** What the document says once it is saved. */
async function savedWith(window, words) {
  await window.page.keyboard.press("Control+s");
  await until(`a file with ${words}`, () => saved(window.world).includes(words));
  return saved(window.world);
}

/** Whoever types through the end of a run keeps focus, sentence and document; the draft waits. */
async function typeThroughTheEnd(context) {
  const { world } = context;
  const window = await beginRun(context);
  await window.during(async () => {
    await type(window, " all");
    world.release();
    await type(window, " the other clients of the public interface, however many requests it makes");
    await until("the end of the answer", () => happened(world, "done"));
    const notice = window.toast("is ready and waits for your review").waitFor();
    await type(window, " and however long it goes on doing so");
    await notice;
    await type(window, ".");
    assert.equal(await window.tab("↔ draft").count(), 0, "no diff is opened by itself");
    const text = await savedWith(window, "doing so.");
    assert.equal(
      text.trimEnd(),
      `${BRIEF} all the other clients of the public interface, however many requests it makes and however long it goes on doing so.`,
    );
    await window.answer("is ready and waits", "Review Draft");
    await window.tab("↔ draft").waitFor();
    await window.titleButton("Apply Draft").click();
    await window.tab("↔ draft").waitFor({ state: "detached" });
    const drafted = await savedWith(window, "## Rollback Plan");
    assert.ok(drafted.includes("doing so.\n\n## Goal\n"), drafted);
  });
}

export const typing = [
  {
    name: "typing through the end of a run that would fill at once",
    world: { files, model: "held" },
    run: typeThroughTheEnd,
  },
  {
    name: "typing through the end of a run whose draft is to be reviewed",
    world: { files, model: "held", settings: { "orch.apply": "review" } },
    run: typeThroughTheEnd,
  },
  {
    name: "a draft that goes in at the caret leaves it in front",
    world: { files, model: "held" },
    run: async (context) => {
      const { world } = context;
      const window = await beginRun(context);
      await window.during(async () => {
        world.release();
        await window.line("Non-goals").waitFor();
        await until("the preview to close", async () => (await window.page.locator(".editor-group-container").count()) === 1);
        // VS Code itself puts the caret behind the draft for a moment, in which no hand types.
        const place = window.page.locator('[id="status.editor.selection"]');
        await until("the caret to be in front of the draft", async () => /Ln 3\b/.test((await place.textContent()) ?? ""));
        await type(window, " the others.");
        const text = await savedWith(window, "the others.");
        assert.ok(text.startsWith(`${BRIEF} the others.\n\n## Goal\n`), text);
      });
    },
  },
  {
    name: "a failure is told where the person looks, once, and a key cures it",
    world: { files, model: "denied" },
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.openFile(FILE);
        await window.lens("Generate").waitFor();
        await window.line("One busy client").click();
        await page.keyboard.press("Control+End");
        await page.keyboard.press("Control+k");
        await page.keyboard.press("Control+g");
        await window.toast("failed").waitFor();
        assert.equal(await page.locator(".notification-toast").count(), 1);
        await window.toast("failed").getByRole("button", { name: "Set API Key" }).waitFor();
        await type(window, " the others.");
        await page.keyboard.press("Control+.");
        await page.locator(".action-widget").getByText("Retry").first().waitFor();
        await page.keyboard.press("Escape");
        await window.answer("failed", "Retry");
        await until("the second request", () => context.world.journal().filter(({ event }) => event === "request").length === 2);
      });
    },
  },
  {
    name: "a wait for the provider says for what, and how long",
    world: { files, model: "later", attempts: 2 },
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        await window.openFile(FILE);
        await window.lens("Generate").click();
        await window.status(/rate limited, trying again in \d s/iu).waitFor();
        await window.line("Non-goals").waitFor();
        await window.status(/trying again/u).waitFor({ state: "detached" });
      });
    },
  },
  {
    name: "the status bar asks which of two runs to cancel",
    world: { files: { ...files, "workspace/specs/other.spec.md": BRIEF }, model: "held" },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        for (const name of [FILE, "other.spec.md"]) {
          await window.openFile(name);
          await window.lens("Generate").click();
          await window.lens("Cancel").waitFor();
        }
        const item = window.status("+1 more");
        await item.waitFor();
        const spoken = await item.locator("[role=button]").first().getAttribute("aria-label");
        assert.match(spoken ?? "", /Orch: .*and 1 more.*Click to cancel one of 2 runs/u);
        await item.click();
        await page.locator(".quick-input-list .monaco-list-row").nth(1).waitFor();
        assert.equal(world.journal().filter(({ event }) => event === "closed_by_client").length, 0);
        await page.locator(".quick-input-list .monaco-list-row", { hasText: FILE }).first().click();
        await until("the socket to close", () => happened(world, "closed_by_client"));
        await window.command("Orch: Show Spec Runs");
        await page.getByRole("treeitem", { name: /cancelled.*typing \(draft\)/u }).waitFor();
        await page.getByRole("treeitem", { name: /running.*other\.spec\.md/u }).waitFor();
        world.release();
        await page.getByRole("treeitem", { name: /draft applied.*other\.spec\.md/u }).waitFor();
      });
    },
  },
];
