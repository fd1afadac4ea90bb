import * as vscode from "vscode";
import { commandFailure, failureText } from "../client/failure";
import { setApiKey } from "../keys/keyCommands";
import type { KeyStore } from "../keys/keyStore";
import { comingFirst, foundIn, listedIn, type Candidate, type Found, type Listed } from "./setupAnswers";
import { pickModel } from "./pickModel";

/** A choice as far as it goes, in the words of `orch.setup`. */
interface Choice {
  readonly provider?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly keyEnv?: string;
  readonly kind?: string;
}

export interface SetupParts {
  /** Sends one step of `orch.setup`. */
  readonly ask: (argument: object) => Promise<unknown>;
  readonly keys: KeyStore;
  /** Resolves once the server has the keys that are in the secret storage. */
  readonly handOver: () => Promise<void>;
  /** Writes the choice where it holds for one document or its project. */
  readonly useProvider: (uri: string, choice: { provider: string; model?: string }) => Promise<unknown>;
}

/** The person has left the picker. */
class LeftError extends Error {}

/** The one picker for the provider and model: from what there is, to a choice that was tried and is written down. */
export class Setup {
  constructor(private readonly parts: SetupParts) {}

  /** Asks until something is chosen and saved, or the person leaves; says what became of it. */
  async run(document: vscode.Uri | undefined): Promise<void> {
    try {
      for (;;) if (await this.once(document)) return;
    } catch (error) {
      if (!(error instanceof LeftError)) throw error;
    }
  }

  /** One way through the questions; false to choose anew. */
  private async once(document: vscode.Uri | undefined): Promise<boolean> {
    const found = await withProgress(vscode.l10n.t("Orch: looking for keys and for servers…"), async () =>
      foundIn(await this.parts.ask({ step: "find" })),
    );
    const choice = await this.chooseProvider(found);
    const listed = await this.list(choice);
    if (listed === null) return false;
    const whole = await chooseModel(listed, choice);
    return this.save(found, listed, whole, document);
  }

  private async chooseProvider(found: Found): Promise<Choice> {
    type Item = vscode.QuickPickItem & { choose?: () => Promise<Choice> };
    const items: Item[] = found.candidates.map((candidate) => ({
      label: candidate.provider,
      description: candidate.detail,
      iconPath: icon(candidate),
      choose: () => this.withKey({ provider: candidate.provider }, candidate.needsKey, []),
    }));
    items.push(
      { label: vscode.l10n.t("More"), kind: vscode.QuickPickItemKind.Separator },
      { label: vscode.l10n.t("A hosted service, with a key of yours…"), iconPath: new vscode.ThemeIcon("cloud"), choose: () => this.service(found) },
      { label: vscode.l10n.t("A server of your own, by its address…"), iconPath: new vscode.ThemeIcon("server"), choose: () => this.ownServer({}) },
      {
        label: "outline",
        description: vscode.l10n.t("without a model: sorts the sentences that you wrote"),
        iconPath: new vscode.ThemeIcon("list-ordered"),
        choose: () => Promise.resolve({ provider: "outline" }),
      },
    );
    for (const { provider, reason } of found.passedOver) {
      items.push({ label: provider, description: vscode.l10n.t("passed over"), detail: reason, iconPath: new vscode.ThemeIcon("circle-slash") });
    }
    items.push(...surroundings());
    for (;;) {
      const chosen = await pick(items, vscode.l10n.t("Who is to write your drafts?"));
      if (chosen.choose !== undefined) return chosen.choose();
    }
  }

  private async service(found: Found): Promise<Choice> {
    const items = found.services.map((service) => ({
      label: service.provider,
      description: service.hasKey ? vscode.l10n.t("its key is set") : service.variables.join(", "),
      service,
    }));
    const { service } = await pick(items, vscode.l10n.t("Which service?"));
    const { provider } = service;
    return service.needsAddress ? this.ownServer({ provider }) : this.withKey({ provider }, !service.hasKey, service.variables);
  }

  private async ownServer(choice: Choice): Promise<Choice> {
    const baseUrl = await line(vscode.l10n.t("Address of the server"), "http://127.0.0.1:8111/v1", (value) =>
      /^(https?:\/\/)?[^\s/]+/u.test(value.trim()) ? null : vscode.l10n.t("An address such as {0}", "http://127.0.0.1:8111/v1"),
    );
    const named = { ...choice, baseUrl };
    const answer = choice.provider === undefined ? await this.parts.ask({ step: "name", ...named }) : choice;
    const provider = (answer as { provider?: unknown }).provider;
    const none = { label: vscode.l10n.t("No key") };
    const key = { label: vscode.l10n.t("Enter its key…"), detail: vscode.l10n.t("Kept in VS Code's secret storage, sent to this server only.") };
    const variable = { label: vscode.l10n.t("Its key is in a variable…"), detail: vscode.l10n.t("Named in the settings, read from the environment.") };
    const whole = typeof provider === "string" ? { ...named, provider } : named;
    const chosen = await pick([none, key, variable], vscode.l10n.t("Does {0} want a key?", baseUrl));
    if (chosen === key) await this.enterKey(whole.provider ?? "");
    return chosen === variable ? { ...whole, keyEnv: await variableName() } : whole;
  }

