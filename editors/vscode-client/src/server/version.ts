export type Compatibility = "compatible" | "older" | "newer" | "unknown";

/**
 * Whether a server of `server` version speaks what an extension of `extension` version expects. Before 1.0 the minor
 * number tells, afterwards the major one.
 */
export function compareVersions(server: string | undefined, extension: string): Compatibility {
  const theirs = release(server);
  const ours = release(extension);
  if (theirs === null || ours === null) return "unknown";
  const depth = ours[0] === 0 && theirs[0] === 0 ? 2 : 1;
  for (let index = 0; index < depth; index++) {
    const difference = (theirs[index] ?? 0) - (ours[index] ?? 0);
    if (difference !== 0) return difference < 0 ? "older" : "newer";
  }
  return "compatible";
}

function release(version: string | undefined): number[] | null {
  const match = /^v?(\d+)\.(\d+)/u.exec(version ?? "");
  return match === null ? null : [Number(match[1]), Number(match[2])];
}
