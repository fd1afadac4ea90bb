"""Sections that a document lacks, has twice or leaves open, each with a cure where one is safe.

A new brief has nothing wrong with it: what is only not written yet is a hint, what would surprise its reader a warning.
A section without text is cured by drafting it, which is the caller's to offer by code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, partial

from orch_lsp.document.brief import fill_targets
from orch_lsp.document.compose import below, closed
from orch_lsp.document.fences import closing_edits
from orch_lsp.document.heading_language import title_of_document, title_of_section
from orch_lsp.document.heading_name import heading_name, heading_parts, heading_words, is_numbered
from orch_lsp.document.items import hidden_in
from orch_lsp.document.model import Section
from orch_lsp.document.open_sections import stands_instead
from orch_lsp.document.placeholder import link_labels
from orch_lsp.document.placement import Placement
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import once_a_chunk, telling, visible
from orch_lsp.rules.rule import Fix, Found, Related, Rule, Subject
from orch_lsp.text import Edit, Span, end_of_line

_KINDS_OF_DOCUMENTS = frozenset(("requirement", "requirements", "document", "specification", "spec"))
_SEPARATOR = re.compile(r"[ \t]*[:：][ \t]*|[ \t]+(?:[-–—]|--|\|)[ \t]+|[ \t]*[–—][ \t]*")
_APART = re.compile(r"[ \t]*[(（\[{<]")
_WORD = re.compile(r"\w+")
_FIRST_WIDE = "\u2e80"


def missing_title(subject: Subject) -> Iterator[Found]:
    """A title that the format's tool does not know its documents by, or none."""
    document, titles = subject.document, subject.profile.titles
    if not titles or subject.layout.is_blank:
        return
    written = document.title_text if document.title is not None else ""
    if _is_title(written, titles):
        return
    span, wanted = _head(subject), title_of_document(document)
    fixes = tuple(_new_title(subject, wanted) if document.title is None else _other_title(subject, written, wanted))
    yield Found(f"The title “{wanted}” is missing, by which the document is known.", span, None, fixes)


def _is_title(written: str, titles: tuple[str, ...]) -> bool:
    return heading_name(written) in _names(titles) or heading_parts(written).head in _names(titles)


def _new_title(subject: Subject, wanted: str) -> Iterator[Fix]:
    document = subject.document
    # Two headings of the first level would make two documents of one.
    if all(section.level > 1 for section in document.sections):
        edit = Edit(Span(document.preamble.start, document.preamble.start), f"# {wanted}{subject.layout.line_end * 2}")
        yield Fix(f"Add the title “{wanted}”", lambda: (edit,), by_itself=bool(document.profile_sections))


def _other_title(subject: Subject, written: str, wanted: str) -> Iterator[Fix]:
    """The title that is wanted, with all words that say what the document is about; then the bare one, for a person.

    A title in another language than the headings is left to a person: nobody else knows which of both is meant.
    """
    titles, span = subject.profile.titles, _head(subject)
    kind, rest = _kind_and_rest(written, subject)
    is_english = _kinds(titles[:1]).issuperset(kind.split())
    agrees = _is_wide(kind or written) == _is_wide(wanted) and (not kind or is_english == (wanted == titles[0]))
    agrees = agrees and wanted in _titles_beside(subject.profile, kind, wanted)
    if rest:
        apart = _APART.match(rest) is not None
        longer = f"{wanted} {rest.lstrip()}" if apart else f"{wanted}{'：' if _is_wide(wanted[-1]) else ': '}{rest}"
        if apart and not _is_title(longer, titles):
            longer = f"{wanted}: {written.strip()}"
        keeping = Edit(span, f"# {longer}")
        yield Fix(f"Change the title to “{longer}”", lambda: (keeping,), by_itself=agrees)
    edit = Edit(span, f"# {wanted}")
    yield Fix(f"Change the title to “{wanted}”", lambda: (edit,), by_itself=agrees and not rest)


