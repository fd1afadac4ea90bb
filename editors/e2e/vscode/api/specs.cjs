// What VS Code makes of a spec of a known format: outline, definitions, references, hovers, folds, links and colours.
const { assert, at, execute, fs, openSpec, startServer, suite, until, vscode } = require("./support.cjs");

const SPEC = `# Feature Specification: Sign in

### User Story 1 - Come back (Priority: P1)

1. **Given** a user, **When** they sign in, **Then** they are known

## Requirements

- **FR-001**: System MUST know the user
- **FR-002**: System MUST say so; FR-001 holds, see [the plan](./plan.md#the-plan) and \`src/a.py\`
`;
const TASKS = `# Tasks: Sign in

## Phase 1

- [x] T001 [US1] Do FR-001
- [ ] T002 Do FR-002
  - [ ] T003 and FR-001
`;
const FOLDER = "specs/001-My Prüf (1) [x]";
const positionOf = (document, needle, behind = 1) => document.positionAt(document.getText().indexOf(needle) + behind);
const names = (symbols) => symbols.flatMap(({ name, children }) => [name, ...names(children)]);
const textIn = async (uri, range) => (await vscode.workspace.openTextDocument(uri)).getText(range);
/** The server's own, beside which VS Code's Markdown extension gives headings. */
const ours = (found) => found.filter((symbol) => !names([symbol]).some((name) => name.startsWith("#")));

let tasks;
let spec;

