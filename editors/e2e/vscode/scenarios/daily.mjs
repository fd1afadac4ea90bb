// The daily loop: a success that is told, new text that is kept or undone, a review section by section.
import assert from "node:assert/strict";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";
import { SPEC } from "../files.mjs";

const FILE = "rate-limiting.spec.md";
const files = { [`workspace/specs/${FILE}`]: SPEC };

async function openSpec(context, options) {
  const window = await openWindow(context, options);
  await window.openFile(FILE);
  await window.lens("Generate").waitFor();
  return window;
}

/** A button of the thread of a section under review. */
const button = (page, name) => page.locator(".review-widget").getByRole("button", { name }).first();

/** A lens whose name is exactly this. */
const lens = (page, name) => page.locator(".codelens-decoration a", { hasText: name });

/** Names of what can be pressed or chosen in a part of the window, as a screen reader says them. */
const namesOf = (page, selector) =>
  page.locator(selector).evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent?.trim() ?? ""));

const THEMES = { light: "Default Light Modern", dark: "Default Dark Modern", "high contrast": "Default High Contrast" };

/** The whole loop without the mouse, in a window of 700 pixels. */
const narrow = Object.entries(THEMES).map(([name, theme]) => ({
  name: `the daily loop by keyboard alone, 700 pixels wide, ${name}`,
  pictures: true,
  world: { files, settings: { "workbench.colorTheme": theme, "editor.accessibilitySupport": "on" } },
  run: async (context) => {
    const window = await openSpec(context, { viewport: { width: 700, height: 800 } });
    await window.during(async () => {
      const { page } = window;
      await window.titleButton("Generate Draft").waitFor();
      await page.keyboard.press("Control+b");
      await page.keyboard.press("Control+1");
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+g");
      await window.line("One busy client no longer").waitFor();
      await window.toast(/7 sections · [\d.]+ s/u).waitFor();
      assert.equal(await page.locator(".editor-group-container").count(), 1, "the window is not divided");
      await lens(page, "Keep All 7").waitFor();
      // The mark is a bar at the left in every theme, also in one without backgrounds.
      const barred = () =>
        page.evaluate(() => [...document.querySelectorAll(".glyph-margin-widgets *")].some((one) => getComputedStyle(one).backgroundImage.includes("svg")));
      await until("the marks", barred);
      await window.picture(`narrow-${name.replace(" ", "-")}`);
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+j");
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+n");
      await until("the section to be undone", async () => !(await window.text()).includes("One busy client no longer"));
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+j");
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+y");
      await lens(page, "Keep All 5").waitFor();

      // Each lens, row and button has a name of its own; model and state of a run are not cut off.
      assert.ok((await namesOf(page, ".codelens-decoration a")).every((one) => one !== ""));
      await window.command("Orch: Show Spec Runs");
      const run = page.getByRole("treeitem", { name: /^Run at .*draft applied.*steady-2026/u });
      await run.waitFor();
      assert.ok(await run.locator(".label-name").evaluate((one) => one.scrollWidth <= one.clientWidth + 1), "time and model are whole");
      await page.keyboard.press("Control+Shift+p");
      await page.keyboard.press("Escape");
      assert.ok((await namesOf(page, ".pane-header .action-label, .editor-actions .action-label")).every((one) => one !== ""));
    });
  },
}));

