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
});