  private async withKey(choice: Choice, isMissing: boolean, variables: readonly string[]): Promise<Choice> {
    if (!isMissing) return choice;
    const provider = choice.provider ?? "";
    const enter = { label: vscode.l10n.t("Enter the key…"), detail: vscode.l10n.t("Kept in VS Code's secret storage, sent to {0} only.", provider) };
    const variable = { label: vscode.l10n.t("It is in another variable…"), detail: vscode.l10n.t("Not set: {0}", variables.join(", ")) };
    const chosen = await pick([enter, variable], vscode.l10n.t("{0} has no key yet", provider));
    if (chosen === variable) return { ...choice, keyEnv: await variableName() };
    await this.enterKey(provider);
    return choice;
  }

  private async enterKey(provider: string): Promise<void> {
    await setApiKey(this.parts.keys, provider);
    if (!this.parts.keys.providers.includes(provider)) throw new LeftError();
    await this.parts.handOver();
  }

  /** The models of the provider; null to choose anew, after it was said why there are none. */
  private async list(choice: Choice): Promise<Listed | null> {
    try {
      return await withProgress(vscode.l10n.t("Orch: asking for the models…"), async () =>
        listedIn(await this.parts.ask({ step: "models", ...choice })),
      );
    } catch (error) {
      const anew = { label: vscode.l10n.t("Choose anew") };
      await pick([anew], failureText(commandFailure(error)));
      return null;
    }
  }

  /** Tries and saves the choice; false to choose anew. */
  private async save(found: Found, listed: Listed, choice: Choice, document: vscode.Uri | undefined): Promise<boolean> {
    const name = choice.model === undefined ? listed.provider : `${listed.provider} (${choice.model})`;
    const isOwn = choice.baseUrl === undefined && choice.keyEnv === undefined;
    const cost = listed.hosted
      ? vscode.l10n.t("One tiny request; your account may be charged for a few tokens. Nothing of your files is sent.")
      : vscode.l10n.t("One tiny request, which stays on that machine. Nothing of your files is sent.");
    const tried = { label: vscode.l10n.t("Try it, then save it in {0}", found.config), detail: cost, isTried: true, isProjects: false };
    const untried = { label: vscode.l10n.t("Save it in {0} without trying", found.config), isTried: false, isProjects: false };
    const project = {
      label: vscode.l10n.t("Save it for this project only"),
      detail: vscode.l10n.t("In .orch/config.toml, or in the spec's front matter if it has one."),
      isTried: listed.hasModel,
      isProjects: true,
    };
    const mayBeProjects = document !== undefined && isOwn && vscode.workspace.isTrusted;
    const ways = [...(listed.hasModel ? [tried] : []), untried, ...(mayBeProjects ? [project] : [])];
    const way = await pick(ways, vscode.l10n.t("Use {0}?", name));
    if (way.isTried && !(await this.isTried(choice, listed.provider))) return false;
    if (way.isProjects && document !== undefined) {
      await this.parts.useProvider(document.toString(), { provider: listed.provider, ...(choice.model === undefined ? {} : { model: choice.model }) });
      await offerDraft(vscode.l10n.t("Orch: {0} is chosen for this project.", name), document);
      return true;
    }
    const written = await this.parts.ask({ step: "write", ...(document === undefined ? {} : { uri: document.toString() }), ...choice });
    const other = comingFirst(written);
    const saved = vscode.l10n.t("Orch: {0} is saved in {1}.", name, found.config);
    if (other === null || (await isTakenAway(saved, other))) await offerDraft(saved, document);
    return true;
  }

