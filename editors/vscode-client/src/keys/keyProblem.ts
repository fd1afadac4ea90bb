/** Why a text cannot be a key; null if it can. */
export function keyProblem(key: string): "empty" | "control characters" | null {
  const stripped = key.trim();
  if (stripped === "") return "empty";
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/u.test(stripped) ? "control characters" : null;
}
