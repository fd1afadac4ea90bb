/** `vscode.l10n.t`, handed to the modules that are pure, so that they can be tested outside of the editor. */
export type Translate = (message: string, ...args: (string | number)[]) => string;