def _kind_and_rest(written: str, subject: Subject) -> tuple[str, str]:
    """A title's words for its kind of document, as compared, and those on its subject, as written.

    `Requirements: Rate limits` is about `Rate limits`; of `Rate limits` all words are. Either may be empty.
    """
    bare = written.strip().strip("*_").strip()
    separated, apart = _SEPARATOR.search(bare), _APART.search(bare)
    if apart is not None and (separated is None or apart.start() < separated.start()):
        head, rest = bare[: apart.start()], bare[apart.start() :]
    elif separated is not None:
        head, rest = bare[: separated.start()], bare[separated.end() :]
    else:
        head, rest = bare, ""
    words = _WORD.findall(head.casefold())
    # The section of requirements is called what the document is; a title with another section's name is its subject.
    profile = subject.profile
    form = profile.key_of_form(head) == profile.kind and heading_name(head) == head.casefold()
    if words and (form or _kinds(profile.titles).issuperset(words)):
        return " ".join(words), rest.strip()
    return "", written.strip()


def _titles_beside(profile: Profile, kind: str, wanted: str) -> Collection[str]:
    """Titles in the languages in which a section has this name; the wanted one where nothing tells a language."""
    spec = profile.section(profile.kind)
    languages = [] if spec is None else [name for name, word in spec.in_languages.items() if heading_name(word) == kind]
    return [profile.titles_in_languages.get(name, wanted) for name in languages] or (wanted,)


@cache
def _kinds(titles: tuple[str, ...]) -> frozenset[str]:
    """Words of titles, with those that other people use for theirs in English."""
    return _KINDS_OF_DOCUMENTS.union(*(_WORD.findall(title.casefold()) for title in titles))


def _is_wide(text: str) -> bool:
    return any(character >= _FIRST_WIDE for character in text)


@cache
def _names(titles: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(heading_name, titles))


def missing_section(subject: Subject) -> Iterator[Found]:
    """Sections that the format asks for: one finding each, or one for all where the document has none of any kind."""
    yield from _missing(subject, required=True)


def missing_recommended_section(subject: Subject) -> Iterator[Found]:
    """Sections that the format recommends."""
    yield from _missing(subject, required=False)


def _missing(subject: Subject, *, required: bool) -> Iterator[Found]:
    document, layout, profile = subject.document, subject.layout, subject.profile
    asked = {section.key for section in profile.sections if section.required is required}
    targets = fill_targets(document, profile) if asked else ()
    missing = [target for target in targets if target.kind == "missing" and target.key in asked]
    if not missing or layout.is_blank:
        return
    span = _head(subject)
    keys = tuple(target.key for target in missing)
    # A heading with nothing below it is a finding, too: nobody but its writer knows whether it is wanted.
    every = [Fix("Add the missing headings", partial(_headings, keys, subject), by_itself=False)]
    has_place = _has_place(subject, keys)
    if not document.profile_sections and required:
        titles = ", ".join(_title(subject, target.key) for target in missing)
        yield Found(f"Sections still to come: {titles}.", span, None, tuple(every if has_place else ()))
        return
    for target in missing:
        title = _title(subject, target.key)
        fixes = [Fix(f"Add the heading “{title}”", partial(_headings, (target.key,), subject), by_itself=False)]
        fixes += every if len(missing) > 1 else ()
        yield Found(f"The section “{title}” is missing.", span, target.key, tuple(fixes if has_place else ()))


def _has_place(subject: Subject, keys: Collection[str]) -> bool:
    """Whether new headings of the format fit in: not among numbers, levels or names of somebody's own."""
    document, profile = subject.document, subject.profile
    present = document.headed_by_profile
    if not present:
        others = (section for section in document.sections if section.heading != document.title)
        return all(section.level > 1 and section.placeholder for section in others)
    first = [section for section in present if document.profile_sections.get(section.profile_key or "") is section]
    levels = {section.level for section in first}
    # At the first level one alone may be meant as the title.
    if len(levels) > 1 or (1 in levels and (document.title is not None or len(first) == 1)):
        return False
    skeleton = document.skeleton
    numbered = skeleton.once("numbered", None, lambda: [n for n, one in enumerate(skeleton.titles) if is_numbered(one)])
    if any(
        one.level in levels and one.heading != document.title for one in map(document.sections.__getitem__, numbered)
    ):
        return False
    return not any(stands_instead(document, spec) for key in keys if (spec := profile.section(key)) is not None)


def _title(subject: Subject, key: str) -> str:
    spec = subject.profile.section(key)
    return key if spec is None else title_of_section(subject.document, spec)