  /** Whether the model has answered, or the choice is to be saved all the same. */
  private async isTried(choice: Choice, provider: string): Promise<boolean> {
    for (;;) {
      try {
        await withProgress(vscode.l10n.t("Orch: asking {0} for one word…", provider), () => this.parts.ask({ step: "try", ...choice }));
        return true;
      } catch (error) {
        const again = { label: vscode.l10n.t("Try again") };
        const anew = { label: vscode.l10n.t("Choose anew") };
        const save = { label: vscode.l10n.t("Save it all the same") };
        const failure = commandFailure(error);
        const key = { label: vscode.l10n.t("Enter another key…") };
        // A variable that is named is the only source of the key.
        const isAboutKey = choice.keyEnv === undefined && (failure.code === "invalid_auth" || failure.code === "missing_auth");
        const chosen = await pick([...(isAboutKey ? [key] : []), again, anew, save], failureText(failure));
        if (chosen === key) await this.enterKey(provider);
        if (chosen === anew) return false;
        if (chosen === save) return true;
      }
    }
  }
}

/** The choice with its model, which is chosen from the list, or typed where there is none. */
async function chooseModel(listed: Listed, choice: Choice): Promise<Choice> {
  const named: Choice = {
    ...choice,
    provider: listed.provider,
    ...(listed.baseUrl === null ? {} : { baseUrl: listed.baseUrl, kind: listed.kind }),
  };
  if (!listed.hasModel) return named;
  const model = await pickModel(listed);
  if (model === null) throw new LeftError();
  return { ...named, model };
}

/** Whether what comes before the choice was taken away, as the person wants it; says so where it cannot be. */
async function isTakenAway(saved: string, other: { layer: string; provider: string }): Promise<boolean> {
  const configuration = vscode.workspace.getConfiguration("orch");
  const isOurs = configuration.inspect("provider")?.globalValue === other.provider;
  const told = vscode.l10n.t("{0} But here {1} comes first: it names {2}.", saved, isOurs ? "orch.provider" : other.layer, other.provider);
  const remove = vscode.l10n.t("Remove orch.provider");
  const chosen = await vscode.window.showWarningMessage(told, ...(isOurs ? [remove] : []));
  if (chosen !== remove) return false;
  await configuration.update("provider", undefined, vscode.ConfigurationTarget.Global);
  await configuration.update("model", undefined, vscode.ConfigurationTarget.Global);
  return true;
}

/** Says what was saved, with the next step as a button. Not awaited by who sets up: the message may stay. */
async function offerDraft(told: string, document: vscode.Uri | undefined): Promise<void> {
  const active = document ?? vscode.window.activeTextEditor?.document.uri;
  const isSpec = active !== undefined && /\.(md|markdown)$/iu.test(active.path);
  const next = isSpec ? vscode.l10n.t("Draft Now") : vscode.l10n.t("New Spec");
  await Promise.resolve();
  void vscode.window.showInformationMessage(told, next).then((chosen) => {
    if (chosen === undefined) return;
    if (isSpec) void vscode.commands.executeCommand("orch.generateDraft", active);
    else void vscode.commands.executeCommand("orch.newSpec");
  });
}

function icon(candidate: Candidate): vscode.ThemeIcon {
  const icons: Readonly<Record<string, string>> = { config: "settings-gear", server: "vm-running", editor: "sparkle", key: "key", agent: "robot" };
  return new vscode.ThemeIcon(icons[candidate.source] ?? "cloud");
}

/** What is otherwise than usual here: the machine that is meant in a remote window, and what is off in Restricted Mode. */
function surroundings(): vscode.QuickPickItem[] {
  const iconPath = new vscode.ThemeIcon("info");
  const items: vscode.QuickPickItem[] = [];
  const { remoteName } = vscode.env;
  if (remoteName !== undefined) {
    const detail = vscode.l10n.t("The servers, variables and settings of {0} are meant.", remoteName);
    items.push({ label: vscode.l10n.t("This window is remote"), detail, iconPath });
  }
  if (!vscode.workspace.isTrusted) {
    const detail = vscode.l10n.t("Your own settings are used; what this project chooses is off.");
    items.push({ label: vscode.l10n.t("Restricted Mode"), detail, iconPath });
  }
  return items;
}

async function pick<T extends vscode.QuickPickItem>(items: readonly T[], title: string): Promise<T> {
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, ignoreFocusOut: true });
  if (chosen === undefined) throw new LeftError();
  return chosen;
}

async function line(title: string, placeHolder: string, problem: (value: string) => string | null): Promise<string> {
  const typed = await vscode.window.showInputBox({ title, placeHolder, ignoreFocusOut: true, validateInput: problem });
  if (typed === undefined || typed.trim() === "") throw new LeftError();
  return typed.trim();
}

function variableName(): Promise<string> {
  return line(vscode.l10n.t("Name of the variable that holds the key"), "WORK_KEY", (value) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/u.test(value.trim()) ? null : vscode.l10n.t("The name of a variable, never the key itself"),
  );
}

function withProgress<T>(title: string, act: () => Promise<T>): Promise<T> {
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, act));
}
