import * as vscode from "vscode";
import { ResponseError } from "vscode-languageclient/node";
import type { OrchClient } from "../client/orchClient";
import { EditorModels, ModelFailure, type ChatModel, type Message, type ModelRequest } from "./editorModels";

const REQUEST_FAILED = -32803;

/** Lets the server ask the models of VS Code: `orch/lm/models`, `orch/lm/request` and `orch/lm/cancel`. */
export function connectModels(client: OrchClient): void {
  const models = new EditorModels(
    async () => (await vscode.lm.selectChatModels()).map(chatModel),
    (piece) => client.sendNotification("orch/lm/chunk", piece),
  );
  client.onRequest("orch/lm/models", () => models.models());
  client.onRequest("orch/lm/request", async (request: ModelRequest) => {
    try {
      return await models.request(request);
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      return new ResponseError(REQUEST_FAILED, error.message, { code: error.code });
    }
  });
  client.onNotification("orch/lm/cancel", ({ requestId }: { requestId: string }) => {
    models.cancel(requestId);
  });
  client.onDidChangeState(() => {
    if (!client.isRunning()) models.cancelAll();
  });
}

function chatModel(model: vscode.LanguageModelChat): ChatModel {
  return {
    id: model.id,
    vendor: model.vendor,
    name: model.name,
    family: model.family,
    version: model.version,
    maxInputTokens: model.maxInputTokens,
    ask: async (messages, modelOptions, cancelled) => {
      const source = new vscode.CancellationTokenSource();
      cancelled.addEventListener("abort", () => {
        source.cancel();
      });
      if (cancelled.aborted) source.cancel();
      const answer = await model.sendRequest(
        messages.map(chatMessage),
        { justification: vscode.l10n.t("Orch drafts the spec that you asked it to draft."), modelOptions },
        source.token,
      );
      return answer.text;
    },
  };
}

function chatMessage({ role, content }: Message): vscode.LanguageModelChatMessage {
  return role === "assistant" ? vscode.LanguageModelChatMessage.Assistant(content) : vscode.LanguageModelChatMessage.User(content);
}