def _headings(keys: Sequence[str], subject: Subject) -> tuple[Edit, ...]:
    placement = Placement(subject.layout, subject.profile)
    for section in subject.profile.sections:
        if section.key in keys:
            title = _title(subject, section.key)
            placement.insert_section(section.key, f"{'#' * placement.level_for(section.key)} {title}", "")
    return placement.edits()


def _head(subject: Subject) -> Span:
    """The title, else the first line with text."""
    document = subject.document
    if document.title is not None:
        return document.title
    content = subject.layout.content(Span(document.preamble.start, len(document.text)))
    start = document.preamble.start if content is None else content.start
    return Span(start, end_of_line(document.text, start))


def empty_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile with nothing below their headings: only a hint where no other is written either."""
    for section in _unwritten(subject):
        if not section.content.strip():
            severity = "hint" if subject.document.is_begun else None
            message = f"The section “{section.title or section.key}” is empty."
            yield Found(message, section.heading, section.key, severity=severity)


def placeholder_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile that nobody has written, in which something stands."""
    for section in _unwritten(subject):
        if section.content.strip():
            message = f"The section “{section.title or section.key}” holds only a placeholder."
            yield Found(message, section.heading, section.key)


def _unwritten(subject: Subject) -> Iterator[Section]:
    return (each for each in subject.document.headed_by_profile if each.placeholder)


def duplicate_section(subject: Subject) -> Iterator[Found]:
    """Sections of the profile whose heading a reader cannot tell from an earlier one."""
    document = subject.document
    for section in document.headed_by_profile:
        first = None if section.profile_key is None else document.profile_sections[section.profile_key]
        if first is None or first is section or heading_words(first.title) != heading_words(section.title):
            continue
        message = f"“{first.title}” is here already: a draft, a link or a reader will find only the first one."
        related = (Related("The first one.", first.heading),)
        yield Found(message, section.heading, section.key, (_join(first, section, subject),), related)


def _join(first: Section, second: Section, subject: Subject) -> Fix:
    """Move what the second section says to the end of the first, and take its heading away."""
    layout = subject.layout
    removal = _removal(Span(second.heading.start, second.body.end), subject)
    content = layout.content(second.body)
    if second.placeholder or content is None:
        return Fix("Remove the empty duplicate", lambda: (removal,))

    def edits() -> tuple[Edit, ...]:
        body = closed(below(subject.document.text[content.start : content.end], first.level, subject.profile))
        placement = Placement(layout, subject.profile)
        if first.placeholder:
            placement.replace_body(first, body)
        else:
            placement.append_to_body(first, body)
        return (*placement.edits(), removal)

    return Fix(f"Join with the first “{first.title}”", edits)


_BLANK_ABOVE = re.compile(r"(?:\r\n|\r(?!\n)|\n)[ \t]*(?:\r\n|\r|\n)\Z")
_LONGEST_BLANK_LINE = 200


def _removal(span: Span, subject: Subject) -> Edit:
    """Take lines away, so that the line above does not run on into what follows: that may be a heading's words."""
    text, start = subject.document.text, subject.layout.start
    above = text[max(start, span.start - _LONGEST_BLANK_LINE) : span.start]
    following = text[span.end : end_of_line(text, span.end)]
    runs_on = above.strip() and following.strip() and _BLANK_ABOVE.search(above) is None
    return Edit(span, subject.layout.line_end if runs_on else "")


def unbalanced_fence(subject: Subject) -> Iterator[Found]:
    """A code fence that is never closed."""
    document = subject.document
    if document.unbalanced_fence is not None:
        message = "This code fence is never closed, so that all text below it is read as code."
        # Closed at the end, a forgotten fence hides for good what was meant as headings and tasks: a person decides.
        is_code = _LIKE_A_SPEC.search(document.text, document.unbalanced_fence.end) is None
        edits = partial(closing_edits, document.tree, subject.profile)
        fix = Fix("Close the code fence", edits, by_itself=is_code)
        yield Found(message, document.unbalanced_fence, None, (fix,))


_LIKE_A_SPEC = re.compile(r"^[ \t]{0,8}(?:#{1,6}[ \t]+\S|(?:[-*+]|\d{1,4}[.)])[ \t]+\[[ xX~-]\])", re.MULTILINE)

