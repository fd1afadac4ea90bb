"""Files that a document names on purpose and that are not in its workspace, so that no draft can be given them.

Which files are there is not the document's to know: whoever asks has looked them up.
"""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.rules.rule import Found, Rule, Subject


def mention_not_found(subject: Subject) -> Iterator[Found]:
    """Links to files, and `@path`, that lead nowhere."""
    for lost in subject.evidence.lost_mentions:
        yield Found(f"`{lost.written}` is {lost.reason}: it is not given to a draft.", lost.span)


RULES = (
    Rule(
        "mention_not_found", "structure", "information", "A link or an `@` names something that is not there.",
        mention_not_found, waits_for_word=True,
    ),
)  # fmt: skip
