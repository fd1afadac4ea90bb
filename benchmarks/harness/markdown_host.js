// vscode-markdown-languageserver with what it asks of its editor: tokens by markdown-it, and files.
//
//     node markdown_host.js FOLDER
//
// FOLDER holds the packages. Messages of stdin go to the server and its messages to stdout, but for its own requests
// (`markdown/…`), which are answered here, as VS Code's extension answers them.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs/promises");
const path = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");

const packages = path.join(process.argv[2], "node_modules");
const markdown = require(path.join(packages, "markdown-it"))({ html: true });
const main = path.join(packages, "vscode-markdown-languageserver", "out", "node", "main.js");
const server = spawn(process.execPath, [main, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const texts = new Map();
let root = "";

function send(stream, message) {
  const body = Buffer.from(JSON.stringify(message));
  stream.write(`Content-Length: ${body.length}\r\n\r\n`);
  stream.write(body);
}

function messagesOf(stream, take) {
  let known = Buffer.alloc(0);
  stream.on("data", (data) => {
    known = Buffer.concat([known, data]);
    for (;;) {
      const end = known.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(known.toString("latin1", 0, end))[1]);
      if (known.length < end + 4 + length) return;
      const message = JSON.parse(known.toString("utf8", end + 4, end + 4 + length));
      known = known.subarray(end + 4 + length);
      take(message);
    }
  });
}

async function textOf(uri) {
  return texts.get(uri) ?? fs.readFile(fileURLToPath(uri), "utf8");
}

async function markdownFiles() {
  const names = await fs.readdir(root, { recursive: true });
  return names.filter((name) => name.endsWith(".md")).map((name) => pathToFileURL(path.join(root, name)).href);
}

const answers = {
  "markdown/parse": async ({ uri, text }) => {
    const tokens = markdown.parse(text ?? (await textOf(uri)), {});
    return tokens.map(({ type, markup, content, map, children }) => ({ type, markup, content, map, children }));
  },
  "markdown/findMarkdownFilesInWorkspace": markdownFiles,
  "markdown/fs/readFile": async ({ uri }) => [...(await fs.readFile(fileURLToPath(uri)))],
  "markdown/fs/readDirectory": async ({ uri }) =>
    (await fs.readdir(fileURLToPath(uri), { withFileTypes: true })).map((entry) => [
      entry.name,
      { isDirectory: entry.isDirectory() },
    ]),
  "markdown/fs/stat": async ({ uri }) =>
    fs.stat(fileURLToPath(uri)).then(
      (found) => ({ isDirectory: found.isDirectory() }),
      () => undefined,
    ),
};

messagesOf(process.stdin, (message) => {
  const { method, params } = message;
  if (method === "initialize") {
    root = fileURLToPath(params.rootUri);
    params.initializationOptions = { ...params.initializationOptions, markdownFileExtensions: ["md"] };
  } else if (method === "textDocument/didOpen") {
    texts.set(params.textDocument.uri, params.textDocument.text);
  } else if (method === "textDocument/didChange") {
    texts.set(params.textDocument.uri, changed(texts.get(params.textDocument.uri), params.contentChanges));
  }
  send(server.stdin, message);
  if (method === "initialized") {
    const configuration = { method: "workspace/didChangeConfiguration", params: { settings: { markdown: settings } } };
    send(server.stdin, { jsonrpc: "2.0", ...configuration });
  }
});

function changed(text, changes) {
  for (const { range, text: written } of changes) {
    text = range === undefined ? written : text.slice(0, at(text, range.start)) + written + text.slice(at(text, range.end));
  }
  return text;
}

function at(text, { line, character }) {
  let offset = 0;
  for (let number = 0; number < line; number++) offset = text.indexOf("\n", offset) + 1;
  return offset + character;
}

messagesOf(server.stdout, (message) => {
  if (message.id !== undefined && message.method?.startsWith("markdown/")) {
    const answer = answers[message.method] ?? (async () => null);
    answer(message.params).then(
      (result) => send(server.stdin, { jsonrpc: "2.0", id: message.id, result: result ?? null }),
      (error) => send(server.stdin, { jsonrpc: "2.0", id: message.id, error: { code: -32603, message: String(error) } }),
    );
  } else {
    send(process.stdout, message);
  }
});

const settings = {
  server: { log: "off" },
  suggest: { paths: { enabled: true, includeWorkspaceHeaderCompletions: "never" } },
  preferredMdPathExtensionStyle: "auto",
  occurrencesHighlight: { enabled: true },
  validate: {
    enabled: true,
    referenceLinks: { enabled: "warning" },
    fragmentLinks: { enabled: "warning" },
    fileLinks: { enabled: "warning", markdownFragmentLinks: "inherit" },
    ignoredLinks: [],
    unusedLinkDefinitions: { enabled: "hint" },
    duplicateLinkDefinitions: { enabled: "warning" },
  },
};

server.on("exit", (code) => process.exit(code ?? 0));
process.stdin.on("end", () => server.stdin.end());
