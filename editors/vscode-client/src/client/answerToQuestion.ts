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

/** Offers to rewrite all sections that an answer bears on, in one run; null if the person does not want to. */
export async function sectionsToUpdate(answered: unknown): Promise<CommandArgument | null> {
  const { uri, question, answer, sections } = answered as Partial<Answered>;
  if (uri === undefined || sections === undefined || sections.length === 0) return null;
  const [first] = sections;
  const offer =
    sections.length === 1
      ? vscode.l10n.t("Update “{0}”", first ?? "")
      : vscode.l10n.t("Update {0} sections", sections.length);
  const told = vscode.l10n.t("Orch: {0} is answered. It bears on {1}.", question ?? "", sections.join(", "));
  if ((await vscode.window.showInformationMessage(told, offer)) !== offer) return null;
  const instruction = `The open question ${question ?? ""} is answered: ${answer ?? ""}. Bring this in line with the answer.`;
  return { uri, keys: sections, instruction };
}
