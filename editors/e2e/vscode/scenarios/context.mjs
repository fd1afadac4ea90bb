// The view of what a draft is given: files with the reasons, pinned and excluded from there, and a server that waits.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { openWindow } from "../page.mjs";
import { until } from "../world.mjs";

const FILE = "rate-limiting.spec.md";
const SPEC = `# Rate limiting

One busy client must not slow down the others: each API key gets a bucket, as [the limiter](../src/limiter.py) has it.

## Tasks

TODO
`;
const LIMITER = `"""Limits the requests of a client."""


class TokenBucket:
    """A bucket of tokens, one for each API key."""

    def take(self, key):
        """Take a token for a request of a client; False if the limit is reached."""
        return self.left(key) > 0
`;
const files = {
  [`workspace/specs/${FILE}`]: SPEC,
  "workspace/README.md": "# Payments\n\nA service with a limiter for busy clients.\n",
  "workspace/AGENTS.md": "Write the tests of a limiter first.\n",
  "workspace/src/limiter.py": LIMITER,
  "workspace/src/keys.py": "def bucket_of(api_key):\n    return api_key.client, api_key.limit\n",
  "workspace/tests/test_limiter.py": "def test_a_busy_client_is_refused():\n    assert not TokenBucket().take('key')\n",
  "workspace/.env": "A=1\n",
  "workspace/.mcp.json": JSON.stringify({ mcpServers: { notes: { command: "python3", args: ["tools/notes.py"], env: { NOTES_MODE: "quiet" } } } }),
  "workspace/tools/notes.py": "raise SystemExit\n",
};

export const context = [
  {
    name: "the files that a draft is given, pinned and excluded from their view",
    pictures: true,
    world: { files },
    run: async (given) => {
      const { world } = given;
      const read = (path) => (existsSync(world.at("workspace", path)) ? readFileSync(world.at("workspace", path), "utf8") : "");
      const window = await openWindow(given);
      await window.during(async () => {
        const { page } = window;
        const row = (name) => page.getByRole("treeitem", { name });
        const act = async (name, action) => {
          await row(name).hover();
          await row(name).getByRole("button", { name: action }).click();
        };
        await window.openFile(FILE);
        await window.lens("Generate").waitFor();
        await window.command("Focus on Context View");
        for (const other of ["Spec Runs", "Specs"]) await page.locator(".pane-header", { hasText: other }).first().click();
        await row(/^src\/limiter\.py, the spec names it, \d+ tokens/u).waitFor();
        await row(/^\.env, denied/u).waitFor();
        assert.equal(world.journal().length, 0, "nothing is sent");

        await act(/^src\/keys\.py, about the same/u, "Pin to Each Draft");
        await row(/^src\/keys\.py, pinned/u).waitFor();
        assert.equal(read(".orch/config.toml"), '[context]\npin = ["src/keys.py"]\n');

        await act(/^tests\/test_limiter\.py, about the same/u, "Exclude from Drafts");
        await row(/^tests\/test_limiter\.py, about the same/u).waitFor({ state: "detached" });
        assert.equal(read(".orchignore"), "/tests/test_limiter.py\n");
        await page.getByRole("treeitem", { name: /^Chosen by hand/u }).click();
        // The last one: it is also among the files that are left out.
        const excluded = row("test_limiter.py").last();
        await excluded.hover();
        await window.picture("context");

        await row(/^src\/limiter\.py/u).click();
        await window.tab("limiter.py").waitFor();
        await row(/^src\/limiter\.py/u).waitFor();

        await excluded.hover();
        await excluded.getByRole("button", { name: "Exclude No More" }).click();
        await row(/^tests\/test_limiter\.py, about the same/u).waitFor();
        assert.equal(read(".orchignore"), "");
        await act(/^src\/keys\.py, pinned/u, "Pin No More");
        await row(/^src\/keys\.py, about the same/u).waitFor();

        await act(/^mcp:notes, /u, "Look at This Server");
        await window.tab("server.md").waitFor();
        await window.line("tools/notes.py").waitFor();
        await window.answer("may drafts in this workspace start the server notes", "Allow");
        await window.toast("notes is allowed here").waitFor();
        assert.ok(readFileSync(world.at("orch-state/trust.json"), "utf8").includes('"notes"'));

        // The project's file is a file like any other: who looks at it can take the change back.
        await window.openFile("config.toml");
        await window.line("[context]").click();
        await page.keyboard.press("Control+z");
        await window.line('pin = ["src/keys.py"]').waitFor();
      });
    },
  },
];
