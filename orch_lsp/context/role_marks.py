"""Marks by which the templates of chat models tell who speaks, such as `<|im_start|>` or `[INST]`.

Some servers read them as such wherever they stand, also in the text of a message: a file that holds one could speak as
the system. A blank in a mark leaves it readable, and no tokenizer takes it for one. Hosted services read such a text
as text, but a request is the same for all.
"""

from __future__ import annotations

import re

# ChatML, Llama 3 and 4, Phi, GLM, Command and Harmony write `<|…|>`; DeepSeek the same with wide bars.
_MARK = re.compile(
    r"<(?=\|[\w.:/-]{1,40}\|>|｜[^｜<>\s]{1,40}｜>"
    # Gemma, Llama 2, Command, Nemotron, Seed, and the beginning and end of a text.
    r"|/?(?:start_of_turn|end_of_turn|bos|eos|sop)>|<?/?SYS>>|/s>"
    r"|(?:BOS_TOKEN|EOS_TOKEN|extra_id_[0-9]{1,3}|SPECIAL_[0-9]{1,4}|seed:[a-z]{1,20})>)"
    # Llama 2 and Mistral; EXAONE; MiniMax.
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|gMASK)\]|\|[\w.]{1,40}\|\]|e~\[)"
    r"|\](?=~!?b[\[\]])"
)


def without_role_marks(text: str) -> str:
    """`text` with a blank behind the first character of each mark; lines stay as they are."""
    return _MARK.sub(lambda match: f"{match[0]} ", text)
