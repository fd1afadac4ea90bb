/** Settings that the server knows at project level; all else below `orch` concerns this extension alone. */
const PROJECT_SETTINGS = ["provider", "model", "apply", "include", "inlay_hints"] as const;

/** Settings that only the user level may hold, and their place in what is handed over. */
const USER_SETTINGS = ["providers", "runs.parallel"] as const;

/** The levels of one setting, as `WorkspaceConfiguration.inspect` gives them. */
export interface InspectedSetting {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

export type Inspect = (key: string) => InspectedSetting | undefined;

/** What `workspace/configuration` is answered with: only what the workspace itself says, and only if it is trusted. */
export function projectSettings(inspect: Inspect, trusted: boolean): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  if (!trusted) return settings;
  for (const key of PROJECT_SETTINGS) {
    const levels = inspect(key);
    const value = levels?.workspaceFolderValue ?? levels?.workspaceValue;
    if (isChosen(value)) settings[key] = value;
  }
  return settings;
}

/** What `orch/userSettings` hands over beside the keys: the user's own values, shaped like the user config file. */
export function userSettings(inspect: Inspect): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of [...PROJECT_SETTINGS, ...USER_SETTINGS]) {
    const value = inspect(key)?.globalValue;
    if (!isChosen(value)) continue;
    const [table = key, name] = key.split(".");
    settings[table] = name === undefined ? value : { [name]: value };
  }
  return settings;
}

/** Names in the setting `orch.providers`, which may be of any type. */
export function providerNames(providers: unknown): string[] {
  return typeof providers === "object" && providers !== null && !Array.isArray(providers) ? Object.keys(providers) : [];
}

/** An empty text is how VS Code's settings editor says "not set". */
function isChosen(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
