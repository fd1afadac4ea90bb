// A spec of a known format in the window: its outline, a peek at who cites an id, and the specs of the workspace by state.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { newPage } from "../browser.mjs";
import { runSuite } from "../suite.mjs";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";

const SPEC = `# Feature Specification: Rate limiting

## User Scenarios & Testing

### User Story 1 - A busy client is told (Priority: P1)

1. **Given** a client at its limit, **When** it calls again, **Then** it gets a 429 that says when to come back

### User Story 2 - The others are not slowed down (Priority: P2)

1. **Given** a busy client, **When** another one calls, **Then** its answer is as fast as before

## Requirements

- **FR-001**: System MUST count requests by API key
- **FR-002**: System MUST refuse what exceeds the limit, counted as FR-001 says
- **FR-003**: Operators SHOULD see who was refused

## Success Criteria

- **SC-001**: The slowest client is no slower with a busy one beside it
`;
const TASKS = `# Tasks: Rate limiting

## Phase 1: Counting

- [x] T001 [US1] Count requests in Redis for FR-001
- [x] T002 [US1] Refuse with 429 for FR-002

## Phase 2: Telling

- [ ] T003 [US2] Load test with one busy client
- [ ] T004 Count what was refused for FR-001
`;
// Each spec has an FR-001: which one is meant, the file says first.
const TESTS = `"""Of specs/001-rate-limiting/spec.md."""


def test_each_key_has_a_count_of_its_own():
    """FR-001: a request of one key is not counted for another."""


def test_what_exceeds_the_limit_is_refused():
    """FR-002."""
`;
const PLANNED = SPEC.replace("Rate limiting", "Import of orders");
const DONE = TASKS.replaceAll("[ ]", "[x]").replace("Rate limiting", "Sign in");
const files = {
  "workspace/specs/001-rate-limiting/spec.md": SPEC,
  "workspace/specs/001-rate-limiting/tasks.md": TASKS,
  "workspace/tests/test_limits.py": TESTS,
  "workspace/specs/002-import-of-orders/spec.md": PLANNED,
  "workspace/specs/003-sign-in/spec.md": SPEC.replace("Rate limiting", "Sign in"),
  "workspace/specs/003-sign-in/tasks.md": DONE,
};

