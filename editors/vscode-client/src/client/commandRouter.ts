import * as vscode from "vscode";
import { mayChangeProject, saveChanged } from "../context/ownFiles";
import { failureOn } from "../documents/failures";
import { openDocument, openDocumentOf } from "../documents/runDocument";
import { runIdOf } from "../documents/virtualDocuments";
import { runOfNode } from "../history/runTree";
import { sectionReview } from "../review/sectionReview";
import type { RunTracker } from "../runs/runTracker";
import { answerToQuestion, sectionsToUpdate } from "./answerToQuestion";
import { askForInstruction, askHowToRefine } from "./askForInstruction";
import { chooseNewDocument } from "./chooseNewDocument";
import { chooseWorkflow } from "./chooseWorkflow";
import type { ProviderChoice } from "./modelCandidates";
import { modelChoice } from "./modelCandidates";
import { selectModel } from "./selectModel";
import { SERVED_SCHEMES } from "./orchClient";
import { commandArguments, type CommandArgument } from "./commandArguments";
import type { Subject } from "./subjects";

/** What this extension does in place of, or around, the server's own commands. */
export interface RouterActions {
  /** What the running server says that a command works on; throws for a server that does not say it. */
  readonly subjectOf: (command: string) => Subject;
  readonly review: (runId: string) => Promise<void>;
  readonly openRecord: (runId: string) => Promise<void>;
  readonly showRuns: () => Promise<void>;
  readonly showSpecs: () => Promise<void>;
  /** Shows the answer of the doctor as a page. */
  readonly showReport: (report: unknown) => Promise<void>;
  readonly runInReview: () => string | null;
  /** Opens the one picker for the provider and model. */
  readonly setUp: (document: vscode.Uri | undefined) => Promise<void>;
  readonly useProvider: (uri: string | null, choice: ProviderChoice) => Promise<unknown>;
  readonly newestRun: () => Promise<string | null>;
  /** Asks which of the live runs is meant. */
  readonly chooseLiveRun: () => Promise<string | null>;
  /** A draft was asked for where the server cannot reach. */
  readonly onUnserved: () => void;
  readonly onRefusal: (message: string) => void;
  readonly onFailure: (error: unknown, document: string | undefined) => void;
}

/** Commands that change the project's files, or have its programs run. */
const CHANGING: ReadonlySet<string> = new Set(["orch.changeContext", "orch.allowServer"]);

type Next = (args: CommandArgument[]) => Promise<unknown>;

/** Brings what VS Code passes to a server command into the server's form, and its result before the person. */
export class CommandRouter {
  constructor(
    private readonly tracker: RunTracker,
    private readonly actions: RouterActions,
  ) {}

  async run(command: string, values: readonly unknown[], next: Next): Promise<unknown> {
    let args: CommandArgument[] = [];
    try {
      args = commandArguments(
        values,
        (value) => this.read(command, value),
        () => this.context(command),
      );
      return await this.dispatch(command, args, next);
    } catch (error) {
      // Not awaited: who called the command should not wait until the message has been read.
      this.actions.onFailure(error, args[0]?.uri);
      return undefined;
    }
  }

