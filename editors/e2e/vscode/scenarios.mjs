// All scenarios of the VS Code extension, in the order in which they run.
import { runSuite } from "./suite.mjs";
import { hostileFiles, multiRootFiles } from "./files.mjs";
import { tour } from "./scenarios/tour.mjs";
import { keys } from "./scenarios/keys.mjs";
import { context } from "./scenarios/context.mjs";
import { specs } from "./scenarios/specs.mjs";
import { servers } from "./scenarios/servers.mjs";
import { setup } from "./scenarios/setup.mjs";
import { daily } from "./scenarios/daily.mjs";
import { typing } from "./scenarios/typing.mjs";

export const scenarios = [
  { name: "the main job through the editor's API", driver: true, run: (context) => runSuite(context, "main.cjs") },
  { name: "specs for the editor's agents, through its API", driver: true, run: (context) => runSuite(context, "agents.cjs") },
  {
    name: "the editor's own models, through its API",
    driver: true,
    world: { settings: { "chat.disableAIFeatures": false } },
    run: (context) => runSuite(context, "models.cjs"),
  },
  ...tour,
  ...daily,
  ...specs,
  ...context,
  ...typing,
  ...keys,
  ...setup,
  ...servers,
  {
    name: "a hostile workspace in Restricted Mode",
    driver: true,
    trust: true,
    world: {
      files: hostileFiles,
      settings: { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" },
      environment: { E2E_TRUSTED: "no" },
    },
    run: (context) => runSuite(context, "hostile.cjs"),
  },
  {
    name: "a hostile workspace that is trusted",
    driver: true,
    world: { files: hostileFiles, environment: { E2E_TRUSTED: "yes" } },
    run: (context) => runSuite(context, "hostile.cjs"),
  },
  {
    name: "a window with two folders that hold the same file name",
    driver: true,
    world: { files: multiRootFiles },
    run: (context) => runSuite(context, "folders.cjs", `workspace=${encodeURIComponent(context.world.at("both.code-workspace"))}`),
  },
  {
    name: "two windows on one folder",
    driver: true,
    run: async (context) => {
      await Promise.all([runSuite(context, "twoWindows.cjs"), runSuite(context, "twoWindows.cjs")]);
    },
  },
];
