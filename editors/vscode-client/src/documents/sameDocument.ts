/**
 * The one form in which addresses are compared, here and on the server: a percent escape and the letter that it stands
 * for are the same, as are the two cases of a Windows drive.
 */
export function documentKey(uri: { toString(): string }): string {
  const text = uri.toString();
  const decoded = text.replace(/(?:%[0-9a-f]{2})+/giu, (escapes) => {
    try {
      return decodeURIComponent(escapes).replace(/[%#?/]/gu, encodeURIComponent);
    } catch {
      // Bytes that are no UTF-8 stand for themselves.
      return escapes.toUpperCase();
    }
  });
  return decoded.replace(/^file:\/\/\/([A-Za-z]):(?=\/)/u, (_, drive: string) => `file:///${drive.toLowerCase()}:`);
}

/** Whether two addresses name one document. */
export function isSame(a: { toString(): string } | undefined, b: { toString(): string } | undefined): boolean {
  return a !== undefined && b !== undefined && documentKey(a) === documentKey(b);
}
