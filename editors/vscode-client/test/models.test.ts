import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorModels, ModelFailure, type ChatModel } from "../src/models/editorModels";

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield await Promise.resolve(text);
}

function model(ask: ChatModel["ask"]): ChatModel {
  return { id: "m-1", vendor: "scripted", name: "M", family: "m", version: "1", maxInputTokens: 4096, ask };
}

function models(ask: ChatModel["ask"]): { models: EditorModels; sent: string[] } {
  const sent: string[] = [];
  return {
    models: new EditorModels(
      () => Promise.resolve([model(ask)]),
      ({ text }) => {
        sent.push(text);
        return Promise.resolve();
      },
    ),
    sent,
  };
}

const request = { requestId: "r", model: "scripted/m-1", messages: [{ role: "user" as const, content: "write" }] };

test("a model is named by its vendor and its id, with the window that the editor claims", async () => {
  const { models: asked } = models(() => Promise.resolve(pieces()));
  assert.deepEqual(await asked.models(), { models: [{ id: "scripted/m-1", name: "M", maxInputTokens: 4096 }] });
});

test("pieces are sent as they come and counted; empty ones are none", async () => {
  const { models: asked, sent } = models(() => Promise.resolve(pieces("a", "", "b")));
  assert.deepEqual(await asked.request(request), { chunks: 2, model: "m/1" });
  assert.deepEqual(sent, ["a", "b"]);
});

test("a model that is not there is said to be so", async () => {
  const { models: asked } = models(() => Promise.resolve(pieces()));
  await assert.rejects(asked.request({ ...request, model: "other/m-1" }), (error: ModelFailure) => error.code === "NotFound");
});

test("a model that does not heed a cancel is not listened to", async () => {
  let go: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => (go = resolve));
  async function* deaf(): AsyncGenerator<string> {
    yield "a";
    await waits;
    yield "b";
  }
  const { models: asked, sent } = models(() => Promise.resolve(deaf()));
  const answer = asked.request(request);
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  asked.cancel("r");
  go();
  await assert.rejects(answer, (error: ModelFailure) => error.code === "Cancelled");
  assert.deepEqual(sent, ["a"]);
});

for (const [thrown, code] of [
  [Object.assign(new Error("no"), { code: "NoPermissions" }), "NoPermissions"],
  [new Error("Rate limit exceeded, try later"), "RateLimited"],
  [new Error("You have used all premium requests of this month"), "Blocked"],
  [new Error("prompt token count of 90000 exceeds the limit of 64000"), "ContextLength"],
  [new Error("Response was filtered by content_filter"), "ContentFiltered"],
  [new Error("who knows"), "Unknown"],
] as const) {
  test(`"${thrown.message}" is ${code}`, async () => {
    const { models: asked } = models(() => Promise.reject(thrown));
    await assert.rejects(asked.request(request), (error: ModelFailure) => error.code === code && error.message === thrown.message);
  });
}
