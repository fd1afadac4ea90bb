// All scenarios of the VS Code extension, in the order in which they run.
import { runSuite } from "./suite.mjs";

export const scenarios = [
  { name: "the main job through the editor's API", driver: true, run: (context) => runSuite(context, "main.cjs") },
];
