"""The providers that a process keeps: what one of them does at its end harms nobody else."""

from __future__ import annotations

import asyncio

import pytest

from orch_lsp.orchestration.running.connections import Connections
from orch_lsp.providers.outline import OutlineProvider
from orch_lsp.redaction import Redactor
from orch_lsp.settings.model import ProviderSettings


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, RecursionError])
async def test_a_provider_that_raises_anything_at_its_end_ends_alone(error: type[BaseException]) -> None:
    ended: list[str] = []

    class Kept(OutlineProvider):
        async def aclose(self) -> None:
            ended.append(self.id)
            if self.id == "bad":
                raise error

    connections = Connections(lambda settings, _: Kept(settings), lambda _: False, {}, Redactor())
    for name in ("bad", "good"):
        await connections.provider(ProviderSettings(name, "outline", base_url=None), None)
    await connections.aclose()
    assert sorted(ended) == ["bad", "good"]


async def test_several_who_ask_at_once_share_one():
    made: list[str] = []

    def create(settings: ProviderSettings, _: str | None) -> OutlineProvider:
        made.append(settings.name)
        return OutlineProvider(settings)

    connections = Connections(create, lambda _: False, {}, Redactor())
    settings = ProviderSettings("work", "outline", base_url=None)
    found = await asyncio.gather(*(connections.provider(settings, "key") for _ in range(8)))
    assert made == ["work"]
    assert len({id(one) for one in found}) == 1
