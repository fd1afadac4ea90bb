/** A model that could write a document, as the server lists it; a provider such as `outline` has none. */
export interface ModelCandidate {
  readonly provider: string;
  readonly model: string | null;
  readonly name: string | null;
  readonly contextWindow: number | null;
}

/** A provider by name, and its model unless that is the provider's own. */
export interface ProviderChoice {
  readonly provider: string;
  readonly model?: string;
}

/** What `orch.selectModel` answered with `open: false`, as far as it can be read. */
export interface ModelChoice {
  readonly uri: string | null;
  readonly current: { readonly provider: string | null; readonly model: string | null };
  readonly candidates: readonly ModelCandidate[];
}

/** Reads an answer that came over the wire; what has another shape than expected is left out. */
export function modelChoice(answer: unknown): ModelChoice {
  const fields = asObject(answer);
  const candidates = Array.isArray(fields["candidates"]) ? fields["candidates"] : [];
  return {
    uri: asText(fields["uri"]),
    current: { provider: asText(fields["provider"]), model: asText(fields["model"]) },
    candidates: candidates.flatMap((value) => {
      const { provider, model, name, contextWindow } = asObject(value);
      if (typeof provider !== "string") return [];
      const window = typeof contextWindow === "number" ? contextWindow : null;
      return [{ provider, model: asText(model), name: asText(name), contextWindow: window }];
    }),
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
