import * as vscode from "vscode";
import type { CommandArgument } from "./commandArguments";

interface Question {
  readonly id: string;
  readonly text: string;
  readonly options: readonly string[];
  readonly default: string | null;
  readonly answer: string | null;
}

interface Asked {
  readonly runId: string;
  readonly questions: readonly Question[];
}

/** Asks which question of a run is answered, and how; null if the person leaves it, or nothing is open. */
export async function answerToQuestion(asked: unknown): Promise<CommandArgument | null> {
  const { runId, questions } = asked as Asked;
  const open = questions.filter((question) => question.answer === null);
  if (open.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Orch: nothing is left to answer."));
    return null;
  }
  const picked = await vscode.window.showQuickPick(
    open.map((question) => ({ label: question.id, detail: question.text, question })),
    { title: vscode.l10n.t("Which question?"), matchOnDetail: true },
  );
  if (picked === undefined) return null;
  const answer = await answerTo(picked.question);
  return answer === undefined || answer.trim() === "" ? null : { runId, question: picked.question.id, answer };
}

async function answerTo(question: Question): Promise<string | undefined> {
  if (question.options.length > 0) {
    const other = vscode.l10n.t("Another answer…");
    const items = question.options.map((label) => ({
      label,
      ...(label === question.default ? { description: vscode.l10n.t("the default") } : {}),
    }));
    const chosen = await vscode.window.showQuickPick([...items, { label: other }], { title: question.text });
    if (chosen?.label !== other) return chosen?.label;
  }
  return vscode.window.showInputBox({ title: question.text, value: question.default ?? "" });
}

interface Answered {
  readonly uri: string;
  readonly question: string;
  readonly answer: string;
  readonly sections: readonly string[];
}

const MOST_OFFERED = 3;

/** Offers to rewrite a section that an answer bears on; null if none is, or the person does not want to. */
export async function sectionToUpdate(answered: unknown): Promise<CommandArgument | null> {
  const { uri, question, answer, sections } = answered as Partial<Answered>;
  if (uri === undefined || sections === undefined || sections.length === 0) return null;
  const offered = new Map(sections.slice(0, MOST_OFFERED).map((key) => [vscode.l10n.t("Update “{0}”", key), key]));
  const told = vscode.l10n.t("Orch: {0} is answered. It bears on {1}.", question ?? "", sections.join(", "));
  const chosen = await vscode.window.showInformationMessage(told, ...offered.keys());
  const key = chosen === undefined ? undefined : offered.get(chosen);
  if (key === undefined) return null;
  const instruction = `The open question ${question ?? ""} is answered: ${answer ?? ""}. Bring this in line with the answer.`;
  return { uri, key, instruction };
}
