import * as vscode from "vscode";
import { isSpec } from "../documents/specs";
import { commandFailure, failureText } from "../client/failure";
import type { KeyStore } from "../keys/keyStore";
import { comingFirst, foundIn, listedIn, offeredServices, type Found, type Listed } from "./setupAnswers";
import { askForKey, LeftError, line, pick, variableName, withProgress } from "./asking";
import { pickModel } from "./pickModel";

/** A choice as far as it goes, in the words of `orch.setup`. */
interface Choice {
  readonly provider?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly keyEnv?: string;
  readonly kind?: string;
}

/** Why something could not be had. */
interface Problem {
  readonly code: string | null;
  readonly text: string;
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

  /** One way through the questions; false to choose again. */
  private async once(document: vscode.Uri | undefined): Promise<boolean> {
    const found = await withProgress(vscode.l10n.t("Orch: looking for keys and for servers…"), async () =>
      foundIn(await this.parts.ask({ step: "find" })),
    );
    const answer = await this.list(await this.chooseProvider(found));
    if (answer === null) return false;
    const whole = await chooseModel(answer.listed, answer.choice);
    return this.save(found, answer.listed, whole, document);
  }

  private async chooseProvider(found: Found): Promise<Choice> {
    type Item = vscode.QuickPickItem & { choose?: () => Promise<Choice> };
    const items: Item[] = found.candidates.map(({ provider, needsKey, ...candidate }) => ({
      label: provider,
      description: candidate.detail,
      iconPath: icon(candidate.source),
      choose: () => (needsKey ? this.withKey({ provider }, provider) : Promise.resolve({ provider })),
    }));
    items.push(
      { label: vscode.l10n.t("More"), kind: vscode.QuickPickItemKind.Separator },
      { label: vscode.l10n.t("A server of your own, by its address…"), iconPath: new vscode.ThemeIcon("server"), choose: () => this.ownServer({}) },
      {
        label: "outline",
        description: vscode.l10n.t("without a model: sorts the sentences that you wrote"),
        iconPath: new vscode.ThemeIcon("list-ordered"),
        choose: () => Promise.resolve({ provider: "outline" }),
      },
    );
    items.push(...surroundings());
    items.push({ label: vscode.l10n.t("hosted, with a key of yours"), kind: vscode.QuickPickItemKind.Separator });
    for (const { provider, variables, hasKey, needsAddress } of offeredServices(found)) {
      items.push({
        label: provider,
        description: hasKey ? vscode.l10n.t("its key is set") : variables.join(", "),
        iconPath: icon("key"),
        choose: () => {
          if (needsAddress) return this.ownServer({ provider });
          return hasKey ? Promise.resolve({ provider }) : this.withKey({ provider }, provider);
        },
      });
    }
    for (const { provider, reason } of found.passedOver) {
      items.push({ label: provider, description: vscode.l10n.t("passed over"), detail: reason, iconPath: new vscode.ThemeIcon("circle-slash") });
    }
    for (;;) {
      const chosen = await pick(items, vscode.l10n.t("Which provider should write your drafts?"));
      if (chosen.choose !== undefined) return chosen.choose();
    }
  }

  private async ownServer(choice: Choice): Promise<Choice> {
    const baseUrl = await line(vscode.l10n.t("Address of the server"), "http://127.0.0.1:8111/v1", (value) =>
      /^(https?:\/\/)?[^\s/]+/u.test(value.trim()) ? null : vscode.l10n.t("An address such as {0}", "http://127.0.0.1:8111/v1"),
    );
    const named = { ...choice, baseUrl };
    const answer = choice.provider === undefined ? await this.parts.ask({ step: "name", ...named }) : choice;
    const provider = (answer as { provider?: unknown }).provider;
    const whole = typeof provider === "string" ? { ...named, provider } : named;
    return this.withKey(whole, baseUrl, { mayBeNone: true });
  }

  /** The choice with a key that is typed, that a variable holds, or, where that may be, with none. */
  private async withKey(choice: Choice, where: string, options = {}): Promise<Choice> {
    const typed = await askForKey(where, options);
    if (typed === null) return { ...choice, keyEnv: await variableName() };
    if (typed !== "") await this.keepKey(choice.provider ?? "", typed);
    return choice;
  }

