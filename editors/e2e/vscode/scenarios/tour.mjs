// What a person sees and does, in the page; its pictures are those of the documentation.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";
import { SPEC } from "../files.mjs";

const FILE = "rate-limiting.spec.md";
const files = { [`workspace/specs/${FILE}`]: SPEC, "workspace/README.md": "# Payments\n\nA service.\n" };
const happened = (world, event) => world.journal().some((entry) => entry.event === event);

/** Opens the spec and waits until the server offers its lens. */
async function openSpec(context) {
  const window = await openWindow(context);
  await window.openFile(FILE);
  await window.lens("Generate").waitFor();
  return window;
}

export const tour = [
  {
    name: "first run: lens, live preview, draft, hover, undo, history",
    pictures: true,
    world: { files, model: "held" },
    run: async (context) => {
      const { world } = context;
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.titleButton("Generate Draft").waitFor();
        const offered = await window.offered("Orch: ");
        assert.ok(offered.some((title) => title.includes("Generate Draft")), offered.join("; "));
        assert.ok(!offered.some((title) => title.includes("Cancel Run") || title.includes("Apply Draft")), offered.join("; "));
        await window.picture("lens");

        await window.lens("Generate").click();
        await until("the provider to hold", () => happened(world, "held"));
        await window.status("tokens").waitFor();
        // Words stand behind the heading that they belong to; the window is not divided.
        await until("words behind a heading", () => arriving(page));
        assert.equal(await page.locator(".editor-group-container").count(), 1);
        assert.ok((await window.text()).includes("TODO"), "the document itself is not touched");
        await window.picture("in-place");
        assert.equal(await page.locator(".statusbar-item.has-background-color, .statusbar-item", { hasText: "Orch" }).count(), 1);

        world.release();
        await window.line("One busy client no longer").waitFor();
        await window.status("tokens").waitFor({ state: "detached" });
        await until("the words to be put away", async () => !(await arriving(page)));

        await window.titleButton("Generate Draft").waitFor({ state: "detached" });

        await page.keyboard.press("Control+Home");
        await page.keyboard.press("Control+s");
        await page.locator(".view-line span", { hasText: "Goal" }).last().hover();
        await page.locator(".monaco-hover", { hasText: "held-2026" }).waitFor();
        await page.locator(".monaco-hover").getByRole("link", { name: "Changes since" }).waitFor();
        if (process.env.ORCH_E2E_PICTURES === "1") await hoverPicture(window);
        await page.keyboard.press("Escape");

        await window.line("Rate limiting for").click();
        await page.keyboard.press("Control+z");
        await until("the undo", async () => {
          const shown = await window.text();
          return !shown.includes("no longer slows down") && shown.includes("TODO");
        });
        await page.keyboard.press("Control+Shift+z");
        await window.line("One busy client no longer").waitFor();

        await window.command("Orch: Show Spec Runs");
        const run = page.getByRole("treeitem", { name: /draft applied/u });
        await run.waitFor();
        await run.click();
        await window.tab("Preview").waitFor();
        // The window's own frame names the model too, in the view's row.
        await until("the record's page", async () => {
          for (const frame of page.frames()) {
            const text = await frame.locator("body").innerText().catch(() => "");
            if (["held-2026", "120", "completed"].every((part) => text.includes(part))) return true;
          }
          return false;
        });
        await window.picture("history");
      });
    },
  },
  {
    name: "words arrive beside the document where that is wished",
    pictures: true,
    world: { files, model: "held", settings: { "orch.livePreview.where": "beside" } },
    run: async (context) => {
      const { world } = context;
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.lens("Generate").click();
        await until("the provider to hold", () => happened(world, "held"));
        const preview = page.locator(".editor-group-container:not(.active)");
        await preview.locator(".view-line", { hasText: "## Goal" }).waitFor();
        assert.ok(!(await window.text()).includes("One busy client no longer"), "the document itself is not touched");
        await window.picture("preview");
        world.release();
        await until("the preview to close", async () => (await page.locator(".editor-group-container").count()) === 1);
        await window.line("One busy client no longer").waitFor();
      });
    },
  },
  {
    name: "a click in the status bar cancels, and what arrived is kept",
    world: { files, model: "held" },
    run: async (context) => {
      const { world } = context;
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        // The key is bound as soon as the button is there.
        await window.titleButton("Generate Draft").waitFor();
        await window.line("Rate limiting for").click();
        await page.keyboard.press("Control+k");
        await page.keyboard.press("Control+g");
        await until("the provider to hold", () => happened(world, "held"));
        await window.titleButton("Cancel Run").waitFor();
        await window.status("tokens").click();
        await until("the socket to close", () => happened(world, "closed_by_client"));
        await window.status("tokens").waitFor({ state: "detached" });
        assert.equal(readFileSync(world.at("workspace/specs", FILE), "utf8"), SPEC);
        await window.command("Orch: Show Spec Runs");
        await page.getByRole("treeitem", { name: /cancelled.*partial draft kept/u }).waitFor();
      });
    },
  },
  {
    name: "a click in the status bar cancels while words arrive and its text changes with each",
    world: { files, model: "endless" },
    run: async (context) => {
      const { world } = context;
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.lens("Generate").click();
        await window.status("tokens").waitFor();
        // Not Playwright's click, which waits until the item is still.
        const { x, y, height } = await window.status("tokens").boundingBox();
        await page.mouse.click(x + 30, y + height / 2);
        await until("the socket to close", () => happened(world, "closed_by_client"), 15_000);
        await window.status("tokens").waitFor({ state: "detached" });
      });
    },
  },
  {
    name: "a draft that waits is a diff with Apply and Discard",
    pictures: true,
    world: { files, settings: { "orch.apply": "review" } },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.lens("Generate").click();
        await window.answer("is ready and waits for your review", "Review Draft");
        await window.tab("↔ draft").waitFor();
        await page.locator(".monaco-diff-editor .line-insert").first().waitFor({ state: "attached" });
        await window.titleButton("Discard Draft").waitFor();
        await window.picture("review");
        await window.titleButton("Apply Draft").click();
        await window.tab("↔ draft").waitFor({ state: "detached" });
        await window.line("One busy client no longer").waitFor();
      });
    },
  },
  {
    name: "a failure is a squiggle with a message and quick fixes",
    pictures: true,
    world: { files, model: "denied" },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.lens("Generate").click();
        await page.waitForSelector(".squiggly-error");
        await window.line("Rate limiting for").click();
        await page.keyboard.press("Control+.");
        const menu = page.locator(".action-widget");
        await menu.getByText("Set API Key").first().waitFor();
        await menu.getByText("Retry").first().waitFor();
        await window.picture("failure");
        await menu.getByText("Retry").first().click();
        await until("the second request", () => context.world.journal().filter(({ event }) => event === "request").length === 2);
        await page.waitForSelector(".squiggly-error");
        assert.equal(readFileSync(context.world.at("workspace/specs", FILE), "utf8"), SPEC);
      });
    },
  },
  {
    name: "a new spec, two drafts of it, compared in the view Spec Runs",
    world: { model: "steady" },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context, { empty: true });
      await window.during(async () => {
        const { page } = window;
        await window.command("Orch: New Spec");
        await page.locator(".quick-input-widget", { hasText: "New spec" }).locator("input").first().fill("Import of orders");
        await page.keyboard.press("Enter");
        await window.tab("import-of-orders.spec.md").waitFor();
        const path = world.at("workspace/specs/import-of-orders.spec.md");
        assert.ok(existsSync(path));
        writeFileSync(path, "# Import of orders\n\nOrders come as files, once a night.\n");
        await window.line("once a night").waitFor();

        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
        await window.line("Import of orders").click();
        await page.keyboard.press("Control+z");
        await until("the undo", async () => !(await window.text()).includes("no longer slows down"));
        await page.keyboard.press("Control+s");
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();

        await window.command("Orch: Show Spec Runs");
        const runs = page.getByRole("treeitem", { name: /draft (applied|taken back)/u });
        await until("both runs", async () => (await runs.count()) === 2);
        await page.getByRole("treeitem", { name: /draft taken back/u }).waitFor();
        await page.getByRole("treeitem", { name: /draft applied/u }).waitFor();
        await window.menu(runs.first(), "Compare with Another Run");
        await page.locator(".quick-input-list .monaco-list-row").first().click();
        await window.tab("drafts of").waitFor();
        await page.locator(".monaco-diff-editor .view-line", { hasText: "Limits by user account" }).first().waitFor();
        await window.menu(runs.first(), "Copy Run Id");
        const copied = await until("the id", async () => (await page.evaluate(() => navigator.clipboard.readText())) || null);
        assert.match(copied, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);

        // What another program drafts is there when the person looks, and is not this window's to cancel.
        await window.command("View: Show Explorer");
        const other = world.at("workspace/specs/other.spec.md");
        writeFileSync(other, SPEC);
        const drafting = promisify(execFile)(process.env.ORCH_E2E_SERVER, ["draft", other, "--provider", "work", "--model", "held"], { env: world.environment });
        await until("the provider to hold", () => happened(world, "held"));
        await window.command("Orch: Show Spec Runs");
        await page.getByRole("treeitem", { name: /running/u }).waitFor();
        assert.equal(await window.status("Orch: ").count(), 0);
        world.release();
        await drafting;
        await window.command("View: Show Explorer");
        await window.command("Orch: Show Spec Runs");
        await page.getByRole("treeitem", { name: /draft waiting/u }).waitFor();
      });
    },
  },
  {
    name: "a model is chosen from what the provider offers",
    world: { files },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.command("Orch: Choose Model");
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "held" }).first().click();
        const path = context.world.at("workspace/.orch/config.toml");
        await until("the choice", () => existsSync(path) && readFileSync(path, "utf8").includes("held"));
        context.world.release();
        await window.lens("Generate").click();
        await window.line("One busy client no longer").waitFor();
        assert.deepEqual(context.world.journal().filter(({ event }) => event === "request").map(({ model }) => model), ["held"]);
      });
    },
  },
  {
    name: "a file of a virtual file system is told apart, with what does not work there",
    world: { files },
    run: async (context) => {
      const window = await openSpec(context);
      await window.during(async () => {
        const { page } = window;
        await window.command("E2E: Open a Virtual File");
        await window.tab("far.spec.md").waitFor();
        assert.equal(await page.locator(".codelens-decoration a").count(), 0);
        await window.command("Orch: Generate Draft");
        await window.toast("this one is in a virtual file system").waitFor();
        await page.locator('[id="status.languageStatus"]').hover();
        await page.locator(".monaco-hover", { hasText: "Orch: not available here" }).waitFor();
        assert.ok(!happened(context.world, "request"));
      });
    },
  },
  {
    name: "a run that ends while another file is in front says so",
    world: { files, model: "held" },
    run: async (context) => {
      const { world } = context;
      const window = await openSpec(context);
      await window.during(async () => {
        await window.lens("Generate").click();
        await until("the provider to hold", () => happened(world, "held"));
        await window.openFile("README.md");
        world.release();
        await window.toast("has been drafted").waitFor();
        await window.answer("has been drafted", "Open Document");
        await window.line("One busy client no longer").waitFor();
      });
    },
  },
];

/** Whether words stand behind a heading: they are no text of the page, but of its style. */
const arriving = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".view-line span")].some((span) => getComputedStyle(span, "::after").content.includes("✎")),
  );

/** A hover goes when the pointer moves: it is taken as it stands. */
async function hoverPicture(window) {
  const { resolve } = await import("node:path");
  await window.page.screenshot({ path: resolve(import.meta.dirname, "../../../../docs/images/vscode-hover.png"), caret: "hide" });
}
