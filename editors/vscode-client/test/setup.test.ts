import assert from "node:assert/strict";
import { test } from "node:test";
import { foundIn, isNothingChosen, listedIn, narrowed } from "../src/setup/setupAnswers";

test("what the server found is read, and what is malformed is left out", () => {
  const found = foundIn({
    config: "/home/ü x/config.toml",
    candidates: [{ provider: "ollama", source: "server", detail: "answers", needsKey: false }, { source: "key" }, 7],
    passedOver: [{ provider: "llama.cpp", reason: "a web page (HTML)" }],
    services: [{ provider: "anthropic", variables: ["ANTHROPIC_API_KEY", 3], hasKey: true }],
  });
  assert.equal(found.config, "/home/ü x/config.toml");
  assert.deepEqual(found.candidates, [{ provider: "ollama", source: "server", detail: "answers", needsKey: false }]);
  assert.deepEqual(found.services, [{ provider: "anthropic", variables: ["ANTHROPIC_API_KEY"], hasKey: true, needsAddress: false }]);
  for (const nothing of [null, undefined, 3, "x", [], { candidates: {} }]) assert.deepEqual(foundIn(nothing).candidates, []);
});

test("a list of models is read with the reason why it is not the provider's own", () => {
  const listed = listedIn({
    provider: "local",
    kind: "openai-compatible",
    baseUrl: "http://127.0.0.1:1/v1",
    hosted: false,
    hasModel: true,
    models: [{ id: "a", contextWindow: 8 }, { name: "no id" }, { id: "b" }],
    error: { code: "network_error", message: "refused" },
  });
  assert.deepEqual(listed.models, [{ id: "a", contextWindow: 8 }, { id: "b", contextWindow: null }]);
  assert.deepEqual(listed.problem, { code: "network_error", message: "refused" });
  assert.equal(listedIn({ hosted: false }).hosted, false);
  assert.equal(listedIn({}).hosted, true, "what is not known counts as hosted");
});

test("ten thousand models are narrowed by words in any order", () => {
  const models = Array.from({ length: 10_000 }, (_, number) => ({ id: `Vendor-${String(number % 7)}/model-${String(number)}`, contextWindow: null }));
  assert.deepEqual([narrowed(models, "", 200).shown.length, narrowed(models, "", 200).more], [200, 9_800]);
  assert.deepEqual(narrowed(models, " 9999 vendor ", 200).shown.map(({ id }) => id), ["Vendor-3/model-9999"]);
  assert.deepEqual(narrowed(models, "nothing", 200), { shown: [], more: 0 });
});

test("a first run is one in which the server says that nothing is chosen", () => {
  assert.ok(isNothingChosen({ current: null }));
  assert.ok(!isNothingChosen({ current: { provider: "work" } }) && !isNothingChosen({}) && !isNothingChosen(null));
});
