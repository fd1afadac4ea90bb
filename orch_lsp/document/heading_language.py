"""In which language a document heads its sections, and the titles of the format in it.

A tool may write English headings above text in another language: where one stands, others are to be like it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.written_style import written_style

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.profile import SectionSpec

_TRADITIONAL = re.compile(r"[個這來為與應當說們對會將並從於過還後時現實開關發錯誤測試類別標準]")
_FIRST_WIDE = "\u2e80"
_SIMPLIFIED = re.compile(r"[个这来为与应当说们对会将并从于过还后时现实开关发错误测试类别标准]")


def title_of_section(document: SpecDocument, spec: SectionSpec) -> str:
    """The title for a section of the profile, in the language of the document's headings if the profile has it."""
    return _in_language(document, spec.in_languages) or spec.title


def title_of_document(document: SpecDocument) -> str:
    """The title that the format's tool would give the document, in its language; empty where any will do."""
    profile = document.profile
    return _in_language(document, profile.titles_in_languages) or next(iter(profile.titles), "")


def word_in_language(document: SpecDocument, words: dict[str, str], otherwise: str) -> str:
    """The word for the language of the document's headings."""
    return _in_language(document, words) or otherwise


def _in_language(document: SpecDocument, words: dict[str, str]) -> str | None:
    if not words:
        return None
    language = document.once("language of headings", lambda: _language(document))
    return words.get(language, words.get(language.removeprefix("Traditional ")))


def _language(document: SpecDocument) -> str:
    """The English name of the language; empty for English, and where nothing tells."""
    # Looked at after each key, where a section is missing: all words of a document are counted only if they decide.
    if _is_english(document):
        return ""
    language = written_style(document).language or ""
    if language == "Chinese":
        traditional = len(_TRADITIONAL.findall(document.text))
        language = "Traditional Chinese" if traditional > len(_SIMPLIFIED.findall(document.text)) else language
    profile = document.profile
    for key, section in document.profile_sections.items():
        spec = profile.section(key)
        said = heading_name(section.title)
        if (
            spec is not None
            and said == heading_name(spec.title)
            and said != heading_name(spec.in_languages.get(language, ""))
        ):
            return ""
    return language


def _is_english(document: SpecDocument) -> bool:
    """Whether a heading that is spelt so in no other language is the English one, or the title, and no heading differs.

    A tool writes its English title above headings in any language.
    """
    profile = document.profile
    titled = bool(profile.titles) and heading_name(document.title_text) == heading_name(profile.titles[0])
    for key, section in document.profile_sections.items():
        spec = profile.section(key)
        if spec is None:
            continue
        said = heading_name(section.title)
        if said != heading_name(spec.title):
            titled = titled and profile.key_of_form(section.title) != key
        elif all(said != heading_name(other) for other in spec.in_languages.values()):
            return True
    return titled and not _is_in_another_script(document)


def _is_in_another_script(document: SpecDocument) -> bool:
    """Whether the main headings below the title are, each of them."""
    level = document.main_level
    below = [one.title for one in document.sections if one.level == level and one.heading != document.title]
    return bool(below) and all(any(character >= _FIRST_WIDE for character in title) for title in below)
