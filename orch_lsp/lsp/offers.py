"""Commands that fit a document now: one list, shown as lenses and as code actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from orch_lsp.document.brief import fill_targets
from orch_lsp.lsp.commands import APPLY_DRAFT, CANCEL_RUN, DISCARD_DRAFT, GENERATE_DRAFT, PREVIEW_DRAFT, USE_PROVIDER
from orch_lsp.orchestration.plan import Reading
from orch_lsp.orchestration.session import Session


@dataclass(frozen=True, slots=True)
class Offer:
    """A command with its title and argument."""

    title: str
    command: str
    argument: dict[str, Any] = field(default_factory=dict[str, Any])


async def offers(session: Session, reading: Reading) -> list[Offer]:
    """Cancel while a run is live; else what to do with a waiting draft, and to generate if anything is open."""
    uri = reading.source.uri
    live = session.supervisor.live_on(uri)
    if live is not None:
        return [Offer(f"Orch: Cancel ({live.record.status})", CANCEL_RUN, {"runId": live.record.run_id})]
    found: list[Offer] = []
    store = await session.store(reading)
    waiting = await store.ready_draft_for(reading.spec_path)
    if waiting is not None and waiting.draft is not None:
        argument = {"runId": waiting.run_id}
        kind = "partial draft" if waiting.draft.partial else "draft"
        found += [
            Offer(f"Orch: Apply {kind}", APPLY_DRAFT, argument),
            Offer(f"Orch: Preview {kind}", PREVIEW_DRAFT, argument),
            Offer(f"Orch: Discard {kind}", DISCARD_DRAFT, argument),
        ]
    if reading.drafts and fill_targets(reading.document, reading.profile):
        found.append(Offer("Orch: Generate spec draft", GENERATE_DRAFT, {"uri": uri}))
    return found


def other_choices(reading: Reading, asked: Collection[tuple[str, str | None]] = ()) -> Iterable[Offer]:
    """The providers that the user has set up with a model, and outline, which needs nothing.

    Args:
        reading: The document; what is chosen for it is no other choice.
        asked: Providers with their models that have just failed.
    """
    settings = reading.settings
    choice = settings.choice
    uri = reading.source.uri
    for name, provider in settings.providers.items():
        if provider.has_model and provider.model is None:
            continue
        if (name, provider.model) in asked:
            continue
        if choice and (choice.provider.name, choice.model) == (name, provider.model):
            continue
        if choice and not choice.provider.has_model and not provider.has_model:
            # The same by another name.
            continue
        model = provider.model
        title = f"Orch: Use {name} ({model})" if model else f"Orch: Use {name} (local, no model)"
        yield Offer(title, USE_PROVIDER, {"uri": uri, "provider": name, "model": model})
