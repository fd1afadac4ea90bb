/** A file name made of a title: lower case, words joined by hyphens, `.spec.md`; null if nothing is left. */
export function specFileName(title: string): string | null {
  const stem = title
    .trim()
    .replace(/(\.spec)?\.md$/iu, "")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/gu, "")
    .slice(0, 80);
  return stem === "" ? null : `${stem}.spec.md`;
}