  private async dispatch(command: string, args: CommandArgument[], next: Next): Promise<unknown> {
    const [argument] = args;
    if (CHANGING.has(command) && !mayChangeProject()) return undefined;
    if (argument?.["open"] === false) return next(args);
    switch (command) {
      case "orch.generateDraft":
        return this.generate(args, next);
      case "orch.retryRun":
        return this.retry(args, next);
      case "orch.cancelRun": {
        if (argument?.runId !== undefined) return next(args);
        if (this.tracker.live.length === 0) return next([]);
        const runId = await this.actions.chooseLiveRun();
        return runId === null ? undefined : next([{ runId }]);
      }
      case "orch.showHistory":
        await this.actions.showRuns();
        return undefined;
      case "orch.showSpecs":
        await this.actions.showSpecs();
        return undefined;
      case "orch.showRun":
        return this.withRun(argument, this.actions.openRecord);
      case "orch.doctor": {
        const report = await next([{ ...argument, open: false }]);
        await this.actions.showReport(report);
        return report;
      }
      case "orch.previewDraft":
        return this.withRun(argument, this.actions.review);
      case "orch.selectModel": {
        const choice = modelChoice(await next([{ ...argument, open: false }]));
        const chosen = await selectModel(choice);
        if (chosen === "another provider") await this.actions.setUp(choice.uri === null ? undefined : vscode.Uri.parse(choice.uri, true));
        else if (chosen !== null) return this.actions.useProvider(choice.uri, chosen);
        return undefined;
      }
      case "orch.setup":
        if (argument?.["step"] !== undefined) return next(args);
        await this.actions.setUp(vscode.window.activeTextEditor?.document.uri);
        return undefined;
      case "orch.useProvider":
        if (argument?.["provider"] !== undefined) return next(args);
        await this.actions.setUp(argument?.uri === undefined ? undefined : vscode.Uri.parse(argument.uri, true));
        return undefined;
      case "orch.insertNode":
      case "orch.toggleTask": {
        // The palette and a key say nothing of the place: it is the cursor's.
        const editor = vscode.window.activeTextEditor;
        if (argument?.["line"] !== undefined || editor === undefined) return next(args);
        return next([{ uri: editor.document.uri.toString(), line: editor.selection.active.line }]);
      }
      case "orch.regenerateSection":
        return this.rewrite(argument, next);
      case "orch.runWorkflow": {
        if (argument?.["workflow"] !== undefined) return this.generate(args, next);
        const workflow = await chooseWorkflow(await next([{ ...argument, open: false }]));
        return workflow === null ? undefined : this.generate([{ ...argument, workflow }], next);
      }
      case "orch.refineDocument": {
        if (argument?.["instruction"] !== undefined) return this.generate(args, next);
        const instruction = await askHowToRefine();
        return instruction === null ? undefined : this.generate([{ ...argument, instruction }], next);
      }
      case "orch.changeContext": {
        // Saved at once, so that it holds; who offers it says so.
        const answer = await next(args.map((one) => ({ ...one, open: false })));
        await saveChanged(answer);
        return answer;
      }
      case "orch.newDocument": {
        if (argument?.["name"] !== undefined) return next(args);
        const chosen = await chooseNewDocument(await next([{ ...argument, open: false }]));
        return chosen === null ? undefined : next([{ ...argument, ...chosen }]);
      }
      case "orch.answerQuestion": {
        if (argument?.["answer"] !== undefined) return next(args);
        const chosen = await answerToQuestion(await next([{ ...argument }]));
        if (chosen === null) return undefined;
        const answered = await next([{ ...argument, ...chosen }]);
        const sections = await sectionsToUpdate(answered);
        if (sections !== null) void vscode.commands.executeCommand("orch.regenerateSection", sections);
        return answered;
      }
      case "orch.reviewSection": {
        const run = argument?.runId === undefined ? undefined : this.tracker.record(argument.runId);
        const word = await sectionReview(argument ?? {}, run);
        if (word === null) return undefined;
        if (word["state"] === "accepted") await this.openDocument(word);
        const answer = await next([word]);
        this.tellRefusal(answer);
        return answer;
      }
      case "orch.applyDraft": {
        await this.openDocument(argument);
        const answer = await next(args);
        this.tellRefusal(answer);
        return answer;
      }
      default:
        return next(args);
    }
  }

  private async generate(args: CommandArgument[], next: Next): Promise<unknown> {
    const uri = args[0]?.uri;
    const scheme = uri === undefined ? vscode.window.activeTextEditor?.document.uri.scheme : vscode.Uri.parse(uri).scheme;
    if (scheme !== undefined && !SERVED_SCHEMES.includes(scheme)) {
      this.actions.onUnserved();
      return undefined;
    }
    if (uri === undefined) return next(args);
    const document = await openDocument(vscode.Uri.parse(uri, true));
    // A closed document is never edited by itself: who asks for a draft wants to see it.
    if (!isVisible(document)) await vscode.window.showTextDocument(document);
    this.tracker.expect(document.uri);
    return this.bound(await next(args), document.uri);
  }

