import * as vscode from "vscode";
import { Orch } from "./orch";

let orch: Orch | null = null;

export function activate(context: vscode.ExtensionContext): void {
  const started = new Orch(context);
  orch = started;
  context.subscriptions.push(started);
  // Finding a server may put a question to the person: activation does not wait for the answer.
  void started.guarded(() => started.start());
}

export async function deactivate(): Promise<void> {
  await orch?.stop();
  orch = null;
}