export const specs = [
  {
    name: "a spec through the editor's API: outline, definitions, references, hovers, folds, links, colours",
    driver: true,
    run: (context) => runSuite(context, "specs.cjs"),
  },
  {
    name: "the outline of a spec, and a peek at who cites an id",
    pictures: true,
    world: { files },
    run: async (context) => {
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.pick("tasks.md ", "001-rate-limiting");
        await window.pick("spec.md ", "001-rate-limiting");
        await window.line("count requests by API key").waitFor();
        await window.command("Explorer: Focus on Outline View");
        const outline = page.locator(".outline-pane .monaco-list-row");
        // Rows further down are there only where the pane has room for them.
        await page.getByRole("button", { name: "Explorer Section: workspace" }).click();
        await outline.filter({ hasText: "US1 A busy client is told" }).waitFor();
        await outline.filter({ hasText: "US1/AC1" }).waitFor();
        await outline.filter({ hasText: "FR-001 System MUST count" }).waitFor();
        await window.picture("outline");

        const id = window.word("count requests by API key", "FR-001");
        await id.click();
        await page.keyboard.press("Shift+F12");
        const peek = page.locator(".reference-zone-widget");
        // Only the file of the id itself is unfolded at first.
        await peek.locator(".monaco-list-row", { hasText: "tasks.md" }).locator(".monaco-tl-twistie").click();
        await peek.locator(".monaco-list-row", { hasText: "refused for FR-001" }).waitFor();
        await peek.locator(".monaco-list-row", { hasText: "Redis for FR-001" }).click();
        await peek.locator(".view-line", { hasText: "Count what was refused for FR-001" }).waitFor();
        await window.picture("peek");
        await page.keyboard.press("Escape");
        await peek.waitFor({ state: "detached" });

        const hover = page.locator(".monaco-hover", { hasText: "cited by 3" });
        await until("the hover", async () => {
          await page.keyboard.press("Control+K");
          await page.keyboard.press("Control+I");
          return hover.waitFor({ timeout: 4_000 }).then(
            () => true,
            () => false,
          );
        });
        assert.ok((await hover.innerText()).includes("T004"));
      });
    },
  },
  {
    name: "the specs of the workspace by state follow what is typed and written",
    pictures: true,
    world: { files },
    run: async (context) => {
      const { world } = context;
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.pick("tasks.md ", "001-rate-limiting");
        await window.line("Load test with one busy").waitFor();
        await window.command("Orch: Show Specs");
        const group = (name) => page.getByRole("treeitem", { name });
        await group(/^In progress: 1 specs/u).waitFor();
        await group(/^Without tasks: 1 specs/u).waitFor();
        await group(/^Done: 1 specs/u).waitFor();
        const spec = page.getByRole("treeitem", { name: /001-rate-limiting, 2 of 4 tasks done/u });
        await spec.click();
        await page.getByRole("treeitem", { name: /spec\.md/u }).first().waitFor();
        await window.picture("specs");
        // Off the tree: the hover of one row lies over the next ones.
        await page.mouse.move(640, 780);

        writeFileSync(world.at("workspace/specs/001-rate-limiting/tasks.md"), TASKS.replaceAll("[ ]", "[x]"));
        await group(/^Done: 2 specs/u).waitFor();
        // In another group it is folded again.
        await page.getByRole("treeitem", { name: /001-rate-limiting, 4 of 4 tasks done/u }).click();
        await page.getByRole("treeitem", { name: /spec\.md/u }).first().click();
        await window.tab("spec.md").waitFor();
      });
    },
  },
  {
    name: "an id is renamed in specs and tests, after a look at what changes",
    pictures: true,
    world: { files },
    run: async (context) => {
      const { world } = context;
      const path = (name) => world.at("workspace/specs/001-rate-limiting", name);
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.pick("spec.md ", "001-rate-limiting");
        await window.line("refuse what exceeds").waitFor();
        await window.word("refuse what exceeds", "FR-002").click();
        const input = page.locator(".rename-box .rename-input, .rename-box input").first();
        await until("the box for the new name", async () => {
          await page.keyboard.press("F2");
          return input.waitFor({ timeout: 4_000 }).then(
            () => true,
            () => false,
          );
        });
        assert.equal(await input.inputValue(), "FR-002");
        await input.fill("FR-020");
        await input.press("Control+Enter");
        const preview = page.locator(".refactor-preview-panel, [id='refactorPreview']").first();
        await preview.locator(".monaco-list-row", { hasText: "tasks.md" }).waitFor();
        await window.picture("rename");
        // Code is to be confirmed: it is changed only where it was ticked.
        await preview.locator(".monaco-list-row", { hasText: "test_limits.py" }).locator(".edit-checkbox").click();
        await page.getByRole("button", { name: "Apply" }).click();
        const changed = [path("spec.md"), path("tasks.md"), world.at("workspace/tests/test_limits.py")];
        await until("the new name everywhere", () => changed.every((name) => readFileSync(name, "utf8").includes("FR-020")));
        assert.equal(readFileSync(path("spec.md"), "utf8"), SPEC.replaceAll("FR-002", "FR-020"));
        assert.equal(readFileSync(path("tasks.md"), "utf8"), TASKS.replaceAll("FR-002", "FR-020"));
        assert.equal(readFileSync(world.at("workspace/tests/test_limits.py"), "utf8"), TESTS.replaceAll("FR-002", "FR-020"));
        assert.ok(readFileSync(world.at("workspace/specs/003-sign-in/spec.md"), "utf8").includes("FR-002"), "another spec has its own");
      });
    },
  },
  {
    name: "a document of a format is begun, and the trace of the workspace is a page in a panel",
    pictures: true,
    world: { files },
    run: async (context) => {
      const { world } = context;
      if (process.env.ORCH_E2E_PICTURES === "1") await tracePicture(world);
      const window = await openWindow(context);
      await window.during(async () => {
        const { page } = window;
        await window.pick("tasks.md ", "001-rate-limiting");
        await window.line("Load test with one busy").waitFor();
        await window.command("Orch: New Document of a Format");
        await page.locator(".quick-input-widget", { hasText: "New document of a format" }).locator("input").first().fill("spec-kit");
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "spec-kit: spec" }).first().click();
        await page.locator(".quick-input-widget", { hasText: "What is it about?" }).locator("input").first().fill("Refunds by card");
        await page.keyboard.press("Enter");
        await window.line("Feature Specification: Refunds by card").waitFor();
        const begun = readFileSync(world.at("workspace/specs/004-refunds-by-card/spec.md"), "utf8");
        assert.ok(begun.includes("## Requirements"), begun);

        await window.command("Orch: Show Trace");
        await window.tab("Trace of workspace").waitFor();
        const shown = await until("the page", async () => {
          for (const frame of page.frames()) {
            const text = await frame.locator("body").innerText().catch(() => "");
            if (text.includes("Count requests in Redis")) return frame;
          }
          return null;
        });
        const before = await shown.locator("tbody tr:visible").count();
        assert.ok(before > 10, String(before));
        await window.picture("trace");
        await shown.locator("input[type=search], input[type=text]").first().fill("FR-003");
        await until("the rows of one id", async () => {
          const texts = await shown.locator("tbody tr:visible").allInnerTexts();
          return texts.length > 0 && texts.length < before && texts.every((text) => text.includes("FR-003"));
        });
      });
    },
  },
];

/** The page itself, in the browser that a person opens it in. */
async function tracePicture(world) {
  const folder = world.at("workspace");
  const { stdout } = await promisify(execFile)(process.env.ORCH_E2E_SERVER, ["trace", "--format", "html", folder], { env: world.environment });
  writeFileSync(world.at("trace.html"), stdout);
  const { page, close } = await newPage({ width: 1200, height: 1080 });
  await page.goto(pathToFileURL(world.at("trace.html")).href);
  await page.screenshot({ path: resolve(import.meta.dirname, "../../../../docs/images/trace.png"), caret: "hide" });
  await close();
}
