"""Get the source trees that briefs belong to: sdists of pinned versions, with pinned hashes.

    python benchmarks/drafting/fetch_trees.py [--from FOLDER]

They are unpacked below `.e2e/drafting/`; with `--from` the archives are taken from there instead of the package index.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import HERE

PINS = HERE / "pins.txt"
BESIDE = HERE / "trees"
FETCHED = HERE.parents[1] / ".e2e" / "drafting"
_PIN = re.compile(r"(?P<name>[\w-]+)==(?P<version>\S+) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """An sdist by its version and hash."""

    name: str
    version: str
    sha256: str

    @property
    def folder(self) -> str:
        """The outermost folder of the archive."""
        return f"{self.name}-{self.version}"

    @property
    def archive(self) -> str:
        """The archive's file name."""
        return f"{self.folder}.tar.gz"


def pins() -> Iterator[Pin]:
    """The pinned trees."""
    for found in _PIN.finditer(PINS.read_text("utf-8")):
        yield Pin(**found.groupdict())


def tree(name: str) -> Path | None:
    """Where the tree of a brief is; None if it has to be fetched first."""
    pinned = {pin.name: FETCHED / pin.folder for pin in pins()}
    path = pinned.get(name, BESIDE / name)
    return path if path.is_dir() else None


def main() -> None:
    """Fetch what is not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--from", dest="given", type=Path, help="A folder with the archives.")
    given = parser.parse_args().given
    FETCHED.mkdir(parents=True, exist_ok=True)
    for pin in pins():
        if (FETCHED / pin.folder).is_dir():
            continue
        archive = FETCHED / pin.archive
        if given is not None:
            shutil.copyfile(given / pin.archive, archive)
        elif not archive.is_file():
            _download(pin)
        if hashlib.sha256(archive.read_bytes()).hexdigest() != pin.sha256:
            sys.exit(f"{archive} is not the pinned one")
        with tarfile.open(archive) as packed:
            packed.extractall(FETCHED, filter="data")
        print(FETCHED / pin.folder)


def _download(pin: Pin) -> None:
    wanted = FETCHED / "wanted.txt"
    wanted.write_text(f"{pin.name}=={pin.version} --hash=sha256:{pin.sha256}\n", "utf-8")
    options = ("--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "--dest", str(FETCHED))
    subprocess.run([sys.executable, "-m", "pip", "download", *options, "--requirement", str(wanted)], check=True)
    wanted.unlink()


if __name__ == "__main__":
    main()
