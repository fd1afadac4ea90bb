"""Requirements that several of the specs read by a command have in common, as findings of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from orch_lsp.document.profile import Severity
from orch_lsp.language.across import ACROSS
from orch_lsp.language.alike import MOST_STATEMENTS, Home, Said, alike, said_in
from orch_lsp.reports.check_report import Place, Reported
from orch_lsp.reports.spec_files import ReadSpec
from orch_lsp.rules.check import EVERY_RULE
from orch_lsp.text import LineIndex

_NOWHERE: Mapping[str, str] = MappingProxyType({})
RULE = "near_duplicate_across_specs"


@dataclass(frozen=True, slots=True)
class _Placed:
    said: Said
    file: Path
    root: Path
    place: Place
    """In its own file."""
    severity: Severity


@dataclass(slots=True)
class AlikeSpecs:
    """The statements of specs, read one after another."""

    _by_root: dict[Path, list[_Placed]] = field(default_factory=dict[Path, "list[_Placed]"])

    def take(self, spec: ReadSpec, lines: LineIndex) -> None:
        """Note what a spec says, unless the rule is off for it or it is an archive's."""
        reading, known = spec.reading, spec.reading.recognition
        severity = reading.severities.get(RULE, reading.severities.get(EVERY_RULE, ACROSS[RULE].severity))
        if severity == "off" or (known is not None and known.frozen):
            return
        kept = self._by_root.setdefault(spec.root, [])
        path = reading.spec_path
        home = Home(path, path, _NOWHERE) if known is None else Home(path, known.scope or path, known.places)
        for said in said_in(reading.document, home) if len(kept) < MOST_STATEMENTS else ():
            kept.append(_Placed(said, spec.file.path, spec.root, Place.of("", said.span, lines), severity))

    def findings(self) -> Iterator[tuple[Path, Path, Reported]]:
        """Each statement that another spec says, too: its file, the root of that, and the finding."""
        for placed in self._by_root.values():
            for number, first in alike([one.said for one in placed]):
                one, other = placed[number], placed[first]
                name = other.said.key.partition(": ")[2] or other.said.key
                message = f"This says what “{name}” of {other.said.home.path} says: keep one of the two."
                where = Place(other.said.home.path, other.place.start, other.place.end)
                related = (("The other one.", where),)
                yield one.file, one.root, Reported(RULE, one.severity, message, one.place, one.said.key, related)
