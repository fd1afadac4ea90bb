// The main job and what can happen to it, through VS Code's own API.
const { assert, at, commands, ended, execute, failure, failureCode, fs, journal, openSpec, startServer, suite, until, vscode } = require("./support.cjs");

const generate = async (document, choice = {}) => {
  const answer = await execute("orch.generateDraft", { uri: document.uri.toString(), ...choice });
  assert.equal(answer?.status, "accepted");
  return answer.runId;
};
const work = (model) => ({ provider: "work", model });
const hoverText = async (document, line) =>
  (await execute("vscode.executeHoverProvider", document.uri, new vscode.Position(line, 3)))
    .flatMap(({ contents }) => contents.map((content) => content.value ?? content))
    .join("\n");
const lineOf = (document, text) => document.getText().slice(0, document.getText().indexOf(text)).split("\n").length - 1;
const lenses = async (document) =>
  (await execute("vscode.executeCodeLensProvider", document.uri, 20)).map(({ command }) => command?.command);

/** How many pieces of a live run's text the store holds. */
function checkpoints(runId) {
  const { DatabaseSync } = require("node:sqlite");
  const store = new DatabaseSync(at("workspace", ".orch/local/runs.db"), { readOnly: true });
  try {
    return store.prepare("SELECT count(*) AS count FROM checkpoints WHERE run_id = ?").get(runId).count;
  } finally {
    store.close();
  }
}