  private async keepKey(provider: string, key: string): Promise<void> {
    await this.parts.keys.set(provider, key);
    await this.parts.handOver();
  }

  /** The models of the provider, and the choice with its key; null to choose again, after it was said why there are none. */
  private async list(given: Choice): Promise<{ listed: Listed; choice: Choice } | null> {
    let choice = given;
    for (;;) {
      const { listed, problem } = await this.listOnce(choice);
      const mayBeKey = problem !== null && isAboutKey(problem.code, choice);
      if (listed !== null && !mayBeKey) return { listed, choice };
      const key = { label: vscode.l10n.t("Enter another key…") };
      const another = { label: vscode.l10n.t("Choose again") };
      const goOn = { label: vscode.l10n.t("Go on without the service's own list") };
      const ways = [...(mayBeKey ? [key] : []), another, ...(listed === null ? [] : [goOn])];
      const chosen = await pick(ways, problem?.text ?? "");
      if (chosen === another) return null;
      if (chosen === goOn && listed !== null) return { listed, choice };
      choice = await this.withKey(choice, choice.provider ?? "");
    }
  }

  private async listOnce(choice: Choice): Promise<{ listed: Listed | null; problem: Problem | null }> {
    try {
      const listed = await withProgress(vscode.l10n.t("Orch: asking for the models…"), async () =>
        listedIn(await this.parts.ask({ step: "models", ...choice })),
      );
      return { listed, problem: listed.problem === null ? null : { code: listed.problem.code, text: listed.problem.message } };
    } catch (error) {
      const failure = commandFailure(error);
      return { listed: null, problem: { code: failure.code, text: failureText(failure) } };
    }
  }

  /** Tries and saves the choice; false to choose again. */
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

  /** Whether the model has answered, or the choice is to be saved anyway. */
  private async isTried(choice: Choice, provider: string): Promise<boolean> {
    for (;;) {
      try {
        await withProgress(vscode.l10n.t("Orch: asking {0} for one word…", provider), () => this.parts.ask({ step: "try", ...choice }));
        return true;
      } catch (error) {
        const again = { label: vscode.l10n.t("Try again") };
        const another = { label: vscode.l10n.t("Choose again") };
        const save = { label: vscode.l10n.t("Save it anyway") };
        const failure = commandFailure(error);
        const key = { label: vscode.l10n.t("Enter another key…") };
        const ways = [...(isAboutKey(failure.code, choice) ? [key] : []), again, another, save];
        const chosen = await pick(ways, failureText(failure));
        if (chosen === key) await this.keepKey(provider, (await askForKey(provider, { mayBeVariable: false })) ?? "");
        if (chosen === another) return false;
        if (chosen === save) return true;
      }
    }
  }
}

/** Whether another key may help; a variable that is named is the only source of the key. */
function isAboutKey(code: string | null, choice: Choice): boolean {
  return choice.keyEnv === undefined && (code === "invalid_auth" || code === "missing_auth");
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
  const spec = toDraft(document);
  const next = spec === undefined ? vscode.l10n.t("New Spec") : vscode.l10n.t("Draft Now");
  await Promise.resolve();
  void vscode.window.showInformationMessage(told, next).then((chosen) => {
    if (chosen === undefined) return;
    if (spec === undefined) void vscode.commands.executeCommand("orch.newSpec");
    else void draft(spec);
  });
}

/** The document that was set up for or is in front; behind a page such as the walkthrough, the one spec that is open. */
function toDraft(document: vscode.Uri | undefined): vscode.Uri | undefined {
  const front = document ?? vscode.window.activeTextEditor?.document.uri;
  if (front !== undefined) return /\.(md|markdown)$/iu.test(front.path) ? front : undefined;
  const [spec, other] = vscode.workspace.textDocuments.filter(isSpec);
  return other === undefined ? spec?.uri : undefined;
}

async function draft(spec: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(spec);
  await vscode.commands.executeCommand("orch.generateDraft", spec);
}

function icon(source: string): vscode.ThemeIcon {
  const icons: Readonly<Record<string, string>> = { config: "settings-gear", server: "vm-running", editor: "sparkle", key: "key", agent: "robot" };
  return new vscode.ThemeIcon(icons[source] ?? "cloud");
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
