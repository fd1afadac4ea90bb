// Writes l10n/bundle.l10n.json: every text that the code passes to l10n.t or t. With --check, fails if it is not up to date.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const BUNDLE = "l10n/bundle.l10n.json";

/** Texts of calls `t("…")`, `l10n.t("…")` and `vscode.l10n.t("…")` below a syntax node. */
function* texts(node) {
  if (ts.isCallExpression(node) && /^((vscode\.)?l10n\.)?t$/u.test(node.expression.getText())) {
    const [first] = node.arguments;
    if (first === undefined || !ts.isStringLiteralLike(first)) {
      throw new Error(`a text that is not a literal: ${node.getText()}`);
    }
    yield first.text;
  }
  for (const child of node.getChildren()) yield* texts(child);
}

function collect() {
  const found = new Set();
  for (const file of readdirSync("src", { recursive: true }).filter((name) => name.endsWith(".ts"))) {
    const path = join("src", file);
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    for (const text of texts(source)) found.add(text);
  }
  return Object.fromEntries([...found].sort().map((text) => [text, text]));
}

const bundle = `${JSON.stringify(collect(), null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (readFileSync(BUNDLE, "utf8") !== bundle) throw new Error(`${BUNDLE} is not up to date: npm run l10n`);
} else {
  writeFileSync(BUNDLE, bundle);
}