_OF_TEMPLATES = re.compile(
    r"\[(?:(?-i:FEATURE NAME|PROJECT NAME|PROJECT_NAME|PRINCIPLE_\d_\w+|DATE|FEATURE(?=\](?! \w)))"
    r"|###-feature-name|###-feature"
    r"|brief title|entity \d|initial state|boundary condition|error scenario|specific capability[^\[\]\r\n]{0,120}"
    r"|measurable metric[^\[\]\r\n]{0,120}|describe (?:this user journey|how this can be)[^\[\]\r\n]{0,120}"
    r"|extract from feature spec:[^\[\]\r\n]{0,200}|gates determined based on constitution file"
    r"|explain the value[^\[\]\r\n]{0,120})\](?![(\[:])|(?<=\*\*Spec\*\*: )\[link\](?![(\[:])"
    r"|(?<!\w)ACTION REQUIRED:|\$ARGUMENTS(?!\w)",
    re.IGNORECASE,
)
_BRANCH = re.compile(
    r"^\*\*(?:Feature )?Branch\*\*:[ \t]*`(?P<words>\[###-feature(?:-name)?\])`"
    r"|^\*\*Input\*\*:[^`\r\n]{0,80}`[^`\r\n\[]{0,80}(?P<path>\[###-feature(?:-name)?\])",
    re.MULTILINE,
)
"""The name of a branch or a folder, which the template writes as code: other code is not looked at."""


def template_placeholder(subject: Subject) -> Iterator[Found]:
    """Words of the format's own template that stand for what its writer has to say."""
    document = subject.document
    links: frozenset[str] | None = None
    for _, base, spans in telling(document, _of_templates):
        for span in spans:
            place = Span(base + span.start, base + span.end)
            node = document.nodes.at(place.start)
            words = document.text[place.start : place.end]
            links = link_labels(document.tree) if links is None else links
            if words[1:-1].casefold() in links:
                continue
            yield Found(f"“{words}” is the template's: say what is meant.", place, None if node is None else node.key)


@once_a_chunk
def _of_templates(chunk: Chunk) -> tuple[Span, ...]:
    found = [Span(*found.span()) for found in _OF_TEMPLATES.finditer(visible(chunk))]
    if "[###-" in chunk.text:
        hidden = hidden_in(chunk)
        named = (Span(*match.span(match.lastgroup or 0)) for match in _BRANCH.finditer(chunk.text))
        found += (span for span in named if not any(one.start <= span.start < one.end for one in hidden))
    return tuple(sorted(found))


def missing_front_matter_key(subject: Subject) -> Iterator[Found]:
    """Keys of front matter that the format's validator asks for. A document without front matter has another form."""
    document, keys = subject.document, subject.profile.front_matter_keys
    front = document.front_matter
    if front is None or front.problem is not None or not front.values:
        return
    missing = [key for key in keys if key not in front.values]
    if missing:
        span = Span(front.span.start, end_of_line(document.text, front.span.start))
        listed = ", ".join(f"`{key}`" for key in missing)
        yield Found(f"The front matter lacks {listed}, which the format's own validator asks for.", span)


RULES = (
    Rule(
        "missing_title", "structure", "warning", "The title that the format asks for is missing.", missing_title,
        fixable=True,
    ),
    Rule(
        "missing_section", "structure", "hint", "A section of the format is missing.", missing_section, fixable=True
    ),
    Rule(
        "missing_recommended_section", "structure", "information", "A section that the format recommends is missing.",
        missing_recommended_section, fixable=True,
    ),
    Rule(
        "empty_section", "structure", "hint", "Nothing stands below a section's heading.", empty_section, graded=True,
    ),
    Rule("placeholder_section", "structure", "hint", "A section holds only a placeholder.", placeholder_section),
    Rule(
        "duplicate_section", "structure", "warning", "Two sections have the same heading.", duplicate_section,
        fixable=True,
    ),
    Rule(
        "missing_front_matter_key", "structure", "off",
        "Front matter lacks a key that the format's validator asks for.", missing_front_matter_key,
    ),
    Rule(
        "template_placeholder", "structure", "off", "Words of the format's template still stand there.",
        template_placeholder,
    ),
    Rule(
        "unbalanced_fence", "structure", "warning", "A code fence is never closed.", unbalanced_fence, fixable=True
    ),
)  # fmt: skip
