/** What the page of a trace may do in a panel: nothing from outside, and no script or style but what is written in it. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-src 'none'";

/**
 * The page as a panel shows it. Its own policy names the style and the script that it has; this one beside it holds
 * whatever the page says. Both must agree.
 */
export function panelHtml(page: string): string {
  const head = /<head(?:\s[^>]*)?>/iu.exec(page);
  const meta = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  if (head === null) throw new Error("the trace is no page of HTML");
  const at = head.index + head[0].length;
  return page.slice(0, at) + meta + page.slice(at);
}
