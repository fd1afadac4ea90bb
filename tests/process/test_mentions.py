"""Files and symbols that a spec names, over a real pipe: what they mean, what is offered, and what is not there."""

from __future__ import annotations

import pytest
from lsprotocol import types

CODE = "LIMIT = 3\n\n\nclass Limiter:\n    def take(self):\n        return 1\n\n\ndef other(): ...\n"
SPEC = """# Rate limiter

See [the code](../app/limiter.py), @app/limiter.py#L5-L6 and @docs/gone.md, or [nothing](gone/x.py).

Change `app.limiter.Limiter`; ask @bob at bob@example.com, e.g. about `Limiter`.

```
  File "/srv/venv/lib/python3.12/site-packages/app/limiter.py", line 99, in take
```
"""


@pytest.fixture
def specs(workspace):
    for path, text in {"app/limiter.py": CODE, "app/.env": "A=1\n", "docs/notes.md": "# Notes\n"}.items():
        (workspace / path).parent.mkdir(exist_ok=True)
        (workspace / path).write_text(text)
    return workspace / "specs"


def at(text: str, words: str, more: int = 1) -> types.Position:
    offset = text.index(words) + more
    line = text.count("\n", 0, offset)
    return types.Position(line, offset - (text.rfind("\n", 0, offset) + 1))


async def hovered(editor, uri, place):
    found = await editor.client.text_document_hover_async(types.HoverParams(types.TextDocumentIdentifier(uri), place))
    return None if found is None else found.contents.value


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("[the code]", ""),
        ("@app/limiter.py#L5", ", lines 5–6"),
        ("app.limiter.Limiter", ", lines 4–6"),
        ("`Limiter`", ", lines 4–6"),
        ("/srv/venv", ", lines 5–6"),
    ],
)
async def test_a_mention_tells_where_it_leads_how_much_that_is_and_that_it_is_sent(start_editor, specs, words, lines):
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", SPEC)
    said = await hovered(editor, uri, at(SPEC, words))
    assert said is not None
    assert f"`app/limiter.py`{lines}: " in said
    assert "tokens" in said
    assert "Sent with a draft" in said


async def test_of_words_that_name_nothing_here_nothing_is_told(start_editor, specs):
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", SPEC)
    for words in ("@bob", "bob@example.com", "e.g.", "Change"):
        assert await hovered(editor, uri, at(SPEC, words)) is None, words
    said = await hovered(editor, uri, at(SPEC, "@docs/gone"))
    assert said is not None
    assert "not sent with a draft: not found" in said


async def test_a_mention_leads_to_its_lines(start_editor, specs, workspace):
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", SPEC)
    for words, line in (("@app/limiter.py#L5", 4), ("app.limiter.Limiter", 3), ("/srv/venv", 4)):
        params = types.DefinitionParams(types.TextDocumentIdentifier(uri), at(SPEC, words))
        (found,) = await editor.client.text_document_definition_async(params)
        assert found.target_uri == (workspace / "app/limiter.py").as_uri()
        assert found.target_range.start.line == line


@pytest.mark.parametrize(
    ("begun", "offered"), [("app/l", ["app/limiter.py"]), ("limi", ["app/limiter.py", "LIMIT", "Limiter"]), ("zzz", [])]
)
async def test_files_are_offered_behind_an_at(start_editor, specs, begun, offered):
    text = f"# Rate limiter\n\nSee @{begun}\n"
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", text)
    params = types.CompletionParams(types.TextDocumentIdentifier(uri), at(text, f"@{begun}", len(begun) + 1))
    answer = await editor.client.text_document_completion_async(params)
    items = answer.items if answer else []
    assert [item.label for item in items] == offered
    for item in items:
        assert item.filter_text.casefold().startswith(begun)
        assert item.text_edit.new_text == item.label


@pytest.mark.parametrize(
    ("begun", "offered", "text"),
    [
        ("@Limi", ["app/limiter.py", "LIMIT", "Limiter"], "Limiter"),
        ("@limiter.ta", ["limiter.take"], "limiter.take"),
        ("`Limi", ["LIMIT", "Limiter"], "Limiter"),
        ("`app.lim", ["app.limiter"], "app.limiter"),
        ("@app/limiter.py#", ["Limiter", "Limiter.take", "other"], "L9-L9"),
        ("@app/limiter.py#ta", ["Limiter.take"], "L5-L6"),
        ("[x](../app/limiter.py#L5", ["Limiter.take"], "L5-L6"),
        ("[x]\n\n[x]: ../app/limiter.py#oth", ["other"], "L9-L9"),
        ("`zz", [], ""),
    ],
)
async def test_symbols_modules_and_lines_are_offered(start_editor, specs, begun, offered, text):
    written = f"# Rate limiter\n\nSee {begun}"
    spec = f"{written}{'`' if '`' in begun else ''}\n"
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", spec)
    params = types.CompletionParams(types.TextDocumentIdentifier(uri), at(spec, begun, len(begun)))
    answer = await editor.client.text_document_completion_async(params)
    items = answer.items if answer else []
    assert [item.label for item in items] == offered
    assert [item.text_edit.new_text for item in items][-1:] == ([text] if text else [])


