/**
 * The parts of the server's list of specs, `orch.specs/1`, that this extension shows. All of it was written in files of
 * the workspace: show it as plain text.
 */

export const SPEC_STATES = ["in_progress", "open", "unplanned", "done", "archived"] as const;
export type SpecState = (typeof SPEC_STATES)[number];

export interface SpecFile {
  readonly path: string;
  readonly title: string;
  readonly uri: string;
}

export interface Spec {
  readonly scope: string;
  readonly title: string;
  readonly state: SpecState;
  readonly requirements: number;
  readonly tasks: number;
  readonly done: number;
  readonly questions: number;
  readonly documents: readonly SpecFile[];
}

/** The specs of an answer; what has another shape is left out. */
export function specsIn(answer: unknown): Spec[] {
  const specs = (answer as { specs?: unknown } | null | undefined)?.specs;
  return Array.isArray(specs) ? specs.filter(isSpec) : [];
}

/** The folder of a spec, which tells it from others where the titles of a format do not; the title of one that is a file of its own. */
export function nameOf(spec: Spec): string {
  const own = spec.documents.some(({ path }) => path === spec.scope);
  const folder = spec.scope.split("/").findLast((part) => part !== "");
  return own || folder === undefined ? spec.title : folder;
}

/** The specs by state, in the order in which they are shown; states without any are left out. */
export function byState(specs: readonly Spec[]): { readonly state: SpecState; readonly specs: readonly Spec[] }[] {
  return SPEC_STATES.map((state) => ({ state, specs: specs.filter((spec) => spec.state === state) })).filter(
    ({ specs: found }) => found.length > 0,
  );
}

function isSpec(value: unknown): value is Spec {
  if (typeof value !== "object" || value === null) return false;
  const spec = value as Partial<Record<keyof Spec, unknown>>;
  return (
    typeof spec.scope === "string" &&
    typeof spec.title === "string" &&
    SPEC_STATES.includes(spec.state as SpecState) &&
    [spec.requirements, spec.tasks, spec.done, spec.questions].every((count) => typeof count === "number") &&
    Array.isArray(spec.documents) &&
    spec.documents.every(isFile)
  );
}

function isFile(value: unknown): value is SpecFile {
  if (typeof value !== "object" || value === null) return false;
  const file = value as Partial<Record<keyof SpecFile, unknown>>;
  return typeof file.path === "string" && typeof file.title === "string" && typeof file.uri === "string" && file.uri.startsWith("file:");
}
