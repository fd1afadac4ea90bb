"""The text of one section, which was asked for alone, out of the shapes in which models hand a text over.

An answer that holds headings of sections is read by `wrapping` instead; here nothing names what the text is. Linear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

from orch_lsp.document.answer.json_items import lines_of
from orch_lsp.document.answer.model_marks import ENVELOPES
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.web_page import fragment_of_html
from orch_lsp.document.answer.wrapping import content_of_fence
from orch_lsp.document.profile import Profile
from orch_lsp.text import normalised

Listed = Callable[[Sequence[str]], str]
"""Makes lines of the items of a list."""
_TEXTS = ("body", "text", "content", "markdown", "section", "answer", "output")
_DIFF_NAMES = ("diff", "patch", "udiff")
_FRONT_MATTER = re.compile(r"---\n(?:[A-Za-z_][\w -]{0,60}:[^\n]*\n){1,40}---\n")
_HUNK = re.compile(r"^@@ |^--- [^\n]*\n\+\+\+ ", re.MULTILINE)
_ENVELOPE = re.compile(rf"<({'|'.join(ENVELOPES)})>[ \t]*\n(.*)\n[ \t]*</\1>\Z", re.DOTALL | re.IGNORECASE)


def bare_text(body: str, key: str, profile: Profile, notes: list[AnswerNote]) -> str:
    """The text out of front matter, tags, JSON, a diff or HTML that is all of it; as it is otherwise.

    Args:
        body: The answer, with LF line ends and no blank lines around it.
        key: The section that was asked for.
        profile: By which the answer is read.
        notes: Where it is said what was done.
    """
    front = _FRONT_MATTER.match(body)
    if front is not None and body[front.end() :].strip():
        notes.append(AnswerNote("text_left_out", "left out front matter", front[0].strip("\n"), key))
        body = normalised(body[front.end() :])
    envelope = _ENVELOPE.match(body)
    if envelope is not None:
        notes.append(AnswerNote("answer_mended", "took the text out of tags", key=key))
        body = normalised(envelope[2])
    listed = partial(lines_of, profile=profile, key=key)
    for shape, told in ((partial(_out_of_json, listed), "JSON"), (_out_of_diff, "a diff"), (fragment_of_html, "HTML")):
        found = shape(body)
        if found is not None and found.strip():
            notes.append(AnswerNote("answer_mended", f"read the text out of {told}", key=key))
            return normalised(found)
    return body


def _out_of_json(listed: Listed, body: str) -> str | None:
    inside = content_of_fence(body, ("json",))
    source = (body if inside is None else inside).strip()
    if source[:1] not in {"{", "[", '"'} or source[-1:] not in {"}", "]", '"'}:
        return None
    try:
        return _text_in(json.loads(source, strict=False), listed)
    except (ValueError, RecursionError):
        return None


def _text_in(value: object, listed: Listed) -> str | None:
    """The text that a JSON value holds: a string, a list of strings, or the one member that has either."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        items = cast("Sequence[object]", value)
        words = [item for item in items if isinstance(item, str)]
        return listed(words) if words and len(words) == len(items) else None
    if isinstance(value, dict):
        members = cast("Mapping[str, object]", value)
        named = [members[name] for name in _TEXTS if name in members]
        only = named[:1] or (list(members.values()) if len(members) == 1 else [])
        return _text_in(only[0], listed) if only else None
    return None


def _out_of_diff(body: str) -> str | None:
    inside = content_of_fence(body, _DIFF_NAMES)
    lines = (body if inside is None else inside).split("\n")
    if inside is None and not _HUNK.match(body):
        return None
    added = [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++ ")]
    return "\n".join(added) if added else None
