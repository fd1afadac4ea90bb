"""Words by which documents of spec-kit are read, in the languages in which they are written. All lower case."""

from __future__ import annotations

NORMATIVE = frozenset(
    {
        *("shall", "must", "should", "will", "may", "应", "应当", "必须", "不得", "應", "必須", "しなければならない"),
        *(
            "ること",
            "ないこと",
            "ものとする",
            "해야 한다",
            "해야 합니다",
            "반드시",
            "debe",
            "deben",
            "deberá",
            "deve",
            "devem",
        ),
        *("deverá", "muss", "müssen", "soll", "sollen", "darf nicht", "doit", "doivent", "devra"),
    }
)
"""Words that make a sentence a requirement."""

STORY = (
    r"user[ -]?story|用户故事|使用者故事|ユーザーストーリー|사용자 스토리|historia de usuario|história de usuário|"
    r"benutzergeschichte|récit utilisateur"
)
"""In front of a story's number, as a regular expression."""

ENTITIES = frozenset(
    {
        *("key entities", "entities", "关键实体", "核心实体", "主要エンティティ", "핵심 엔티티", "entidades clave"),
        *("entidades principais", "kernentitäten", "entités clés"),
    }
)
"""Headings above entities, as headings are compared."""

QUESTION_SESSIONS = "clarifications"
"""The heading above questions that were answered, as headings are compared."""