  /** Without a key the part at the cursor is meant; whoever leaves the box with Escape wants nothing after all. */
  private async rewrite(argument: CommandArgument | undefined, next: Next): Promise<unknown> {
    const editor = vscode.window.activeTextEditor;
    let asked = argument;
    const isNamed = ["key", "keys", "position"].some((name) => asked?.[name] !== undefined);
    if (!isNamed && editor !== undefined) {
      const { line, character } = editor.selection.active;
      asked = { ...asked, uri: editor.document.uri.toString(), position: { line, character } };
    }
    if (asked !== undefined && asked["instruction"] === undefined) {
      const instruction = await askForInstruction(typeof asked["key"] === "string" ? asked["key"] : null);
      if (instruction === null) return undefined;
      asked = { ...asked, instruction };
    }
    return this.generate(asked === undefined ? [] : [asked], next);
  }

  private async retry(args: CommandArgument[], next: Next): Promise<unknown> {
    const document = await this.openDocument(args[0]);
    if (document !== null) this.tracker.expect(document.uri);
    const answer = await next(args);
    return document === null ? answer : this.bound(answer, document.uri);
  }

  /** The server works on open documents: who chose a run in the history wants its document opened. */
  private async openDocument(argument: CommandArgument | undefined): Promise<vscode.TextDocument | null> {
    const run = argument?.runId === undefined ? undefined : this.tracker.record(argument.runId);
    const document = run === undefined ? null : await openDocumentOf(run, this.tracker);
    if (document !== null && !isVisible(document)) await vscode.window.showTextDocument(document);
    return document;
  }

  private bound(answer: unknown, document: vscode.Uri): unknown {
    const runId = (answer as { runId?: unknown } | null | undefined)?.runId;
    if (typeof runId === "string") this.tracker.bind(runId, document);
    return answer;
  }

  /** An edit that was refused is an answer, not an error: the draft still waits. */
  private tellRefusal(answer: unknown): void {
    const { code, message } = (answer ?? {}) as { code?: unknown; message?: unknown };
    if (typeof code === "string") this.actions.onRefusal(typeof message === "string" ? message : code);
  }

  private async withRun(argument: CommandArgument | undefined, act: (runId: string) => Promise<void>): Promise<undefined> {
    const runId = argument?.runId ?? (await this.actions.newestRun());
    if (runId !== null) await act(runId);
    return undefined;
  }

  private read(command: string, value: unknown): CommandArgument | null {
    const run = runOfNode(value);
    if (run !== null) return { runId: run.run_id };
    if (!(value instanceof vscode.Uri)) return null;
    const virtual = runIdOf(value);
    if (virtual !== null) return { runId: virtual };
    return this.on(this.actions.subjectOf(command), value);
  }

  /** What a command works on that was called without a word. */
  private context(command: string): CommandArgument | null {
    const subject = this.actions.subjectOf(command);
    const reviewed = this.actions.runInReview();
    if (reviewed !== null && subject.about === "run") return { runId: reviewed };
    const active = vscode.window.activeTextEditor?.document.uri;
    if (active === undefined || (subject.about === "document" && !SERVED_SCHEMES.includes(active.scheme))) return null;
    return this.on(subject, active);
  }

  /** A document as the subject of a command. */
  private on(subject: Subject, document: vscode.Uri): CommandArgument | null {
    switch (subject.about) {
      case "document":
        return { uri: document.toString() };
      case "run":
        return this.runOn(subject.run ?? "newest", document);
      case "failure": {
        const code = failureOn(document);
        return code === null ? null : { code };
      }
      case "workspace":
        return null;
    }
  }

  private runOn(which: NonNullable<Subject["run"]>, document: vscode.Uri): CommandArgument | null {
    switch (which) {
      case "live":
        return asArgument(this.tracker.liveOn(document)?.run_id);
      case "waiting":
        return asArgument(this.tracker.readyOn(document)?.run_id);
      case "newest":
        return asArgument(this.tracker.newestOn(document)?.run_id);
    }
  }
}

function asArgument(runId: string | undefined): CommandArgument | null {
  return runId === undefined ? null : { runId };
}

function isVisible(document: vscode.TextDocument): boolean {
  return vscode.window.visibleTextEditors.some((editor) => editor.document === document);
}
