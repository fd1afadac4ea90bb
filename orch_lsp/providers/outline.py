"""`outline`: the provider that needs no model, key or network.

It is extractive and deterministic. The sentences and bullets of the brief are sorted into the sections that are asked
for, in the writer's own words; a section about which the brief says nothing gets an open question. It invents nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from orch_lsp.generation import FinishReason
from orch_lsp.late import late
from orch_lsp.providers.base import Finished, GenerationRequest, StreamEvent, TextDelta

if TYPE_CHECKING:
    from orch_lsp.providers import outline_sorting
    from orch_lsp.settings.model import ProviderSettings
else:
    outline_sorting = late("orch_lsp.providers.outline_sorting")

KIND = "outline"


class OutlineProvider:
    """Sorts the brief into sections. Nothing leaves the machine; no attempt, model or usage is ever reported."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._name = settings.name

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        return self._name

    @property
    def kind(self) -> str:
        """Always `outline`."""
        return KIND

    @property
    def server_address(self) -> None:
        """None: nothing leaves the machine."""
        return None

    def request_body(self, request: GenerationRequest) -> None:
        """None: nothing is sent."""
        del request

    async def stream(self, request: GenerationRequest) -> AsyncIterator[StreamEvent]:
        """Yield the sections in the order of the request, each as a heading and a body, then `Finished`."""
        bodies = await asyncio.to_thread(outline_sorting.section_bodies, request.brief, request.sections)
        for section, body in zip(request.sections, bodies, strict=True):
            yield TextDelta(f"## {section.title}\n\n")
            for line in body.split("\n"):
                yield TextDelta(f"{line}\n")
                await asyncio.sleep(0)
            yield TextDelta("\n")
        yield Finished(FinishReason.STOP, ("stop",))

    async def aclose(self) -> None:
        """Nothing is held."""