async def test_a_constant_leads_to_the_line_that_binds_it(start_editor, specs, workspace):
    text = "# Rate limiter\n\nChange @LIMIT_SIZE.\n"
    (workspace / "app/sizes.py").write_text("A = 1\nLIMIT_SIZE = [\n    3,\n]\nB = 2\n")
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", text)
    said = await hovered(editor, uri, at(text, "@LIMIT_SIZE"))
    assert said is not None
    assert "`LIMIT_SIZE` in `app/sizes.py`, lines 2–4" in said


async def test_names_that_lead_out_or_that_nothing_defines_are_found(start_editor, specs, workspace):
    (workspace / "app/link.md").symlink_to("/etc/hostname")
    text = (
        "# Rate limiter\n\nSee @Limiter, @GoneLimiter, [a](/etc/passwd), [b](file:///etc/passwd), @../../../x,\n"
        "[c](../../../y), [d](../app/link.md), [e](/some/route), [f](/app/limiter.py), [g](~/notes.md),\n"
        "@bob, @gone_one and [h](../gone.md).\n"
    )
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", text)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await editor.client.text_document_diagnostic_async(params)
    found = [one.message.removesuffix(": it is not given to a draft.") for one in report.items]
    assert [one for one in found if one.startswith("`")] == [
        "`@GoneLimiter` is not found",
        "`/etc/passwd` is outside the workspace",
        "`file:///etc/passwd` is outside the workspace",
        "`@../../../x` is outside the workspace",
        "`../../../y` is outside the workspace",
        "`../app/link.md` is a link out of the workspace",
        "`~/notes.md` is outside the workspace",
        "`@gone_one` is not found",
        "`../gone.md` is not found",
    ]
    said = await hovered(editor, uri, at(text, "[h]"))
    assert said == "`../gone.md` is not sent with a draft: not found."


async def test_links_and_ats_that_lead_nowhere_are_found(start_editor, specs):
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", SPEC)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await editor.client.text_document_diagnostic_async(params)
    found = [one for one in report.items if one.code == "mention_not_found"]
    assert [one.message.partition(" is ")[0] for one in found] == ["`@docs/gone.md`", "`gone/x.py`"]
    assert found[0].range.start == at(SPEC, "@docs/gone", 0)


async def test_lines_behind_the_end_of_a_file_are_found_and_not_sent(start_editor, specs):
    text = "# Rate limiter\n\nSee @app/limiter.py#L9, @app/limiter.py#L10, `limiter.py:99` and `app/limiter.py:99`.\n"
    editor = await start_editor(orch=False)
    uri = editor.open(specs / "a.spec.md", text)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await editor.client.text_document_diagnostic_async(params)
    assert [one.message for one in report.items if one.code == "mention_not_found"] == [
        "`@app/limiter.py#L10` is line 10 of a file that has 9: it is not given to a draft.",
        "`app/limiter.py:99` is line 99 of a file that has 9: it is not given to a draft.",
    ]
    said = await hovered(editor, uri, at(text, "@app/limiter.py#L10"))
    assert said == "`app/limiter.py` is not sent with a draft: no line 10."


async def test_a_project_in_a_folder_has_paths_of_its_own(start_editor, workspace):
    for path in ("shop/src/cart.ts", "src/cart.ts", "src/root.ts", "shop/.planning/notes.md"):
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text("export const cart = 1\n")
    text = (
        "---\nphase: 01-cart\nplan: 01\ntype: execute\nwave: 1\n---\n\n<execution_context>\n\n"
        "@~/.claude/get-shit-done/workflows/run.md\n"
        "@/Users/nobody/.codex/get-shit-done/templates/summary.md\n</execution_context>\n\n<context>\n\n"
        "@src/cart.ts\n@src/root.ts\n@.planning/notes.md\n@src/gone.ts\n[up](../../../src/cart.ts)\n"
        "[too far](../src/cart.ts)\n@/srv/elsewhere/notes.md\n</context>\n"
    )
    editor = await start_editor(orch=False)
    uri = editor.open(workspace / "shop" / ".planning" / "phases" / "01-cart" / "01-01-PLAN.md", text)
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await editor.client.text_document_diagnostic_async(params)
    found = [one.message.partition(" is ")[0] for one in report.items if one.code == "mention_not_found"]
    assert found == ["`@src/gone.ts`", "`../src/cart.ts`", "`@/srv/elsewhere/notes.md`"]
    assert "`shop/src/cart.ts`" in await hovered(editor, uri, at(text, "@src/cart"))
    assert "`src/root.ts`" in await hovered(editor, uri, at(text, "@src/root"))
