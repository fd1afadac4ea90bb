// Works a VS Code window the way a person does.
import { join, resolve } from "node:path";
import { newPage } from "./browser.mjs";
import { until } from "./world.mjs";

const IMAGES = resolve(import.meta.dirname, "../../../docs/images");

/** Opens a window on a folder or, with `target`, on something else; waits until the explorer shows it. */
export async function openWindow({ editor, world }, { target = `folder=${encodeURIComponent(world.at("workspace"))}`, viewport, empty = false } = {}) {
  const { page, hosts, close } = await newPage(viewport);
  await page.goto(`${editor.base}/?${target}`);
  await page.waitForSelector(empty ? ".explorer-folders-view" : ".explorer-folders-view .monaco-list-row");
  return new Window(page, hosts, close, world);
}

class Window {
  constructor(page, hosts, close, world) {
    Object.assign(this, { page, hosts, close, world });
  }

  /** Runs something, and leaves a picture of the window if it fails. */
  async during(act) {
    try {
      await act();
    } catch (error) {
      await this.page.screenshot({ path: this.world.at("failure.png") });
      throw error;
    } finally {
      await this.close();
    }
    if (this.hosts.size > 0) throw new Error(`the window asked other hosts: ${[...this.hosts].join(", ")}`);
  }

  /** Loads the window again; it comes back as it was. */
  async reload() {
    await this.page.reload();
    await this.page.waitForSelector(".explorer-folders-view .monaco-list-row");
  }

  /** Opens a file by name. */
  async openFile(name) {
    await this.pick("", name);
    await this.page.getByRole("tab", { name }).first().waitFor();
  }

  /** Runs a command by its title. */
  async command(title) {
    await this.pick(">", title);
  }

  async pick(prefix, text) {
    const { page } = this;
    const input = page.locator(".quick-input-widget input").first();
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
    // The list is made when it opens: what comes later, such as a command whose time has come, needs a new one.
    await until(`${text} in the list`, async () => {
      await page.keyboard.press("F1");
      await input.waitFor();
      await input.fill(prefix + text);
      const found = await row.waitFor({ timeout: 4_000 }).then(
        () => true,
        () => false,
      );
      if (!found) await page.keyboard.press("Escape");
      return found;
    });
    await row.click();
  }

  /** Titles that the palette offers for a text. */
  async offered(text) {
    const { page } = this;
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input").first();
    await input.waitFor();
    await input.fill(`>${text}`);
    await page.waitForSelector(".quick-input-list .monaco-list-row");
    let before = null;
    const titles = await until("the palette to settle", async () => {
      const now = await page.locator(".quick-input-list .monaco-list-row .label-name").allTextContents();
      const same = JSON.stringify(now) === before;
      before = JSON.stringify(now);
      return same ? now : null;
    });
    await page.keyboard.press("Escape");
    return titles;
  }

  lens(text) {
    return this.page.locator(".codelens-decoration a", { hasText: text }).first();
  }

  line(text) {
    return this.page.locator(".view-line", { hasText: text }).first();
  }

  /** A word of a line that the server has coloured: before that it is no element of its own. */
  word(line, text) {
    return this.line(line).getByText(text, { exact: true }).first();
  }

  status(text) {
    return this.page.locator(".statusbar-item", { hasText: text }).first();
  }

  toast(text) {
    return this.page.locator(".notification-toast", { hasText: text }).first();
  }

  tab(text) {
    return this.page.locator(".tabs-container .tab", { hasText: text }).first();
  }

  /** A button in the title bar of the editor in front. */
  titleButton(label) {
    return this.page.locator(`.editor-actions .action-label[aria-label^="${label}"]`).first();
  }

  /** Chooses from a context menu; one that closes because the focus moved is opened again. */
  async menu(target, name) {
    const item = this.page.getByRole("menuitem", { name });
    const soon = (promise) => promise.then(() => true, () => false);
    await until(`${name} in the menu`, async () => {
      await target.click({ button: "right" });
      if (await soon(item.waitFor({ timeout: 4_000 }))) return true;
      await this.page.keyboard.press("Escape");
      return false;
    });
    // A menu that has only just opened passes over a click.
    await until(`${name} to be chosen`, async () => {
      await soon(item.click({ timeout: 1_000 }));
      return soon(item.waitFor({ state: "hidden", timeout: 1_000 }));
    });
  }

  /** Presses a button of a notification. */
  async answer(toast, button) {
    await this.toast(toast).getByRole("button", { name: button }).click();
  }

  /** The text of the editor in front. */
  async text() {
    const lines = await this.page.locator(".editor-group-container.active .view-line").allTextContents();
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  /** Takes a picture for docs/images/ when pictures are asked for. */
  async picture(name) {
    if (process.env.ORCH_E2E_PICTURES !== "1") return;
    await this.page.mouse.move(640, 780);
    await this.page.screenshot({ path: join(IMAGES, `vscode-${name}.png`), animations: "disabled", caret: "hide" });
  }
}
