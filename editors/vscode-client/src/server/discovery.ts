import { findInEnvironment, findInWorkspace, findOnPath, isExecutable } from "./candidates";
import { launchOf, type Launch } from "./launch";

/** What discovery depends on; the editor's answers come through here. */
export interface DiscoveryInput {
  /** The user's own setting, empty if there is none. */
  readonly configuredPath: string;
  /** The value of `PATH`. */
  readonly searchPath: string;
  readonly workspaceFolders: readonly string[];
  readonly workspaceIsTrusted: boolean;
  /** Folder of the environment that this extension makes on request. */
  readonly ownEnvironment: string;
  /** The person's remembered answer for a server in the workspace, if any. */
  readonly rememberedConsent: (command: string) => boolean | undefined;
  /** Asks, the path named; the answer is remembered by whoever implements it. Undefined: dismissed. */
  readonly askConsent: (command: string) => Promise<boolean | undefined>;
}

export type Discovery =
  | { readonly kind: "found"; readonly launch: Launch }
  | { readonly kind: "unusable setting"; readonly path: string }
  | { readonly kind: "none" };

/**
 * Looks for a server: the user's setting, `PATH`, then the Python environment of a trusted workspace if the person
 * agreed to it, or the one that this extension made. The person is asked about a workspace's environment once, and
 * only if nothing else serves. A setting that cannot be used is an error and not passed over in silence.
 */
export async function discoverServer(input: DiscoveryInput): Promise<Discovery> {
  if (input.configuredPath !== "") {
    return (await isExecutable(input.configuredPath))
      ? found(launchOf(input.configuredPath, "setting"))
      : { kind: "unusable setting", path: input.configuredPath };
  }
  const onPath = await findOnPath(input.searchPath, input.workspaceFolders);
  if (onPath !== null) return found(onPath);
  const inWorkspace = input.workspaceIsTrusted ? await findInWorkspace(input.workspaceFolders) : null;
  const remembered = inWorkspace === null ? undefined : input.rememberedConsent(inWorkspace.command);
  if (inWorkspace !== null && remembered === true) return found(inWorkspace);
  const own = await findInEnvironment(input.ownEnvironment, "own environment");
  if (own !== null) return found(own);
  if (inWorkspace !== null && remembered === undefined && (await input.askConsent(inWorkspace.command)) === true) {
    return found(inWorkspace);
  }
  return { kind: "none" };
}

function found(launch: Launch): Discovery {
  return { kind: "found", launch };
}
