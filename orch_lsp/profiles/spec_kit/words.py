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
    r"user[ -]?story|用户故事|使用者故事|用戶故事|ユーザー?ストーリー|사용자 ?스토리|유저 ?스토리|historia de usuario|"
    r"história d[eo] usuário|história d[eo] utilizador|estória d[eo] usuário|"
    r"(?:be)?nutzer-?(?:geschichte|story)|anwender-?(?:geschichte|story)|"
    r"récit utilisateur|récit d['’]utilisateur|histoire utilisateur|histoire d['’]utilisateur"
)
"""In front of a story's number, as a regular expression."""

_SCENARIOS = (
    *(("用户场景", "测试", "与和及"), ("使用场景", "测试", "与和及"), ("用户情景", "测试", "与和及")),
    *(("使用者情境", "測試", "與和及"), ("使用者場景", "測試", "與和及"), ("用戶場景", "測試", "與和及")),
    *(("ユーザーシナリオ", "テスト", "と・"), ("ユーザシナリオ", "テスト", "と・")),
    *(("利用シナリオ", "テスト", "と・"), ("ユーザーシナリオ", "検証", "と・")),
)
"""Headings above stories in scripts without blanks: scenarios, tests, and the characters for “and”."""
_SCENARIOS_IN_WORDS = (
    (("사용자 시나리오", "사용자 시나리오들"), ("테스트",), " 및 "),
    (("Escenarios de usuario", "Escenarios del usuario"), ("pruebas", "tests"), " y "),
    (
        ("Cenários de usuário", "Cenários do usuário", "Cenários de utilizador", "Cenários do utilizador"),
        ("testes", "teste"),
        " e ",
    ),
    (
        ("Nutzungsszenarien", "Benutzerszenarien", "Nutzerszenarien", "Anwenderszenarien", "User-Szenarien"),
        ("Tests", "Test", "Testen", "Prüfung"),
        " und ",
    ),
    (
        ("Scénarios utilisateur", "Scénarios utilisateurs", "Scénarios d'utilisation", "Scénarios d’utilisation"),
        ("tests", "test"),
        " et ",
    ),
)
"""The same in other languages, each with its word for “and”."""
SCENARIOS_AND_TESTS = (
    *(f"{one}{sign}{other}" for one, other, signs in _SCENARIOS for sign in (*signs, " & ")),
    *(f"{one}{word}{other}" for ones, others, and_ in _SCENARIOS_IN_WORDS for one in ones for other in others
      for word in (and_, " & ")),
    *("사용자 시나리오와 테스트", "ユーザーシナリオおよびテスト"),
    *(one for one, _, _ in _SCENARIOS), *(one for ones, _, _ in _SCENARIOS_IN_WORDS for one in ones),
)  # fmt: skip
"""The heading above stories in other languages than English."""

ENTITIES = frozenset(
    {
        *(
            "key entities",
            "entities",
            "core entities",
            "entity definitions",
            "entity",
            "实体",
            "實體",
            "资料实体",
            "엔티티",
        ),
        *("entidades", "entitäten", "entités", "entity overview"),
        *("关键实体", "核心实体", "主要エンティティ", "핵심 엔티티", "entidades clave"),
        *(
            "entidades principais",
            "kernentitäten",
            "entités clés",
            "關鍵實體",
            "核心實體",
            "核心数据实体",
            "核心資料實體",
        ),
        *(
            "关键数据实体",
            "關鍵資料實體",
            "主要实体",
            "主要實體",
            "主要なエンティティ",
            "エンティティ",
            "주요 엔티티",
            "핵심 개체",
        ),
        *("schlüsselentitäten", "wichtige entitäten", "entités principales", "entidades-chave", "entidades chave"),
    }
)
"""Headings above entities, as headings are compared."""

ACCEPTANCE = frozenset(
    {
        *(
            "acceptance scenarios",
            "验收场景",
            "驗收場景",
            "驗收情境",
            "受け入れシナリオ",
            "受入シナリオ",
            "인수 시나리오",
        ),
        *("수용 시나리오", "escenarios de aceptación", "cenários de aceitação", "akzeptanzszenarien"),
        *("abnahmeszenarien", "scénarios d'acceptation", "scénarios d’acceptation"),
    }
)
"""Headings above scenarios, as headings are compared."""

CLARIFY = (
    "需要澄清|待澄清|需澄清|需要釐清|待釐清|要確認|要明確化|明確化が必要|確認が必要|명확화 필요|확인 필요|설명 필요"
    "|necesita aclaración|requiere aclaración|por aclarar|precisa de esclarecimento|requer esclarecimento|a esclarecer"
    "|klärung erforderlich|klärungsbedarf|zu klären|besoin de clarification|clarification nécessaire|à clarifier"
)
"""In brackets in front of a question, as a regular expression."""

QUESTIONS = ("clarifications", "澄清", "釐清", "明確化", "명확화", "aclaraciones", "esclarecimentos", "klärungen")
"""In headings above questions that were answered, as headings are compared."""
SESSIONS = ("session", "会话", "會話", "セッション", "세션", "sesión", "sessão", "sitzung")
"""The beginnings of headings of one day's questions below those."""

BELOW_SPEC = {
    "functional requirements": (
        *("功能需求", "功能性需求", "機能要件", "機能要求", "기능 요구사항", "요구 기능", "Requisitos funcionales"),
        *("Requisitos funcionais", "Funktionale Anforderungen", "Exigences fonctionnelles", "機能要求事項"),
        *("기능 요구 사항", "기능적 요구사항", "기능 요건", "Requerimientos funcionales", "Funktionelle Anforderungen"),
    ),
    "measurable outcomes": (
        *(
            "可衡量成果",
            "可衡量的成果",
            "可衡量结果",
            "可衡量的成功指标",
            "可衡量的成功指標",
            "測定可能な成果",
            "측정 가능한 결과",
        ),
        *("Resultados medibles", "Resultados mensuráveis", "Messbare Ergebnisse", "Résultats mesurables"),
    ),
    "key entities": (
        *(
            "关键实体",
            "關鍵實體",
            "核心实体",
            "核心數據實體",
            "核心数据实体",
            "主要エンティティ",
            "핵심 엔티티",
            "Entidades clave",
        ),
        *("Entidades principais", "Kernentitäten", "Entités clés"),
    ),
    "edge cases": (
        *(
            "边界情况",
            "邊界情況",
            "边缘情况",
            "邊緣情況",
            "边界场景",
            "エッジケース",
            "엣지 케이스",
            "예외 상황",
            "Casos límite",
        ),
        *("Casos extremos", "Casos de borda", "Randfälle", "Grenzfälle", "Cas limites"),
    ),
}
"""Headings below the sections of a spec, by the English ones as headings are compared."""


def in_languages(zh: str, zh_hant: str, ja: str, ko: str, es: str, pt: str, de: str, fr: str) -> dict[str, str]:
    """The title of a section by the English names of languages."""
    return {
        "Chinese": zh, "Traditional Chinese": zh_hant, "Japanese": ja, "Korean": ko, "Spanish": es, "Portuguese": pt,
        "German": de, "French": fr,
    }  # fmt: skip
