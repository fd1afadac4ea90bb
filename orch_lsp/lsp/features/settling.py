"""orch.settleSecret: what may be sent of a document in which something looks like a secret."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.late import late
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import read
from orch_lsp.settings.secret_choices import CHOICES, SecretChoice, read_choices
from orch_lsp.workspace import state_home

if TYPE_CHECKING:
    from orch_lsp.orchestration.requests import secret_decisions, secret_refusal
else:
    secret_decisions = late("orch_lsp.orchestration.requests.secret_decisions")
    secret_refusal = late("orch_lsp.orchestration.requests.secret_refusal")


async def settle_secret(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.settleSecret: remember, at user level, the choice for what looks like a secret on a line of the document.

    Without a line it only looks. Answers the kinds that stand on the line, and how many others still stop a draft.
    With none left, the failure that they had caused is shown no more.

    Raises:
        ContextError: There is nothing like that on the line, or a key in use was to be let pass.
    """
    uri = ls.target_uri(given.uri)
    choice: SecretChoice | None = next((known for known in CHOICES if known == given.choice), None)
    if (given.choice is None) != (given.line is None) or choice != given.choice:
        raise JsonRpcInvalidParams("`line` is needed, and `choice`: " + ", ".join(CHOICES))
    reading = await read(ls, uri)
    redactor = ls.shared.redactor
    line, document = given.line, reading.document
    if line is not None:
        await asyncio.to_thread(secret_decisions.choose_at, state_home(), document, redactor, line, choice)
    places = await asyncio.to_thread(lambda: secret_refusal.secrets_of(document, read_choices(state_home()), redactor))
    left = sum(place.blocks for place in places)
    failure = ls.failures.get(uri)
    if not left and failure is not None and failure.detail.code == "secret_blocked":
        ls.failures.clear(uri)
    refresh(ls, uri)
    kinds = [place.match.kind for place in places if line is None or place.is_on(line)]
    return {"kinds": kinds, "choice": choice, "left": left}
