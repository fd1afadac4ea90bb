"""Builds all that a release consists of, into one folder, from the files of this checkout or source archive.

    python packaging/release.py OUT [--only PART]… [--home URL]

Parts: `python` (sdist, and the wheel that is built from it), `neovim` (the plugin with its folders at the top, as
plugin managers want it), `vscode` (the extension with and without the server's wheel; needs npm), `sbom` (the wheel
with all that it installs, as CycloneDX), `formula` (for Homebrew; with `--home`, the address of
the repository that will hold the release). Each file's SHA-256
goes into `SHA256SUMS`. Nothing is published.

Needs the packages `build` and, for `sbom`, `cyclonedx-bom`; and the package index, for what is built and resolved.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

TOP = Path(__file__).resolve().parents[1]
HERE = TOP / "packaging"
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION: str = PROJECT["version"]
EXTENSION = TOP / "editors" / "vscode-client"


def build_python(out: Path) -> None:
    """The sdist, and the wheel made of the sdist alone: what is missing from it is missed here."""
    _run(sys.executable, "-m", "build", "--outdir", str(out), str(TOP))


def build_neovim(out: Path) -> None:
    """The plugin as a folder of its own; the same bytes each time."""
    name = f"orch.nvim-{VERSION}"
    with (
        gzip.GzipFile(out / f"{name}.tar.gz", "wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path in _files(TOP / "editors" / "neovim"):
            _add(archive, path, f"{name}/{path.relative_to(TOP / 'editors' / 'neovim').as_posix()}")
        _add(archive, TOP / "LICENSE", f"{name}/LICENSE")


def build_vscode(out: Path) -> None:
    """The extension twice: with the server's wheel in it, and as a client of a server that is there already."""
    _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", at=EXTENSION)
    for arguments in ((), ("--", "--without-server")):
        _run("npm", "run", "--silent", "package", *arguments, at=EXTENSION)
    for path in EXTENSION.glob(f"orch-lsp*-{VERSION}.vsix"):
        shutil.move(path, out / path.name)


def build_sbom(out: Path) -> None:
    """All that `pip install` of the wheel brings, by name, version, licence and hash."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python"))
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(_wheel(out)))
        _run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools")
        target = out / f"orch-lsp-{VERSION}.cdx.json"
        _run(
            sys.executable, "-m", "cyclonedx_py", "environment", python, "--pyproject", str(TOP / "pyproject.toml"),
            "--output-reproducible", "--of", "JSON", "-o", str(target),
        )  # fmt: skip


def build_formula(out: Path, home: str) -> None:
    """The formula with the sdist's hash; what it needs, Homebrew's own tool writes into it."""
    template = Template((HERE / "orch-lsp.rb.in").read_text(encoding="utf-8"))
    text = template.substitute(home=home, version=VERSION, sha256=_sha256(out / f"orch_lsp-{VERSION}.tar.gz"))
    (out / "orch-lsp.rb").write_text(text, encoding="utf-8")


PARTS: Mapping[str, Callable[[Path], None]] = {
    "python": build_python,
    "neovim": build_neovim,
    "vscode": build_vscode,
    "sbom": build_sbom,
}


def main() -> None:
    """Build the parts that are asked for."""
    parser = argparse.ArgumentParser(description="Build what a release consists of.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="repeatable; all parts without it")
    parser.add_argument("--home", help="address of the repository that will hold the release, for the formula")
    arguments = parser.parse_args()
    out: Path = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for name, build in PARTS.items():
        if not arguments.only or name in arguments.only:
            build(out)
    if arguments.home:
        build_formula(out, arguments.home.rstrip("/"))
    built = sorted(path for path in out.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    sums = "".join(f"{_sha256(path)}  {path.name}\n" for path in built)
    (out / "SHA256SUMS").write_text(sums, encoding="utf-8")
    sys.stdout.write(sums)


def _wheel(out: Path) -> Path:
    return out / f"orch_lsp-{VERSION}-py3-none-any.whl"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in {"tags", "stylua.toml"})


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    content = path.read_bytes()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    with path.open("rb") as file:
        archive.addfile(entry, file)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(*command: str, at: Path = TOP) -> None:
    subprocess.run(command, cwd=at, check=True)  # noqa: S603 -- commands of this file


if __name__ == "__main__":
    main()
