"""`orch-lsp new FILE`, `orch-lsp new NAME --profile P`: begin a spec."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import click

from orch_lsp.cli.options import root_option
from orch_lsp.cli.output import EXIT_BEFORE_RUN, error_document, say_error, write_json, write_result
from orch_lsp.document.profile import Profile
from orch_lsp.errors import SpecError
from orch_lsp.orchestration.planning.beginning import begin, text_of_new, title_of, write_new
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.registry import FORMATS, profile_named, profile_names
from orch_lsp.workspace import find_root

_FILE = (".md", ".markdown")
_NUMBER = re.compile(r"\d{1,14}(?:-\d{6})?[-_](?=.)")


@click.command()
@click.argument("name", metavar="FILE|NAME")
@click.option("--profile", default="plain", show_default=True, help="The format to follow.")
@click.option("--kind", metavar="KIND", help="Which of the format's documents; its usual ones otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print the paths as JSON.")
@root_option
def new(name: str, profile: str, kind: str | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Write a new document with the headings of its format. What exists is never touched.

    A FILE ends in .md, and is written where it says. A NAME, such as "User login", is put where the format's own tool
    looks for it: `orch-lsp new "User login" --profile spec-kit` writes specs/001-user-login/spec.md.

    Its front matter names the profile, unless its path does.
    """
    if FORMATS.named(profile) is None and profile_named(profile) is None:
        raise click.UsageError(f"there is no profile named {profile!r}; expected one of {', '.join(profile_names())}")
    try:
        paths = (
            [_at(Path(name), profile, kind)]
            if name.casefold().endswith(_FILE)
            else _named(name, profile, kind, workspace)
        )
    except SpecError as refusal:
        if as_json:
            write_json(error_document(refusal.detail))
        say_error(refusal.detail)
        raise SystemExit(EXIT_BEFORE_RUN) from refusal
    if as_json:
        write_json({"path": str(paths[0]), "paths": [str(path) for path in paths]})
    else:
        write_result("".join(f"{path}\n" for path in paths))


def _named(name: str, profile: str, kind: str | None, workspace: Path | None) -> list[Path]:
    here = Path.cwd()
    root = find_root(here / "new.md", explicit=workspace, folders=(here,)) or here
    format_name, _, kind_named = profile.partition("/")
    found = begin(root, format_name, kind or kind_named or None, name)
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in found]


def _at(file: Path, profile: str, kind: str | None) -> Path:
    found = _profile(file, profile, kind)
    path = file.absolute().as_posix()
    write_new(file, text_of_new(found, path, _title_of(file, found) or "Title"))
    return file


def _profile(file: Path, name: str, kind: str | None) -> Profile:
    """The profile that is named; of several kinds that of the path, unless one is named too."""
    known = [one.profile for one in FORMATS.recognised(Clues(file.absolute().as_posix(), ""))]
    by_path = next((profile for profile in known if profile.format == name), None)
    found = profile_named(f"{name}/{kind}") if kind is not None else by_path or profile_named(name)
    if found is None:
        raise click.UsageError(f"{name} has no document of kind {kind!r}")
    return found


def _title_of(file: Path, profile: Profile) -> str:
    """A title from a file's name; where all documents of a kind have one name, from that of the folder."""
    stem = file.name.removesuffix(".md").removesuffix(".spec")
    folder = file.absolute().parent.name
    if profile.drafting is not None and stem.casefold() in {"spec", profile.kind} and folder:
        stem = _NUMBER.sub("", PurePosixPath(folder).name, count=1)
    return title_of(stem)
