import type { Translate } from "../text";
import type { ServerExit } from "./serverProcess";

/** How a server process ended, for a person: its code or signal, and the last thing it said. */
export function exitText({ code, signal, lastLines }: ServerExit, t: Translate): string {
  const how =
    signal === null
      ? t("the server ended at once with exit code {0}", code ?? 0)
      : t("the server was ended at once by {0}", signal);
  const last = lastLines.findLast((line) => line.trim() !== "");
  return last === undefined ? how : `${how}: ${last.trim().slice(0, 300)}`;
}