exports.run = suite({
  "starts the server and has its commands": async () => {
    await openSpec("specs/start.spec.md");
    await startServer();
    const present = await commands();
    for (const name of ["generateDraft", "applyDraft", "previewDraft", "discardDraft", "cancelRun", "retryRun", "showRun", "showHistory", "doctor"]) {
      assert.ok(present.includes(`orch.${name}`), name);
    }
  },

  "drafts with outline, without a model, and undo is one step": async () => {
    const document = await openSpec("specs/outline.spec.md");
    const before = document.getText();
    assert.ok((await lenses(document)).includes("orch.generateDraft"));
    const run = await ended(await generate(document, { provider: "outline" }));
    assert.equal(run.status, "completed");
    await until("the edit", () => document.getText() !== before);
    assert.ok(document.getText().startsWith(before.trimEnd()));
    const drafted = document.getText();
    const seen = new Set();
    await until("the undo", async () => {
      if (document.getText() === drafted) {
        // Until the window has the focus, the command goes nowhere.
        await execute("workbench.action.focusActiveEditorGroup");
        await execute("undo");
      }
      seen.add(document.getText());
      return document.getText() === before;
    });
    assert.ok([...seen].every((text) => text === before || text === drafted), "undo is one step");
  },

  "drafts with a provider, and hover says where it came from": async () => {
    const document = await openSpec("specs/provider.spec.md");
    const run = await ended(await generate(document, work("steady")));
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    await until("the draft", () => document.getText().includes("## Goal"));
    await document.save();
    const hover = await until("a hover", async () => {
      const text = await hoverText(document, lineOf(document, "## Goal"));
      return text.includes(run.run_id) ? text : null;
    });
    for (const words of ["work", "steady-2026", "120 in / 48 out", "unchanged"]) assert.ok(hover.includes(words), hover);
  },

  "a failure is a diagnostic with quick fixes, and a retry is a new run": async () => {
    const document = await openSpec("specs/failure.spec.md");
    const before = document.getText();
    const runId = await generate(document, work("denied"));
    assert.equal((await ended(runId)).error.code, "invalid_auth");
    const diagnostic = await failure(document);
    assert.equal(failureCode(diagnostic), "invalid_auth");
    assert.equal(document.getText(), before);
    const actions = await execute("vscode.executeCodeActionProvider", document.uri, diagnostic.range);
    const fixes = actions.map(({ command }) => command?.command).filter(Boolean);
    assert.ok(fixes.includes("orch.retryRun"), fixes.join(" "));
    assert.ok(fixes.includes("orch.useProvider"), fixes.join(" "));
    const { runId: again } = await execute("orch.retryRun", { runId });
    assert.notEqual(again, runId);
    assert.equal((await ended(again)).parent_run_id, runId);
  },

  "cancel closes the provider's socket and keeps what arrived": async () => {
    const document = await openSpec("specs/cancel.spec.md");
    const before = document.getText();
    const runId = await generate(document, work("held"));
    await until("the provider to hold", () => journal().filter(({ event }) => event === "held").length === 1);
    assert.equal((await execute("orch.cancelRun", { runId })).runId, runId);
    await until("the socket to close", () => journal().some(({ event }) => event === "closed_by_client"));
    const run = await ended(runId);
    assert.equal(run.status, "cancelled");
    assert.ok(run.draft.partial && run.draft.bytes > 0);
    assert.equal(document.getText(), before);
  },

  "a draft that waits shows as a diff, follows the document, and applies": async () => {
    const document = await openSpec("specs/review.spec.md");
    const runId = await generate(document, { ...work("steady"), apply: "review" });
    assert.equal((await ended(runId)).draft.state, "ready");
    await execute("orch.reviewDraft");
    const tab = await until("the diff", () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : null;
    });
    assert.equal(tab.original.toString(), document.uri.toString());
    const proposal = await vscode.workspace.openTextDocument(tab.modified);
    assert.ok(proposal.getText().includes("## Goal"));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(2, 0), "A sentence more. ");
    await vscode.workspace.applyEdit(edit);
    await until("the diff to follow", () => proposal.getText().includes("A sentence more."));
    await execute("orch.applyDraft");
    await until("the draft", () => document.getText().includes("## Goal"));
    assert.ok(document.getText().includes("A sentence more."));
    await until("the diff to close", () => !vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input }) => input instanceof vscode.TabInputTextDiff)));
    assert.equal((await execute("orch.showRun", { runId, open: false })).draft.state, "applied");
  },

  "sections of a draft are accepted and rejected one by one, and its run opens as a timeline": async () => {
    const document = await openSpec("specs/sections.spec.md");
    const runId = await generate(document, { ...work("steady"), apply: "review" });
    await ended(runId);
    await execute("orch.reviewSection", { runId, key: "goal", state: "accepted" });
    await until("the section", () => document.getText().includes("## Goal"));
    assert.ok(!document.getText().includes("## Tasks"));
    await execute("orch.reviewSection", { runId, key: "tasks", state: "rejected", reason: "Too vague." });
    const record = await execute("orch.showRun", { runId, open: false });
    const tasks = record.draft.sections.find(({ key }) => key === "tasks");
    assert.deepEqual([tasks.state, tasks.reason], ["rejected", "Too vague."]);
    assert.equal(record.draft.state, "ready");
    assert.ok((await lenses(document)).includes("orch.applyDraft"));
    await vscode.window.showTextDocument(document);
    await execute("orch.showTimeline");
    await until("the panel", () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === `Run ${runId.slice(0, 13)}`)));
    await execute("workbench.action.closeActiveEditor");
    await execute("orch.applyDraft", { runId });
    await until("the rest", () => document.getText().includes("## Rollback Plan"));
    assert.ok(!document.getText().includes("## Tasks"));
  },

  "a draft that waits can be discarded and stays readable": async () => {
    const document = await openSpec("specs/discard.spec.md");
    const before = document.getText();
    const runId = await generate(document, { ...work("steady"), apply: "review" });
    await ended(runId);
    await execute("orch.discardDraft", { runId });
    assert.equal((await execute("orch.showRun", { runId, open: false })).draft.state, "discarded");
    assert.equal(document.getText(), before);
    const draft = await vscode.workspace.openTextDocument(vscode.Uri.parse(`orch-draft:${runId}.md`));
    assert.ok(draft.getText().includes("## Goal"));
  },

  "the record opens as Markdown": async () => {
    const [newest] = await execute("orch.showHistory", { limit: 1, open: false });
    const page = await vscode.workspace.openTextDocument(vscode.Uri.parse(`orch-run:${newest.run_id}.md`));
    assert.equal(page.languageId, "markdown");
    assert.ok(page.getText().includes(newest.run_id));
  },

  "an untitled document is drafted": async () => {
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content: "# Rate limiting\n\nLimit busy clients.\n" });
    await vscode.window.showTextDocument(document);
    const run = await ended(await generate(document, work("steady")));
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    await until("the draft", () => document.getText().includes("## Goal"));
  },

  "a file outside of the workspace is drafted, and nothing is written beside it": async () => {
    const document = await openSpec("alone.spec.md", undefined, "outside");
    const run = await ended(await generate(document, work("steady")));
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    await until("the draft", () => document.getText().includes("## Goal"));
    assert.deepEqual(fs.readdirSync(at("outside")), ["alone.spec.md"]);
  },

  "a document that is closed while a run streams is not edited, and its draft waits": async () => {
    const file = at("workspace", "specs/closed.spec.md");
    const before = "# Rate limiting\n\nOne busy client must not slow down the others.\n";
    fs.writeFileSync(file, before);
    // Not opened by an extension: VS Code would keep it open for minutes.
    await execute("vscode.open", vscode.Uri.file(file));
    const { document } = await until("the editor", () => vscode.window.visibleTextEditors.find((editor) => editor.document.uri.fsPath === file));
    const runId = await generate(document, work("held"));
    await until("the provider to hold", () => journal().filter(({ event }) => event === "held").length === 2);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath === file);
    await vscode.window.tabGroups.close(tabs);
    await until("the document to close", () => document.isClosed);
    fs.writeFileSync(at("control", "release"), "");
    const run = await ended(runId);
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    assert.equal(run.draft.state, "ready");
    assert.equal(fs.readFileSync(file, "utf8"), before);
  },

  "a document that changes on disk while a run streams keeps both": async () => {
    fs.rmSync(at("control", "release"));
    const document = await openSpec("specs/disk.spec.md");
    const runId = await generate(document, work("held"));
    await until("the provider to hold", () => journal().filter(({ event }) => event === "held").length === 3);
    fs.writeFileSync(document.uri.fsPath, `${document.getText()}\nWritten by another program.\n`);
    await until("the document to follow", () => document.getText().includes("another program"));
    fs.writeFileSync(at("control", "release"), "");
    assert.equal((await ended(runId)).status, "completed");
    await until("the draft, in the document or waiting", async () => {
      const { draft } = await execute("orch.showRun", { runId, open: false });
      return draft.state === "ready" || document.getText().includes("## Goal");
    });
    assert.ok(document.getText().includes("Written by another program."));
  },

  "a document that is renamed while a run streams keeps its draft": async () => {
    fs.rmSync(at("control", "release"));
    const document = await openSpec("specs/before.spec.md");
    const runId = await generate(document, work("held"));
    await until("the provider to hold", () => journal().filter(({ event }) => event === "held").length === 4);
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(document.uri, vscode.Uri.file(at("workspace", "specs/after.spec.md")));
    await vscode.workspace.applyEdit(edit);
    fs.writeFileSync(at("control", "release"), "");
    const run = await ended(runId);
    assert.equal(run.status, "completed", JSON.stringify(run.error));
    const draft = await vscode.workspace.openTextDocument(vscode.Uri.parse(`orch-draft:${runId}.md`));
    assert.ok(draft.getText().includes("## Goal"));
  },

  "settings of the wrong type stop nothing": async () => {
    const settings = vscode.workspace.getConfiguration("orch");
    await settings.update("include", 7, vscode.ConfigurationTarget.Workspace);
    await settings.update("apply", ["x"], vscode.ConfigurationTarget.Workspace);
    await settings.update("livePreview.enabled", "perhaps", vscode.ConfigurationTarget.Workspace);
    await settings.update("runs.parallel", "many", vscode.ConfigurationTarget.Global);
    const document = await openSpec("specs/wrong.spec.md");
    for (const name of ["include", "apply", "runs.parallel"]) {
      await until(`a diagnostic for ${name}`, () =>
        vscode.languages.getDiagnostics(document.uri).some(({ message }) => message.includes(`\`${name}\``)),
      );
    }
    assert.equal((await ended(await generate(document, work("steady")))).status, "completed");
    for (const key of ["include", "apply", "livePreview.enabled"]) await settings.update(key, undefined, vscode.ConfigurationTarget.Workspace);
    await settings.update("runs.parallel", undefined, vscode.ConfigurationTarget.Global);
  },

  "a server that is killed in the middle of a run comes back, and the run is there with its text": async () => {
    fs.rmSync(at("control", "release"));
    const document = await openSpec("specs/crash.spec.md");
    const runId = await generate(document, work("held"));
    await until("the provider to hold", () => journal().filter(({ event }) => event === "held").length === 5);
    const { owner } = await execute("orch.showRun", { runId, open: false });
    await until("the text so far to be on disk", () => checkpoints(runId) > 0);
    process.kill(owner.pid, "SIGKILL");
    const run = await until("the run to be known as interrupted", async () => {
      // The command is gone until the server is back.
      const found = await execute("orch.showRun", { runId, open: false }).then(undefined, () => null);
      return found?.status === "interrupted" ? found : null;
    }, 40_000);
    assert.ok(run.draft.partial && run.draft.bytes > 0);
    const draft = await execute("orch.previewDraft", { runId, open: false });
    assert.ok(draft.text.length > 0);
    assert.ok(document.getText().startsWith("# Rate limiting"));
  },
});
