"""`spec_provenance`: which run wrote each part of a spec, with which model, and whether it was edited since."""

from __future__ import annotations

from pydantic import Field

from orch_lsp.document.written import written_parts
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.mcp import paging
from orch_lsp.mcp.answers import LONGEST_KEY, LONGEST_PATH, Answer, Page, Paged
from orch_lsp.mcp.tool import Answered, Call, Tool
from orch_lsp.orchestration.specs.written_by import origins_of
from orch_lsp.runs.escape import plain
from orch_lsp.runs.origins import SectionOrigin, time_of


class ProvenanceArguments(Paged):
    """The document, and the node if only one is asked about."""

    path: str = Field(max_length=LONGEST_PATH, description="The spec, by its path from the workspace's root.")
    key: str | None = Field(None, max_length=LONGEST_KEY, description="Only the node with this key.")


class WrittenPart(Answer):
    """A part of a spec that a run wrote."""

    key: str
    run_id: str
    provider: str
    model: str | None
    time: str = Field(description="When its text was complete, RFC 3339.")
    prompt: str | None = Field(description="Name and version of the prompt.")
    prompt_sha256: str | None
    input_tokens: int | None = Field(description="Of the whole run; null where that is not known.")
    output_tokens: int | None
    cost: str | None = Field(description="Of the whole run, with its currency.")
    edited_since: bool = Field(description="Whether a person changed the text since.")
    in_local_history: bool = Field(description="False: this is the repository's word alone.")


class ProvenanceAnswer(Page):
    """The parts that runs wrote; what is not among them, people wrote or nobody knows."""

    path: str
    parts: list[WrittenPart]


async def provenance(call: Call, asked: ProvenanceArguments) -> Answered:
    """The origins of a spec's parts."""
    first = paging.start_of(asked.cursor)
    reading = await call.grounds.spec(asked.path)
    if asked.key is not None and asked.key not in reading.document.nodes.by_key:
        raise SpecError(ErrorCode.UNKNOWN_NODE, f"{reading.spec_path} has no node {asked.key[:80]!r}.")
    found = await origins_of(
        call.grounds.history,
        reading,
        lambda: [part for part in written_parts(reading.document) if asked.key in {None, part.key}],
    )
    parts = [_part(part.key, origin) for part, origin in found]
    cut = paging.page(parts[first : first + asked.limit], first, asked.limit, len(parts))
    answer = ProvenanceAnswer(total=len(parts), next_cursor=cut.next_cursor, path=reading.spec_path, parts=cut.items)
    body = "\n".join(
        f"{one.key}: {one.provider} {one.model or '(no model)'}, {one.time}, run {one.run_id}, "
        f"{'edited since' if one.edited_since else 'unchanged'}"
        for one in cut.items
    )
    head = f"{len(cut.items)} of {len(parts)} parts that runs wrote. Parts that are not named were written by people."
    return Answered(answer, head, body)


def _part(key: str, origin: SectionOrigin) -> WrittenPart:
    run, entry = origin.run, origin.entry
    if run is not None:
        usage, cost = run.usage, run.cost
        return WrittenPart(
            key=key, run_id=run.run_id, provider=plain(run.provider.id),
            model=run.model.resolved or run.model.requested,
            time=time_of(run), prompt=f"{run.prompt.name} {run.prompt.version}", prompt_sha256=run.prompt.sha256,
            input_tokens=None if usage is None else usage.input_tokens,
            output_tokens=None if usage is None else usage.output_tokens,
            cost=None if cost is None else f"{cost.amount} {cost.currency}",
            edited_since=not origin.unchanged, in_local_history=True,
        )  # fmt: skip
    assert entry is not None  # noqa: S101 -- an origin is one of both
    return WrittenPart(
        key=key, run_id=entry.run_id, provider=plain(entry.provider), model=entry.model, time=entry.time,
        prompt=f"{entry.prompt_name} {entry.prompt_version}", prompt_sha256=None, input_tokens=None, output_tokens=None,
        cost=None, edited_since=not origin.unchanged, in_local_history=False,
    )  # fmt: skip


TOOL = Tool(
    "spec_provenance",
    "Provenance of a spec",
    "Say which parts of a spec a model wrote: run, provider, model, time, prompt, tokens, cost, and whether a person "
    "edited the text since.",
    ProvenanceArguments,
    ProvenanceAnswer,
    provenance,
)
