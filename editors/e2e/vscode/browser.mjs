// One browser for all scenarios, and in it a page for each window.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.ORCH_E2E_CODE, "package.json"));
const { chromium } = require("playwright-core");
let browser = null;

async function open() {
  browser ??= await chromium.launch({
    executablePath: process.env.ORCH_E2E_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync", "--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb"],
  });
  return browser;
}

/** A page in a context of its own; `hosts` collects every host but this machine that it asked. */
export async function newPage(viewport = { width: 1280, height: 800 }) {
  const context = await (await open()).newContext({ viewport, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  // Waiting costs nothing where it is not needed; a busy machine needs it.
  page.setDefaultTimeout(60_000);
  const hosts = new Set();
  page.on("request", (request) => {
    const url = new URL(request.url());
    // VS Code's webviews have addresses below this name that its service worker answers without the network.
    if (url.protocol.startsWith("http") && url.hostname !== "127.0.0.1" && !url.hostname.endsWith(".vscode-cdn.net")) {
      hosts.add(url.hostname);
    }
  });
  return { page, hosts, close: () => context.close() };
}

export async function closeBrowser() {
  await browser?.close();
  browser = null;
}
