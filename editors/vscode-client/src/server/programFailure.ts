/** Why a program that `execFile` ran did not do its work: the last thing it said, else the error's first line. */
export function programFailure(error: unknown): string {
  const { stderr } = (error ?? {}) as { stderr?: unknown };
  const said = typeof stderr === "string" ? stderr.trim().split("\n").at(-1)?.trim() : "";
  if (said !== undefined && said !== "") return said;
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? message;
}
