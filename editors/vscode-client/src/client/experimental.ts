import type { ClientCapabilities, FeatureState, StaticFeature } from "vscode-languageclient/node";

/** Declares `experimental.orch`, for which the server sends `orch/runChanged` and `orch/draftDelta`, and asks VS Code's models. */
export class ExperimentalOrchFeature implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), orch: { languageModels: true } };
  }

  initialize(): void {
    // What the server announces is read where it is needed.
  }

  getState(): FeatureState {
    return { kind: "static" };
  }

  clear(): void {
    // Nothing is held.
  }
}
