"""`spec_propose`: leave a new text of one node as a draft that a person reviews. Edits nothing, asks no model."""

from __future__ import annotations

import asyncio

from pydantic import Field

from orch_lsp.errors import ErrorCode, ProviderError, SpecError
from orch_lsp.mcp import outgoing
from orch_lsp.mcp.answers import LONGEST_KEY, LONGEST_PATH, Answer, Arguments
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.orchestration.drafts.proposal import Proposal
from orch_lsp.orchestration.drafts.proposal import propose as leave
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.escape import plain
from orch_lsp.runs.view import finding_lines
from orch_lsp.text import LineIndex

_LONGEST_TEXT = 64_000
_MOST_FINDINGS = 20


class ProposeArguments(Arguments):
    """The node, its new text, and the document that was read."""

    path: str = Field(max_length=LONGEST_PATH, description="The spec, by its path from the workspace's root.")
    key: str = Field(
        min_length=1, max_length=LONGEST_KEY, description="The node, or a key of `open_places` of `spec_outline`."
    )
    text: str = Field(
        min_length=1,
        max_length=_LONGEST_TEXT,
        description="Its whole new text in Markdown: what stands below a heading, or an item with its marker and id.",
    )
    expected_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="`document_sha256` of the document that you have read."
    )
    reason: str = Field("", max_length=2_000, description="Why, for the person who reviews it.")
    model: str | None = Field(None, max_length=200, description="The model that you are.")


class ProposeAnswer(Answer):
    """The draft that waits."""

    run_id: str
    state: str = Field(description="`ready`: a person applies or discards it.")
    path: str
    key: str
    findings: list[str] = Field(description="What the check says of the text.")
    next_step: str


async def propose(call: Call, asked: ProposeArguments) -> Answered:
    """Leave the text as a draft.

    Raises:
        ProviderError: The text is none for this node.
        SpecError: The document is another one by now, or the node holds lines that agents are not given.
    """
    grounds = call.grounds
    reading = await grounds.surrounded(await grounds.spec(asked.path))
    if await asyncio.to_thread(_hides_lines, reading, asked.key):
        raise SpecError(
            ErrorCode.SECRET_BLOCKED, f"{asked.key[:80]!r} holds lines that you were not given: they would be lost.",
            remediation="A person has to take the secret out of it, or change it themselves.",
        )  # fmt: skip
    grounds.count_proposal()
    text = grounds.session.redactor.redact_known(asked.text)
    proposal = Proposal(asked.key, text, asked.expected_sha256, call.client, asked.model, asked.reason)
    record = await leave(grounds.session, reading, proposal)
    if record.error is not None or record.draft is None or not record.draft.sections:
        error = record.error
        raise ProviderError(
            ErrorCode.UNUSABLE_DRAFT, "The text does not fit there." if error is None else error.message,
            remediation="Give the whole new text of this one node, in its own shape, and nothing around it.",
        )  # fmt: skip
    findings = [plain(line) for line in finding_lines(record)][:_MOST_FINDINGS]
    told = f"Run `orch-lsp apply {record.run_id}` or “Orch: Apply draft” in the editor: a person decides."
    answer = ProposeAnswer(
        run_id=record.run_id, state=record.draft.state.value, path=reading.spec_path, key=asked.key, findings=findings,
        next_step=told,
    )  # fmt: skip
    head = f"The draft waits for a person as run {record.run_id}; nothing was changed. {told}"
    return Answered(answer, head, "\n".join(findings) or "The check found nothing.")


def _hides_lines(reading: Reading, key: str) -> bool:
    node = reading.document.nodes.by_key.get(key)
    if node is None:
        return False
    lines = LineIndex(reading.document.text)
    first, last = lines.position(node.span.start)[0], lines.position(node.span.end)[0] + 1
    return outgoing.lines_of(reading.spec_path, reading.document.text, first, last)[1]


TOOL = Tool(
    "spec_propose",
    "Propose a text",
    "Leave a new text of one node of a spec, or of an open place, as a draft for a person's review. The spec is not "
    "changed, and no model is asked. Fails if the document is not the one that you have read.",
    ProposeArguments,
    ProposeAnswer,
    propose,
    reads_only=False,
)
