"""One keystroke in documents of the formats, of 20,000 words each, beside two other servers and our own full pass.

    python benchmarks/formats.py [--short] [--check] [--only KIND] [--venv DIR] [--node DIR]

With `--venv` rumdl, a linter written in Rust, is installed below DIR, with `--node` VS Code's own server for Markdown;
both get the same keystrokes in turn and do what they do: a change, then a pull of the document's diagnostics. All of it
is measured with a client that declares that it pulls them, as VS Code does, and with one that declares nothing: servers
push to that, too. The full pass is what one costs that knows nothing of the document yet: both are processor time in
one process, without protocol.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Sequence

from harness.environments import markdown_server, programs
from harness.formats import KINDS, Kind
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, options, report
from harness.typist import Typist, typist
from harness.workspace import Place, place

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.readings import Readings
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.orchestration.specs.document_format import recognised_in
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import check

WORDS = 20_000
OURS = ("-m", "orch_lsp", "serve")
CLIENTS = {"": True, " (undeclared)": False}
"""By what stands behind the kind in a row: whether the client declares that it pulls diagnostics."""
_LEAST_GAIN = 0.1
_MOST_MS = 16.0
_WARM = 3
_WORD = re.compile(r"^(?!#).*?\b[a-z]{4}", re.MULTILINE)


class Pass:
    """What a keystroke makes anew: the tree, the format, sections, nodes, findings, and its place in the index."""

    def __init__(self, kind: Kind) -> None:
        self._path = kind.path
        self._readings = Readings()
        self._index = Index()

    def read(self, text: str) -> SpecDocument:
        markdown = self._readings.markdown(self._path, text)
        recognised = recognised_in(markdown, self._path)
        profile = recognised[0].profile if recognised else PLAIN
        document = self._readings.read(self._path, text, profile)
        self._index = self._index.with_document(IndexedDocument(self._path, document.nodes))
        check(document)
        return document


def computing(kind: Kind, text: str, rounds: int) -> tuple[float, float]:
    """Milliseconds of a processor: of a key in the middle of the text, and of a full pass."""
    place_of_key = next(found.end() for found in _WORD.finditer(text) if found.start() > len(text) // 2)
    known = Pass(kind)
    known.read(text)
    keys: list[float] = []
    whole: list[float] = []
    for _ in range(rounds + _WARM):
        text = f"{text[:place_of_key]}x{text[place_of_key:]}"
        began = time.process_time()
        known.read(text)
        keys.append((time.process_time() - began) * 1000)
    # Not in turn: typed keys follow one another, too, and a full pass between them would empty the processor's caches.
    for _ in range(rounds + _WARM):
        began = time.process_time()
        Pass(kind).read(text)
        whole.append((time.process_time() - began) * 1000)
    return statistics.median(keys[_WARM:]), statistics.median(whole[_WARM:])


async def typists(
    where: Place, kind: Kind, text: str, others: Sequence[tuple[str, Sequence[str]]], *, pulls: bool
) -> list[tuple[str, LspClient, Typist]]:
    """Ours first."""
    found: list[tuple[str, LspClient, Typist]] = []
    for name, program in (("ours", ()), *others):
        client = await (
            LspClient.start((), cwd=where.root, env=where.env, program=program)
            if program
            else LspClient.start(OURS, cwd=where.root, env=where.env)
        )
        found.append((name, client, await typist(client, where, text, kind.path, pulls=pulls)))
    return found


async def keys_in(
    where: Place, kind: Kind, others: Sequence[tuple[str, Sequence[str]]], rounds: int, *, pulls: bool
) -> dict[str, float]:
    """Median milliseconds from a key to the diagnostics with it, by server."""
    at_work = await typists(where, kind, kind.make(WORDS), others, pulls=pulls)
    took: dict[str, list[float]] = {name: [] for name, _, _ in at_work}
    for _ in range(rounds + _WARM):
        for name, _, typing in at_work:
            took[name].append(await typing.keystroke())
    for _, client, _ in at_work:
        await client.stop()
    return {name: statistics.median(times[_WARM:]) for name, times in took.items()}


async def measure(where: Place, wanted: Options, others: Sequence[tuple[str, Sequence[str]]]) -> list[Row]:
    rounds = 5 if wanted.short else 40
    rows: list[Row] = []
    for kind in KINDS:
        if wanted.only and kind.name not in wanted.only:
            continue
        for client, pulls in CLIENTS.items():
            took = await keys_in(where, kind, others, rounds, pulls=pulls)
            ours = took.pop("ours")
            rows += (Row(f"{kind.name}{client}, beside {name}", ours, other, "ms", 1.0) for name, other in took.items())
            if not took:
                rows.append(Row(f"{kind.name}{client}, key to diagnostics", ours, None, "ms"))
        key, whole = computing(kind, kind.make(WORDS), 5 if wanted.short else 20)
        rows.append(Row(f"{kind.name}, computing alone", key, None, "ms", _MOST_MS))
        rows.append(Row(f"{kind.name}, beside a full pass", key, whole, "ms", _LEAST_GAIN))
    return rows


async def main() -> None:
    wanted = options(
        "One keystroke in long documents of the formats.",
        compares="rumdl",
        node="VS Code's server for Markdown",
        parts=[kind.name for kind in KINDS],
    )
    others: list[tuple[str, Sequence[str]]] = []
    if wanted.venv is not None:
        bin_folder = await asyncio.to_thread(programs, wanted.venv, "rumdl")
        others.append(("rumdl", (str(bin_folder / "rumdl"), "server")))
    if wanted.node is not None:
        others.append(("VS Code's", await asyncio.to_thread(markdown_server, wanted.node)))
    with place("http://127.0.0.1:9/v1") as where:
        for kind in KINDS:
            # What one of them cites stands in another.
            path = where.root / kind.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(kind.make(WORDS), "utf-8")
        rows = await measure(where, wanted, others)
    report(f"One keystroke in each kind of document, {WORDS} words", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
