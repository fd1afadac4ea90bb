"""Documents that `orch-lsp new` begins, drafted by the real command and server: every open place, in its own shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.desk import configure

TASK = """<task type="auto">
  <name>Task 1: Keep sessions</name>
  <files>src/sessions.py</files>
  <action>Add `Sessions` with `open(user) -> str`.</action>
  <verify>pytest tests/test_sessions.py</verify>
  <done>A closed key opens nothing</done>
</task>"""
BELOW = "A customer orders bread.\n\nWhoever bakes it sees the list at four."
GOOD = {
    ("gsd", "requirements"): {
        "Core Value": "**Core Value:** An order that was placed is baked",
        "v1 Requirements": "### Sign-in\n\n- [ ] **AUTH-01**: A customer signs in\n- [ ] **AUTH-02**: and out again",
        "v2 Requirements": "### Sign-in\n\n- **AUTH-03**: A customer signs in by mail",
        "Out of Scope": "| Feature | Reason |\n|---|---|\n| Phone | Nobody asked |",
    },
    ("gsd", "roadmap"): {
        "Overview": "First customers sign in, then they order.",
        "Phases": "- [ ] **Phase 1: Sign-in** - in and out\n- [ ] **Phase 2: Orders** - for tomorrow",
        "Phase Details": (
            "### Phase 1: Sign-in\n\n**Goal**: In and out\n**Depends on**: Nothing\n"
            "**Success Criteria** (what must be TRUE):\n  1. A customer signs in\n**Plans**: TBD\n\n"
            "### Phase 2: Orders\n**Goal**: Order\n**Depends on**: Phase 1\n"
            "**Success Criteria** (what must be TRUE):\n  1. A customer orders\n**Plans**: TBD"
        ),
    },
    ("gsd", "project"): {
        "What This Is": BELOW,
        "Core Value": "An order that was placed is baked.",
        "Active": "- [ ] Orders that repeat",
        "Out of Scope": "- Payment — the bakery sends bills",
        "Context": "One shared tablet.",
        "Constraints": "- **Budget**: one server — nobody looks after two",
    },
    ("gsd", "context"): {
        "Phase Boundary": "Customers sign in and out.",
        "Implementation Decisions": "### Sessions\n\n- **D-01:** A session ends after 30 minutes",
        "Canonical References": "- `docs/sign-in.md` — rules for passwords",
        "Existing Code Insights": "- `src/forms.py`: forms with checks",
        "Specific Ideas": "- The form looks like that of the old shop",
        "Deferred Ideas": "None — nothing else came up",
    },
    ("gsd", "plan"): {
        "Files modified": "- `src/sessions.py`\n- tests/test_sessions.py",
        "Requirements": "- AUTH-01",
        "Truths": '- A customer stays signed in after a "restart"\n- A wrong password is refused',
        "Artifacts": "- src/sessions.py: keys of sessions",
        "Key links": "- src/login.py → src/sessions.py: opens a session",
        "Purpose": "Purpose: Nobody has to sign in on each page.",
        "Output": "`src/sessions.py` with tests",
        "Tasks": f"```xml\n<tasks>\n{TASK}\n</tasks>\n```",
        "Verification": "- [ ] `pytest` passes",
        "Success criteria": "- All tasks are done",
    },
    ("spec-kit", "checklist"): {
        "Checklist items": (
            "### Requirement Clarity\n\n- [ ] CHK001 Is “soon” a number of minutes? [Clarity]\n\n"
            "### Requirement Completeness\n\n- [ ] CHK002 Is it said who signs in? [Gap]"
        )
    },
    ("spec-kit", "roadmap"): {
        "Entries": (
            "| R1 | Sign-in | Customers sign in | No mail | — | planned | — |\n"
            "| R2 | Orders | Customers order | No payment | R1 | planned | — |"
        )
    },
    ("kiro", "steering"): {"Purpose": BELOW, "Rules": "- No call to a server but our own"},
}
BAD = {
    ("gsd", "requirements"): {
        "v1 Requirements": "- [ ] **AUTH-01**: A customer signs in\n- [ ] **AUTH-01**: and out again",
        "v2 Requirements": "More of it.",
    },
    ("gsd", "roadmap"): {"Phases": "1. Sign-in\n2. Orders", "Phase Details": "### Phase 1: Sign-in\n\nSoon."},
    ("gsd", "context"): {"Phase Boundary": "</domain>\n\n<decisions>"},
    ("gsd", "plan"): {
        "Files modified": "- whatever the agent wants",
        "Truths": "It works.",
        "Tasks": TASK.replace("  <done>A closed key opens nothing</done>\n", ""),
        "Verification": f"{TASK}\n\n<task>",
    },
    ("spec-kit", "checklist"): {"Checklist items": "- Is it clear?"},
    ("spec-kit", "roadmap"): {"Entries": "| R1 | Sign-in | — |"},
}


def answer(parts: dict[str, str]) -> str:
    return "\n".join(f"## {title}\n\n{body}\n" for title, body in parts.items())


@pytest.fixture
def odd(workspace: Path) -> Path:
    root = workspace / "My Prüf (1) [x]"
    (root / ".orch").mkdir(parents=True)
    return root


@pytest.mark.parametrize(("profile", "kind"), GOOD)
async def test_a_good_answer_fills_every_open_place_and_breaks_no_rule(homes, provider, orch, odd, profile, kind):
    configure(homes, provider.url)
    if (profile, kind) == ("gsd", "plan"):
        (odd / ".planning").mkdir()
        known = "# Requirements: Shop\n\n## v1 Requirements\n\n- [ ] **AUTH-01**: A customer signs in\n"
        (odd / ".planning" / "REQUIREMENTS.md").write_text(known)
    begun = await orch("new", "User login", "--profile", profile, "--kind", kind, "--json", cwd=odd)
    path = begun.json()["path"]
    if (profile, kind) == ("spec-kit", "checklist"):
        (odd / path).parent.parent.joinpath("spec.md").write_text("# Feature Specification: User login\n")
    parts = GOOD[profile, kind]
    provider.script(stream_reply(chat_pieces([answer(parts)])))
    drafted = await orch("draft", path, "--write", "--json", cwd=odd)
    assert drafted.code == 0, (drafted.out, drafted.err)
    record = drafted.json()
    assert (record["prompt"]["name"], record["spec"]["kind"]) == (f"{profile}.{kind}", kind)
    assert record["findings"] == []
    asked = next(step for step in record["steps"] if step["name"] == "draft")["sections"]
    assert len(asked) == len(parts)
    assert {section["key"] for section in record["draft"]["sections"]} >= set(asked)
    again = await orch("draft", path, "--json", cwd=odd)
    assert "open" in again.err or "nothing" in again.err.casefold(), again.err
    checked = await orch("check", path, "--json", cwd=odd)
    assert checked.json()["findings"] == []


@pytest.mark.parametrize(("profile", "kind"), BAD)
async def test_a_bad_answer_is_left_out(homes, provider, orch, odd, profile, kind):
    configure(homes, provider.url)
    begun = await orch("new", "User login", "--profile", profile, "--kind", kind, "--json", cwd=odd)
    file = odd / begun.json()["path"]
    text = file.read_bytes()
    provider.script(stream_reply(chat_pieces([answer(BAD[profile, kind])])))
    drafted = await orch("draft", begun.json()["path"], "--write", "--json", cwd=odd)
    assert drafted.code != 0
    assert drafted.json()["error"]["code"] == "unusable_draft"
    assert file.read_bytes() == text


CONTEXT = (
    "# Phase 1: 登录 - Context\r\n\r\n<domain>\r\n## Phase Boundary\r\n\r\nAll.\r\n\r\n</domain>\r\n\r\n<deferred>\r\n"
    "## Deferred Ideas\r\n\r\n</deferred>\r\n"
)


async def test_in_an_editor_a_tag_without_text_is_drafted_in_place_and_its_lens_goes(
    homes, provider, start_editor, odd
):
    configure(homes, provider.url)
    file = odd / ".planning" / "phases" / "01-sign-in" / "01-CONTEXT.md"
    file.parent.mkdir(parents=True)
    editor = await start_editor()
    uri = editor.open(file, CONTEXT)
    assert await editor.lenses(uri) == ["Orch: Draft 1 open place: Deferred Ideas", "Orch: Draft Deferred Ideas"]
    provider.script(stream_reply(chat_pieces([answer({"Deferred Ideas": "- Sign-in by mail — phase 4"})])))
    record = await editor.draft(uri)
    assert (record["status"], record["findings"]) == ("completed", []), record["error"]
    written = CONTEXT.replace("Deferred Ideas\r\n\r\n", "Deferred Ideas\r\n\r\n- Sign-in by mail — phase 4\r\n\r\n")
    assert editor.text(uri) == written
    assert await editor.lenses(uri) == []
    assert (record["prompt"]["name"], record["spec"]["profile"]) == ("gsd.context", "gsd/context")


async def test_in_an_editor_the_front_matter_and_the_tags_of_a_plan_are_drafted_and_undone_at_once(
    homes, provider, start_editor, orch, odd
):
    configure(homes, provider.url)
    begun = await orch("new", "User login", "--profile", "gsd", "--kind", "plan", "--json", cwd=odd)
    file = odd / begun.json()["path"]
    text = file.read_text(encoding="utf-8")
    editor = await start_editor()
    uri = editor.open(file, text)
    assert (await editor.lenses(uri))[0].startswith("Orch: Draft 10 open places: Files modified, Requirements, Truths")
    provider.script(stream_reply(chat_pieces([answer({"Tasks": TASK, "Truths": "- It is closed"})])))
    record = await editor.draft(uri)
    assert record["status"] == "completed", record["error"]
    assert editor.text(uri) == text.replace("<tasks>\n\n</tasks>", f"<tasks>\n\n{TASK}\n\n</tasks>").replace(
        "truths: []", 'truths:\n    - "It is closed"'
    )
    editor.undo(uri)
    assert editor.text(uri) == text
