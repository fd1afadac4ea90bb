/** What a command of the server works on, as the server announces it in `experimental.orch.commands`. */
export interface Subject {
  readonly about: "document" | "run" | "failure" | "workspace";
  /** Which run of a document is meant where none is named. */
  readonly run?: "live" | "waiting" | "newest";
}

/** The subjects of a server's commands by name; empty for a server that announces none. */
export function announcedSubjects(experimental: unknown): ReadonlyMap<string, Subject> {
  const commands = asRecord(asRecord(asRecord(experimental)?.["orch"])?.["commands"]) ?? {};
  const subjects = new Map<string, Subject>();
  for (const [command, announced] of Object.entries(commands)) {
    const subject = asSubject(announced);
    if (subject !== null) subjects.set(command, subject);
  }
  return subjects;
}

/** Null for what a later server announces in a way that is not known here. */
function asSubject(announced: unknown): Subject | null {
  const { about, run } = asRecord(announced) ?? {};
  if (about !== "document" && about !== "run" && about !== "failure" && about !== "workspace") return null;
  return run === "live" || run === "waiting" || run === "newest" ? { about, run } : { about };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}
