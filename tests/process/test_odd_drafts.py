"""Answers that are no plain draft, through the command line: each gives a finding on the record."""

from __future__ import annotations

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.record_rules import check_record

SPEC = "# Limit requests\n\nLimit each client of the gateway to 100 requests a minute, and tell it when to come back.\n"
HALF = "## Goal\n\nA client gets at most 100 requests a minute.\n\n## Non-goals\n\n- Paid plans, which have a li"
OTHER = """# Export of invoices

## Goal

Invoices are printed.

## Non-goals

- CSV.

## Assumptions

- The printer is online.

## Tasks

- [ ] Write the exporter.
"""
ODD = {
    "half": (HALF, "section_missing", "warning"),
    "page": (
        "<html><body><h2>Goal</h2><p>100 requests a minute.</p></body></html>",
        "answer_mended",
        "information",
    ),
    "request": ("## Goal\n\n100 requests a minute.\n\nL1: # Limit requests\n", "text_left_out", "warning"),
    "hidden": ("## Goal\n\n100 re\u200bquests a min\x00ute.\n", "answer_mended", "information"),
}


@pytest.mark.parametrize("name", ODD)
async def test_each_is_completed_with_its_finding(name, orch, homes, provider, workspace):
    answer, rule, severity = ODD[name]
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    provider.script(stream_reply(chat_pieces([answer])))
    done = await orch("draft", "a.spec.md", "--workflow", "quick", "--json")
    record = check_record(done.json())
    assert (done.code, record["status"]) == (0, "completed")
    assert (rule, severity) in {(found["rule"], found["severity"]) for found in record["findings"]}
    if name == "half":
        assert done.err.count("the answer has no Assumptions, Acceptance Criteria") == 1
        missing = [found for found in record["findings"] if found["rule"] == rule]
        assert [found["key"] for found in missing][:3] == ["non-goals", "assumptions", "acceptance-criteria"]
        assert "“Non-goals” ends in the middle of a statement" in done.err


async def test_another_document_waits_for_review(orch, homes, provider, workspace):
    homes.use(provider.url)
    (workspace / "a.spec.md").write_text(SPEC)
    provider.script(stream_reply(chat_pieces([OTHER])))
    done = await orch("draft", "a.spec.md", "--workflow", "quick", "--write")
    assert done.code == 1
    assert "the answer is about something else" in done.err or "is nowhere in the draft" in done.err
    assert (workspace / "a.spec.md").read_text() == SPEC
