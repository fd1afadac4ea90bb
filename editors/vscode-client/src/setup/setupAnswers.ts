/** A provider that could be used now, and why. */
export interface Candidate {
  readonly provider: string;
  readonly source: string;
  readonly detail: string;
  readonly needsKey: boolean;
}

/** A hosted service that is known by its name. */
export interface Service {
  readonly provider: string;
  readonly variables: readonly string[];
  readonly hasKey: boolean;
  readonly needsAddress: boolean;
}

/** The answer to the step `find`. */
export interface Found {
  /** The file into which a choice is written. */
  readonly config: string;
  readonly candidates: readonly Candidate[];
  readonly passedOver: readonly { readonly provider: string; readonly reason: string }[];
  readonly services: readonly Service[];
}

export interface ListedModel {
  readonly id: string;
  readonly contextWindow: number | null;
}

/** The answer to the step `models`. */
export interface Listed {
  readonly provider: string;
  readonly kind: string;
  readonly baseUrl: string | null;
  readonly hosted: boolean;
  readonly hasModel: boolean;
  readonly current: string | null;
  readonly models: readonly ListedModel[];
  /** Why the provider's own list could not be had. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The objects of a list that have a name under `key`; whatever else is in it is left out. */
function named<T>(value: unknown, key: string, make: (name: string, found: Fields) => T): T[] {
  return (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    const found = fields(one);
    const name = text(found[key]);
    return name === null ? [] : [make(name, found)];
  });
}

/** Reads the answer to the step `find`. */
export function foundIn(answer: unknown): Found {
  const told = fields(answer);
  return {
    config: text(told["config"]) ?? "",
    candidates: named(told["candidates"], "provider", (provider, one) => ({
      provider,
      source: text(one["source"]) ?? "",
      detail: text(one["detail"]) ?? "",
      needsKey: one["needsKey"] === true,
    })),
    passedOver: named(told["passedOver"], "provider", (provider, one) => ({ provider, reason: text(one["reason"]) ?? "" })),
    services: named(told["services"], "provider", (provider, one) => ({
      provider,
      variables: Array.isArray(one["variables"]) ? one["variables"].filter((name): name is string => typeof name === "string") : [],
      hasKey: one["hasKey"] === true,
      needsAddress: one["needsAddress"] === true,
    })),
  };
}

/** The services known by name that are not already among what could be used now. */
export function offeredServices(found: Found): Service[] {
  return found.services.filter(({ provider }) => !found.candidates.some((candidate) => candidate.provider === provider));
}

/** Reads the answer to the step `models`. */
export function listedIn(answer: unknown): Listed {
  const told = fields(answer);
  const problem = fields(told["error"]);
  const code = text(problem["code"]);
  return {
    provider: text(told["provider"]) ?? "",
    kind: text(told["kind"]) ?? "",
    baseUrl: text(told["baseUrl"]),
    hosted: told["hosted"] !== false,
    hasModel: told["hasModel"] !== false,
    current: text(told["current"]),
    models: named(told["models"], "id", (id, one) => ({
      id,
      contextWindow: typeof one["contextWindow"] === "number" ? one["contextWindow"] : null,
    })),
    problem: code === null ? null : { code, message: text(problem["message"]) ?? code },
  };
}

/** The choice that holds although another one was written, as the step `write` says it; null if that one holds. */
export function comingFirst(answer: unknown): { layer: string; provider: string } | null {
  const told = fields(fields(answer)["comesFirst"]);
  const provider = text(told["provider"]);
  return provider === null ? null : { layer: text(told["layer"]) ?? "", provider };
}

/** Whether the step `current` says that nothing is chosen yet. */
export function isNothingChosen(answer: unknown): boolean {
  const told = fields(answer);
  return "current" in told && told["current"] === null;
}

/** The models whose id holds all words, at most so many; and how many more there are. */
export function narrowed(models: readonly ListedModel[], words: string, most: number): { shown: ListedModel[]; more: number } {
  const wanted = words.toLowerCase().split(/\s+/u).filter((word) => word !== "");
  const found = models.filter(({ id }) => {
    const name = id.toLowerCase();
    return wanted.every((word) => name.includes(word));
  });
  return { shown: found.slice(0, most), more: Math.max(0, found.length - most) };
}
