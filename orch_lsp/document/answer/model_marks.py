"""Marks that models and chat templates put around their words, as data: reasoning, turns and ends.

Sources: the chat templates and model cards of DeepSeek, Qwen, GLM, Kimi, Magistral, Seed, Command A, Granite, Gemma,
Apertus, OpenThinker, LongCat and gpt-oss (its format “harmony”), and what servers without a parser for them leave in.
"""

from __future__ import annotations

import re

REASONING = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reason>", "</reason>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<analysis>", "</analysis>"),
    ("<inner_monologue>", "</inner_monologue>"),
    ("<chain_of_thought>", "</chain_of_thought>"),
    ("<seed:think>", "</seed:think>"),
    ("<longcat_think>", "</longcat_think>"),
    ("<mm:think>", "</mm:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|think|>", "<|/think|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|start|>assistant<|channel|>analysis<|message|>", "<|end|>"),
    ("<|channel|>commentary<|message|>", "<|end|>"),
    ("<|channel>thought", "<channel|>"),
    ("<unused94>thought", "<unused95>"),
    ("<start_working_out>", "<end_working_out>"),
)
"""Opening and closing marks. The closing one may come alone, where a server has put the opening one into the prompt."""

NOT_LONE = frozenset({"<|end|>", "</reason>", "</analysis>", "<channel|>", "</reflection>"})
"""Closing marks that say nothing when they come alone: they end other things, too."""

REASONING_WORDS = frozenset({
    "thinking", "think", "reasoning", "thought", "thoughts", "thought process", "my thought process",
    "chain of thought",
    "scratchpad", "thinking process", "reasoning process", "my reasoning", "internal reasoning", "denkprozess",
    "raisonnement", "razonamiento", "思考", "思考过程", "推理", "推理过程", "考え",
})  # fmt: skip
"""Headings and info strings of code fences below which a model thinks, as `heading_name` gives them."""

TOKEN = re.compile(
    r"<\|[A-Za-z0-9_/▁.-]{2,48}\|>|<｜[^｜<>\n]{2,48}｜>"
    r"|</?s>|<(?:eos|bos|pad|eot|eop|sop|eod|end_of_turn|start_of_turn|end_of_utterance|end_of_text|endoftext|turn\|"
    r"|\|turn|unused\d+|end_of_solution|ctrl\d+)>"
    r"|\[/?INST\]|\[(?:EOS|BOS|gMASK|/?ASSISTANT|/?USER)\]|<</?SYS>>|\[e~\[|\]~b\]|\]~!b\[",
    re.IGNORECASE,
)
"""Tokens of chat templates."""

ROLE = re.compile(
    r"(?:(?:assistant|model|ai|chatbot|final|message)\b|<\|(?:end_header_id|message|channel)\|>|[ \t:])*", re.IGNORECASE
)
"""After a token at the beginning of a turn: whose turn it is."""

OTHER_TURN = re.compile(
    r"(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|start\|>|<\|turn>)\s*(?:user|human|system|tool)\b"
    r"|<\|(?:user|human|USER_TOKEN|START_OF_TURN_TOKEN)\|>|\[INST\]|<｜User｜>",
    re.IGNORECASE,
)
"""The beginning of somebody else's turn, which a model that ran on has made up."""

ENVELOPES = (
    "draft", "answer", "spec", "specification", "output", "response", "document", "markdown", "final", "final_answer",
    "result", "content", "artifact", "solution", "reply", "sections", "doc", "file",
)  # fmt: skip
"""Names of tags that models put around a whole answer."""
