import type { ClientCapabilities, FeatureState, ServerCapabilities, StaticFeature } from "vscode-languageclient/node";

/** Declares `experimental.orch`, for which the server sends `orch/runChanged` and `orch/draftDelta`. */
export class ExperimentalOrchFeature implements StaticFeature {
  /** Whether the server said that it has the extras. */
  announced = false;

  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), orch: true };
  }

  initialize(capabilities: ServerCapabilities): void {
    const experimental = capabilities.experimental as { orch?: unknown } | undefined;
    this.announced = Boolean(experimental?.orch);
  }

  getState(): FeatureState {
    return { kind: "static" };
  }

  clear(): void {
    this.announced = false;
  }
}