export const daily = [
  ...narrow,
  {
    name: "a success is told, new text is marked, and each section is kept or undone",
    pictures: true,
    world: { files },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
        const toast = window.toast(/7 sections · [\d.]+ s/u);
        await toast.waitFor();
        await toast.getByRole("button", { name: "Undo" }).waitFor();
        await toast.getByRole("button", { name: "Review" }).waitFor();
        await page.keyboard.press("Control+Home");
        await lens(page, "Keep All 7").waitFor();
        await lens(page, /^\s*Undo\s*$/u).first().waitFor();
        await window.picture("new-text");

        // One section goes, the others stay.
        await lens(page, /^\s*Undo\s*$/u).first().click();
        await until("the section to be undone", async () => !(await window.text()).includes("One busy client no longer"));
        assert.ok((await window.text()).includes("## Goal"));
        await lens(page, "Keep All 6").waitFor();

        // By keyboard: to the next one, and keep it.
        await window.line("Rate limiting for").click();
        await page.keyboard.press("Control+k");
        await page.keyboard.press("Control+j");
        await page.keyboard.press("Control+k");
        await page.keyboard.press("Control+y");
        await lens(page, "Keep All 5").waitFor();

        await toast.getByRole("button", { name: "Review" }).click();
        await window.tab("before ↔ now").waitFor();
        await page.keyboard.press("Control+F4");
      });
    },
  },
  {
    name: "a workflow is chosen from a list: a review finds, and writes nothing",
    world: {
      files: { ...files, "workspace/.orch/workflows/only-check.toml": 'description = "Only the machine"\n[[steps]]\nid = "check"\n' },
    },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        const before = await window.text();
        const row = (text) => page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
        await window.command("Orch: Run a Workflow…");
        await row("Only the machine").waitFor();
        await row("usual").waitFor();
        await row("Findings on the document as it stands").click();
        await window.toast("Nobody says from when on a client counts as busy").waitFor();
        const end = window.toast(/1 finding · /u);
        await end.waitFor();
        assert.equal(await end.getByRole("button", { name: "Undo" }).count(), 0);
        assert.equal(await window.text(), before);

        await window.command("Orch: Run a Workflow…");
        await row("Questions that only the client can answer").click();
        await window.toast(/1 open question/u).getByRole("button", { name: "Answer…" }).click();
        await row("How long is a client refused?").click();
        await row("a minute").click();
        await window.line("How long is a client refused?").waitFor();
      });
    },
  },
  {
    name: "the notice of a success undoes all of it",
    world: { files },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
        await window.answer(/7 sections · [\d.]+ s/u, "Undo");
        await until("the undo", async () => {
          const text = await window.text();
          return !text.includes("no longer slows down") && text.includes("TODO");
        });
      });
    },
  },
  {
    name: "a draft is reviewed section by section in threads",
    pictures: true,
    world: { files, settings: { "orch.apply": "review" } },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.lens("Generate").click();
        await window.answer("is ready and waits for your review", "Review Draft");
        await window.tab("↔ draft").waitFor();
        const thread = page.locator(".review-widget");
        await thread.filter({ hasText: "“Goal” waits for your word" }).waitFor();
        for (const name of ["Accept Section", "Reject Section", "Redraft Section", "Accept and Edit", "Comment"]) {
          await button(page, name).waitFor();
        }
        await window.picture("review-threads");

        await button(page, "Accept Section").click();
        await thread.filter({ hasText: "“Non-goals” waits for your word" }).waitFor();
        await thread.locator(".monaco-editor").first().click();
        await page.keyboard.type("Say why.");
        await button(page, "Comment").click();
        await thread.filter({ hasText: "Say why." }).waitFor();

        // With a remark in it, the form is folded until it is wanted.
        await thread.getByText("A reason, an instruction or a remark").click();
        await page.keyboard.type("Name the limit.");
        await button(page, "Redraft Section").click();
        await until("the section to be asked for again", () => context.world.journal().filter(({ event }) => event === "request").length >= 2);
        const prompts = () => context.world.journal().filter(({ event }) => event === "request").map(({ prompt }) => JSON.stringify(prompt));
        assert.ok(prompts().some((prompt) => prompt.includes("Name the limit.") && prompt.includes("Say why.")));
        await until("the draft of that section alone", async () => (await page.locator(".tabs-container .tab", { hasText: "↔ draft" }).count()) === 2);
        await thread.filter({ hasText: "“Non-goals” waits for your word" }).waitFor();
        await button(page, "Reject Section").click();
        await until("its review to close", async () => (await page.locator(".tabs-container .tab", { hasText: "↔ draft" }).count()) === 1);
        await window.tab("↔ draft").click();
        await thread.filter({ hasText: "“Assumptions” waits for your word" }).waitFor();
        await button(page, "Accept and Edit").click();
        await until("the section in the document", async () => (await window.text()).includes("A client is known by its API key."));
      });
    },
  },
];
