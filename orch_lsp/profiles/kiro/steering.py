"""Steering documents of Kiro: which open places they have, and how the usual three of them are begun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, OpenPlace
from orch_lsp.document.open_sections import Words, section_places
from orch_lsp.document.template_notes import note_places

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument

_BELOW = {
    "purpose": Words("What the product is for: one paragraph.", "A shop in which customers order bread for tomorrow."),
    "target users": Words("Who uses it, one bullet each.", "- Customers, who order by phone"),
    "key features": Words("What it does for them, one bullet each.", "- Orders that repeat each week"),
    "business objectives": Words("What it has to achieve, one bullet each.", "- Fewer calls in the morning"),
    "stack": Words("Languages, frameworks, storage: one bullet each, with versions.", "- Python 3.12, Flask 3"),
    "libraries and tools": Words("What the code rests on, one bullet each.", "- `pytest` for tests"),
    "common commands": Words("How the code is built, tried and tested.", "```sh\nmake test\n```"),
    "constraints": Words("What binds each change, one bullet each.", "- No call to a server but our own"),
    "folders": Words("What lies where, one bullet each.", "- `shop/orders/`: orders and their rules"),
    "naming": Words("How files and names are written, one bullet each.", "- Modules in the plural"),
    "imports": Words("Which part may import which.", "- `orders` knows nothing of `web`"),
    "decisions": Words("What was decided for the whole code, and why.", "- One process: it is enough for one town"),
}


def _places(document: SpecDocument) -> Iterator[OpenPlace]:
    yield from section_places(document, {}, below=_BELOW)
    yield from note_places(document)


DRAFTING = Drafting(
    asking(__package__, "kiro.steering", "2", "standing guidance for those who change a project"), _places
)
