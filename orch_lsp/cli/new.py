"""`orch-lsp new FILE`: begin a spec."""

from __future__ import annotations

from pathlib import Path

import click

from orch_lsp.cli.output import EXIT_BEFORE_RUN, error_document, say_error, write_json, write_result
from orch_lsp.document.brief import TEMPLATE_NOTE
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.recognition import format_of_path
from orch_lsp.profiles.registry import FORMATS, profile_named, profile_names


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--profile", default="plain", show_default=True, help="The format to follow.")
@click.option("--json", "as_json", is_flag=True, help="Print the path as JSON.")
def new(file: Path, profile: str, as_json: bool) -> None:  # noqa: FBT001 -- click passes flags by name
    """Write a new spec with a title to fill in. An existing FILE is never touched.

    Its front matter names the profile, unless that is plain and the path is not one of another tool's.
    """
    found = profile_named(profile)
    if found is None:
        raise click.UsageError(f"there is no profile named {profile!r}; expected one of {', '.join(profile_names())}")
    title = _title_of(file)
    named = found.name != PLAIN.name or _belongs_to_another(file.absolute().as_posix())
    front_matter = f"---\nprofile: {found.name}\n---\n\n" if named else ""
    template = found.template or f"# {{title}}\n\n{TEMPLATE_NOTE}\n"
    text = front_matter + template.replace("{title}", title or "Title")
    if (refusal := _write_new(file, text)) is not None:
        if as_json:
            write_json(error_document(refusal.detail))
        say_error(refusal.detail)
        raise SystemExit(EXIT_BEFORE_RUN)
    if as_json:
        write_json({"path": str(file)})
    else:
        write_result(f"{file}\n")


def _title_of(file: Path) -> str:
    """A title from a file's name: its words, the first with a capital; what else is capital stays so."""
    name = file.name.removesuffix(".md").removesuffix(".spec").replace("-", " ").replace("_", " ").strip()
    return name[:1].upper() + name[1:]


def _belongs_to_another(path: str) -> bool:
    """Whether a path is one of another format."""
    return format_of_path(path) is not None or bool(FORMATS.recognised(Clues(path, "")))


def _write_new(file: Path, text: str) -> SpecError | None:
    """Write a file that is not there yet; why it could not be, if so."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as new_file:
            new_file.write(text)
    except FileExistsError:
        message, cure = "exists already", "Choose another name; an existing file is never overwritten."
    except OSError as error:
        message, cure = f"cannot be written: {error.strerror}", "Choose a folder that can be written."
    else:
        return None
    return SpecError(ErrorCode.INVALID_REQUEST, f"{file} {message}.", remediation=cure)
