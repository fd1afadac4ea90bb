/** A command's argument, as the server takes it: names are camelCase. */
export interface CommandArgument {
  readonly uri?: string;
  readonly runId?: string;
  readonly [name: string]: unknown;
}

/** Finds out what a value that VS Code passed to a command stands for; null if it stands for nothing of ours. */
export type ArgumentReader = (value: unknown) => CommandArgument | null;

/**
 * The arguments to send for a command. Menus pass URIs and tree nodes, the palette nothing, lenses and code actions
 * what the server gave them; only the last is sent as it is.
 */
export function commandArguments(values: readonly unknown[], read: ArgumentReader, context: () => CommandArgument | null): CommandArgument[] {
  const [first] = values;
  const meaning = first === undefined || first === null ? null : read(first);
  if (meaning !== null) return [meaning];
  if (isPlainArgument(first)) return [first];
  if (typeof first === "string") return [{ uri: first }];
  const fallback = context();
  return fallback === null ? [] : [fallback];
}

/** Lenses and code actions carry plain JSON; whatever else VS Code passes is an instance of a class, or empty. */
function isPlainArgument(value: unknown): value is CommandArgument {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length > 0;
}
