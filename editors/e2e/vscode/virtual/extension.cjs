// A read-only file system of one file, under the scheme that windows on remote repositories use.
const vscode = require("vscode");

const TEXT = Buffer.from("# Far away\n\nWords that are in no file on disk.\n");

function refuse() {
  throw vscode.FileSystemError.NoPermissions();
}

const provider = {
  onDidChangeFile: new vscode.EventEmitter().event,
  watch: () => new vscode.Disposable(() => undefined),
  stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: TEXT.length }),
  readDirectory: () => [],
  readFile: () => TEXT,
  // VS Code wants these to be there, though it never calls them where nothing can be written.
  createDirectory: refuse,
  writeFile: refuse,
  delete: refuse,
  rename: refuse,
};

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider("vscode-vfs", provider, { isReadonly: true }),
    vscode.commands.registerCommand("e2e.openVirtualFile", () =>
      vscode.window.showTextDocument(vscode.Uri.parse("vscode-vfs://host/far.spec.md")),
    ),
  );
};
