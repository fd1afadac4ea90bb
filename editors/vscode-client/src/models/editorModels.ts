/** A model of the editor, as far as it is asked here. */
export interface ChatModel {
  readonly id: string;
  readonly vendor: string;
  readonly name: string;
  readonly family: string;
  readonly version: string;
  readonly maxInputTokens: number;
  ask(messages: readonly Message[], options: Record<string, unknown>, cancelled: AbortSignal): Promise<AsyncIterable<string>>;
}

export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** `orch/lm/request`, as the server sends it. */
export interface ModelRequest {
  readonly requestId: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly modelOptions?: Record<string, unknown>;
}

export interface ModelAnswer {
  /** How many pieces went before this answer. */
  readonly chunks: number;
  /** The model's family and version: the editor does not tell more. */
  readonly model: string;
}

/** A failure with the word that the server knows it by. */
export class ModelFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The editor's models, asked for the server; each request can be cancelled by its id. */
export class EditorModels {
  private readonly live = new Map<string, AbortController>();

  /**
   * @param find the models that there are now
   * @param send sends one piece of an answer to the server
   */
  constructor(
    private readonly find: () => Promise<readonly ChatModel[]>,
    private readonly send: (piece: { requestId: string; text: string }) => Promise<void>,
  ) {}

  async models(): Promise<{ models: { id: string; name: string; maxInputTokens: number }[] }> {
    const found = await this.find();
    return { models: found.map((model) => ({ id: nameOf(model), name: model.name, maxInputTokens: model.maxInputTokens })) };
  }

  async request({ requestId, model, messages, modelOptions = {} }: ModelRequest): Promise<ModelAnswer> {
    const cancel = new AbortController();
    this.live.set(requestId, cancel);
    try {
      const asked = (await this.find()).find((one) => nameOf(one) === model);
      if (asked === undefined) throw new ModelFailure("NotFound", `There is no model ${model} in this editor.`);
      let chunks = 0;
      for await (const text of await asked.ask(messages, modelOptions, cancel.signal)) {
        // A model that does not heed a cancel is not listened to any more.
        if (cancel.signal.aborted) throw new ModelFailure("Cancelled", "Cancelled.");
        if (text === "") continue;
        await this.send({ requestId, text });
        chunks += 1;
      }
      return { chunks, model: [asked.family, asked.version].filter((part) => part !== "").join("/") };
    } catch (error) {
      throw failureOf(error);
    } finally {
      this.live.delete(requestId);
    }
  }

  cancel(requestId: string): void {
    this.live.get(requestId)?.abort();
  }

  /** Nobody waits for any answer any more. */
  cancelAll(): void {
    for (const cancel of this.live.values()) cancel.abort();
  }
}

export function nameOf(model: Pick<ChatModel, "vendor" | "id">): string {
  return `${model.vendor}/${model.id}`;
}

const KNOWN = new Set(["NoPermissions", "Blocked", "NotFound"]);

/** The editor's errors have a code of their own; others are known by their words alone. */
function failureOf(error: unknown): ModelFailure {
  if (error instanceof ModelFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string" && KNOWN.has(code)) return new ModelFailure(code, message);
  const words = `${message} ${cause instanceof Error ? cause.message : ""}`;
  if (/rate.?limit|too many requests|\b429\b/iu.test(words)) return new ModelFailure("RateLimited", message);
  if (/quota|allowance|premium requests/iu.test(words)) return new ModelFailure("Blocked", message);
  if (/(?:context|prompt|token).{0,40}(?:exceed|too long|limit)|exceeds.{0,40}(?:context|token)/iu.test(words)) {
    return new ModelFailure("ContextLength", message);
  }
  if (/content.?filter|responsible ai/iu.test(words)) return new ModelFailure("ContentFiltered", message);
  return new ModelFailure("Unknown", message);
}
