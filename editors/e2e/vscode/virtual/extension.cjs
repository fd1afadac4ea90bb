// A read-only file system of one file, under the scheme that windows on remote repositories use.
const vscode = require("vscode");

const TEXT = Buffer.from("# Far away\n\nWords that are in no file on disk.\n");

const provider = {
  onDidChangeFile: new vscode.EventEmitter().event,
  watch: () => new vscode.Disposable(() => undefined),
  stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: TEXT.length }),
  readDirectory: () => [],
  readFile: () => TEXT,
};

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider("vscode-vfs", provider, { isReadonly: true }),
    vscode.commands.registerCommand("e2e.openVirtualFile", () =>
      vscode.window.showTextDocument(vscode.Uri.parse("vscode-vfs://host/far.spec.md")),
    ),
  );
};
