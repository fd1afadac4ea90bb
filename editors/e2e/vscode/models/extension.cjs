// Language models of the editor, each of which does one thing; they keep no promise that a real one would not break.
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");

const SECTIONS = {
  Goal: "Slow a busy client down and leave the others alone.",
  "Non-goals": "Quotas by month.",
  Assumptions: "One process serves all clients.",
  "Acceptance Criteria": "- [ ] The eleventh request of a client within one second is refused.",
  Tasks: "- [ ] Refuse the eleventh request of a client within one second.",
  "Verification Plan": "A test sends eleven requests within one second.",
  "Rollback Plan": "Switch the limit off.",
};

const note = (entry) => appendFileSync(join(process.env.E2E_FOLDER, "control", "models.jsonl"), `${JSON.stringify(entry)}\n`);

const MODELS = {
  whole: async (say, mark) => {
    for (const [title, text] of Object.entries(SECTIONS)) await say(`## ${title}\n\n${text}\n\n`);
    await say(mark);
  },
  halfway: async (say) => {
    await say(`## Goal\n\n${SECTIONS.Goal}\n\n## Non-goals\n\nQuotas by`);
  },
  unpermitted: () => {
    throw vscode.LanguageModelError.NoPermissions("You have not allowed this.");
  },
  deaf: async (say, mark, cancelled) => {
    await say("## Goal\n\nSlow");
    await new Promise((resolve) => cancelled.onCancellationRequested(resolve));
    note({ event: "cancel was heard, and is not heeded" });
    for (const piece of [" a busy", " client down.\n", mark]) await say(piece);
  },
};

const provider = {
  provideLanguageModelChatInformation: () =>
    Object.keys(MODELS).map((id) => ({
      id,
      name: `Scripted ${id}`,
      family: "scripted",
      version: "1.0",
      maxInputTokens: 1_000_000,
      maxOutputTokens: 4096,
      isUserSelectable: true,
      capabilities: {},
    })),
  provideLanguageModelChatResponse: async (model, messages, _options, progress, token) => {
    const words = messages.map(({ content }) => content.map((part) => part.value ?? "").join("")).join("\n\n");
    note({ event: "asked", model: model.id, characters: words.length });
    const say = async (text) => {
      progress.report(new vscode.LanguageModelTextPart(text));
      await new Promise((resolve) => setImmediate(resolve));
    };
    await MODELS[model.id](say, words.trimEnd().split("\n").at(-1), token);
  },
  provideTokenCount: (_model, text) => Math.ceil((typeof text === "string" ? text.length : 100) / 4),
};

exports.activate = (context) => {
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider("scripted", provider));
};
