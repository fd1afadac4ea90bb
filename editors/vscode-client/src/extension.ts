import * as vscode from "vscode";
import { Orch } from "./orch";

let orch: Orch | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  orch = new Orch(context);
  context.subscriptions.push(orch);
  await orch.start();
}

export async function deactivate(): Promise<void> {
  await orch?.stop();
  orch = null;
}