exports.run = suite({
  "the outline is what can be addressed": async () => {
    fs.mkdirSync(at("workspace", "src"), { recursive: true });
    fs.writeFileSync(at("workspace", "src/a.py"), "a = 1\n");
    fs.mkdirSync(at("workspace", FOLDER), { recursive: true });
    fs.writeFileSync(at("workspace", FOLDER, "plan.md"), "# Implementation Plan: Sign in\n\n## The plan\n");
    tasks = await openSpec(`${FOLDER}/tasks.md`, TASKS);
    await startServer();
    spec = await openSpec(`${FOLDER}/spec.md`, SPEC);
    const outline = await until("the outline", async () => {
      const found = ours((await execute("vscode.executeDocumentSymbolProvider", spec.uri)) ?? []);
      return names(found).includes("FR-001 System MUST know the user") ? names(found) : null;
    });
    for (const name of ["US1 Come back", "Requirements", "FR-001 System MUST know the user"]) assert.ok(outline.includes(name), outline.join("; "));
  },

  "an id leads to its definition in another file, and to all who cite it": async () => {
    const place = positionOf(tasks, "FR-001");
    const [found] = await until("the definition", async () => {
      const links = await execute("vscode.executeDefinitionProvider", tasks.uri, place);
      return links.length > 0 ? links : null;
    });
    const uri = found.targetUri ?? found.uri;
    assert.equal(uri.fsPath, spec.uri.fsPath);
    assert.ok((await textIn(uri, found.targetSelectionRange ?? found.range)).includes("FR-001"));
    const references = await execute("vscode.executeReferenceProvider", tasks.uri, place);
    const files = references.map(({ uri: file }) => file.fsPath.split("/").at(-1)).sort();
    assert.deepEqual(files, ["spec.md", "spec.md", "tasks.md", "tasks.md"], files.join(" "));
  },

  "a hover tells the requirement from its own file": async () => {
    const hovers = await execute("vscode.executeHoverProvider", tasks.uri, positionOf(tasks, "FR-001"));
    const said = hovers.flatMap(({ contents }) => contents.map((content) => content.value ?? content)).join("\n");
    for (const words of ["FR-001", "System MUST know the user", "cited by 3", "spec.md"]) assert.ok(said.includes(words), said);
  },

  "parts fold, and a selection grows": async () => {
    const folds = await execute("vscode.executeFoldingRangeProvider", tasks.uri);
    assert.ok(folds.some(({ start, end }) => start === 5 && end === 6), JSON.stringify(folds));
    const [selection] = await execute("vscode.executeSelectionRangeProvider", spec.uri, [positionOf(spec, "001**")]);
    const grown = [];
    for (let one = selection; one !== undefined; one = one.parent) grown.push(spec.getText(one.range));
    for (const text of ["001", "FR-001", "- **FR-001**: System MUST know the user"]) assert.ok(grown.includes(text), grown.join("\n--\n"));
  },

  "links and names of files lead to them": async () => {
    const links = await execute("vscode.executeLinkProvider", spec.uri, 100);
    const targets = links.map(({ target }) => target?.fsPath?.split("/").at(-1));
    assert.ok(targets.includes("plan.md"), targets.join(" "));
    assert.ok(targets.includes("a.py"), targets.join(" "));
  },

  "ids and words that oblige are coloured": async () => {
    const legend = await execute("vscode.provideDocumentSemanticTokensLegend", spec.uri);
    assert.deepEqual(legend.tokenTypes, ["class", "enumMember", "keyword"]);
    const { data } = await execute("vscode.provideDocumentSemanticTokens", spec.uri);
    const kinds = new Set();
    for (let at = 3; at < data.length; at += 5) kinds.add(legend.tokenTypes[data[at]]);
    assert.deepEqual([...kinds].sort(), ["class", "keyword"]);
  },

  "the specs of the workspace come by state": async () => {
    const { specs } = await execute("orch.showSpecs", { open: false });
    const found = specs.find(({ scope }) => scope === FOLDER);
    assert.deepEqual([found.state, found.tasks, found.done], ["in_progress", 3, 1]);
    assert.equal(vscode.Uri.parse(found.documents.find(({ path }) => path.endsWith("spec.md")).uri).fsPath, spec.uri.fsPath);
  },

  "code and tests that name an id are found, and who calls it": async () => {
    fs.mkdirSync(at("workspace", "tests"), { recursive: true });
    fs.writeFileSync(at("workspace", "tests/test_known.py"), 'def test_known():\n    """FR-001."""\n');
    const place = positionOf(spec, "FR-001");
    const files = await until("the test", async () => {
      const found = await execute("vscode.executeImplementationProvider", spec.uri, place);
      const names = found.map((one) => (one.targetUri ?? one.uri).fsPath.split("/").at(-1));
      return names.includes("test_known.py") ? names : null;
    });
    assert.ok(files.includes("tasks.md"), files.join(" "));
    const [item] = await execute("vscode.prepareCallHierarchy", spec.uri, place);
    const calls = await execute("vscode.provideIncomingCalls", item);
    assert.ok(calls.some(({ from }) => from.name.includes("T001")), calls.map(({ from }) => from.name).join("; "));
  },

  "an id is found in the workspace, and proposed while typing": async () => {
    const symbols = await until("the symbols", async () => {
      const found = await execute("vscode.executeWorkspaceSymbolProvider", "FR-002");
      return found.length > 0 ? found : null;
    });
    assert.ok(symbols.some(({ location }) => location.uri.fsPath === spec.uri.fsPath));
    const edit = new vscode.WorkspaceEdit();
    const end = tasks.positionAt(tasks.getText().length);
    edit.insert(tasks.uri, end, "- [ ] T004 Do FR-");
    await vscode.workspace.applyEdit(edit);
    const { items } = await execute("vscode.executeCompletionItemProvider", tasks.uri, tasks.positionAt(tasks.getText().length));
    const labels = items.map(({ label }) => label.label ?? label);
    for (const id of ["FR-001", "FR-002"]) assert.ok(labels.some((label) => label.startsWith(id)), labels.join(" "));
  },

  "a requirement says how many tasks it has": async () => {
    const whole = new vscode.Range(0, 0, spec.lineCount, 0);
    const said = await until("the hints", async () => {
      const hints = await execute("vscode.executeInlayHintProvider", spec.uri, whole);
      return hints.length > 0 ? hints.map(({ label }) => (typeof label === "string" ? label : label.map(({ value }) => value).join(""))) : null;
    });
    assert.ok(said.some((label) => /task/u.test(label)), said.join("; "));
  },

  "a task is ticked by an action, and an id renamed in every document": async () => {
    const line = positionOf(tasks, "T002").line;
    const actions = await execute("vscode.executeCodeActionProvider", tasks.uri, new vscode.Range(line, 0, line, 0));
    const tick = actions.find(({ title }) => title.includes("T002"));
    assert.ok(tick, actions.map(({ title }) => title).join("; "));
    const edit = await execute("vscode.executeDocumentRenameProvider", spec.uri, positionOf(spec, "FR-002"), "FR-009");
    const changed = edit.entries().map(([uri, edits]) => [uri.fsPath.split("/").at(-1), edits.length]);
    assert.deepEqual(Object.fromEntries(changed), { "spec.md": 1, "tasks.md": 1 });
  },

  "a citation of nothing is a finding": async () => {
    await vscode.window.showTextDocument(tasks);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(tasks.uri, tasks.positionAt(tasks.getText().length), "077\n");
    await vscode.workspace.applyEdit(edit);
    const found = await until("the finding", () =>
      vscode.languages.getDiagnostics(tasks.uri).find(({ code }) => (code?.value ?? code) === "undefined_reference"),
    );
    assert.ok(found.message.includes("FR-077"), found.message);
    assert.equal(found.source, "orch");
  },
});
