"""Words by which rules know questions and answers, in the languages in which specs are written. All lower case."""

from __future__ import annotations

CLARIFY = (
    *("needs clarification", "needs-clarification", "needs_clarification", "clarification needed", "to be clarified"),
    *("需要澄清", "待澄清", "需澄清", "需要釐清", "待釐清", "要確認", "要明確化", "明確化が必要", "確認が必要"),
    *("명확화 필요", "확인 필요", "설명 필요", "necesita aclaración", "requiere aclaración", "por aclarar"),
    *("precisa de esclarecimento", "requer esclarecimento", "a esclarecer", "klärung erforderlich", "klärungsbedarf"),
    *("zu klären", "besoin de clarification", "clarification nécessaire", "à clarifier"),
)
"""In brackets, with or without the question behind a colon: something is to be clarified."""

STAND_INS = (
    *("tbd", "tbc", "tba", "tktk", "???", "to be determined", "to be decided", "to be defined", "to be confirmed"),
    *("待定", "未定", "待确认", "待確認", "待讨论", "待討論", "検討中", "要検討", "미정", "추후 결정", "por definir"),
    *("por determinar", "a definir", "a determinar", "noch offen", "noch zu klären", "noch festzulegen", "à définir"),
    "à déterminer",
)
"""In the place of a value: nobody has decided it."""

NO_MORE = (
    *("no", "none", "zero", "all", "any", "if", "every", "each", "mark", "use", "resolve"),
    *(
        "resolved",
        "without",
        "remaining",
        "removed",
        "没有",
        "無",
        "无",
        "所有",
        "全部",
        "已解决",
        "已解決",
        "不存在",
        "未发现",
    ),
    *("すべての", "全ての", "모든", "ningún", "ninguna", "ningun", "sin", "todos", "todas", "nenhum", "nenhuma", "sem"),
    *("kein", "keine", "alle", "ohne", "aucun", "aucune", "sans", "tous", "toutes"),
)
"""Some words before a marker in a line that speaks of markers: it says that there are none, or how to write them."""

NO_MORE_BEFORE = ("no", "0", "zero")
"""Right before one."""

NO_MORE_BEHIND = (
    *(
        "marker",
        "markers",
        "resolved",
        "remain",
        "remains",
        "remaining",
        "items",
        "なし",
        "ありません",
        "ない",
        "残って",
    ),
    *(
        "解決済み",
        "解消",
        "已解决",
        "已解決",
        "标记",
        "標記",
        "マーカー",
        "없음",
        "없다",
        "없습니다",
        "해결",
        "마커",
        "marcador",
    ),
    *("marcadores", "resuelto", "resueltos", "resolvidos", "gelöst", "geklärt", "marqueur", "marqueurs", "résolus"),
)
"""Behind one in such a line."""

OPEN_QUESTIONS = frozenset(
    {
        *("open questions", "open question", "open issues", "unresolved questions", "outstanding questions"),
        *("questions", "open design decisions", "open decisions", "open points", "开放问题", "待解决问题", "未决问题"),
        *("待确认问题", "待确认事项", "未解决问题", "開放問題", "待解決問題", "未決問題", "未解決の質問", "未解決事項"),
        *("未解決の問題", "未決事項", "オープンな質問", "미해결 질문", "열린 질문", "미결 사항", "미해결 사항"),
        *("preguntas abiertas", "cuestiones abiertas", "questões em aberto", "perguntas em aberto"),
        *("questões abertas", "offene fragen", "offene punkte", "questions ouvertes", "points ouverts"),
    }
)
"""Headings above questions that nobody has answered, as headings are compared."""

ANSWERED = (
    *("answer", "answered", "a", "resolved", "resolution", "decision", "decided", "closed", "done", "outcome"),
    *("回答", "答案", "答", "已解决", "已解決", "决定", "決定", "结论", "結論", "解決済み", "답변", "해결", "결정"),
    *("respuesta", "resuelto", "resuelta", "decisión", "resposta", "resolvido", "resolvida", "decisão", "antwort"),
    *("gelöst", "geklärt", "entschieden", "entscheidung", "réponse", "résolu", "résolue", "décision"),
    *("recommendation", "recommended", "conclusion", "建议", "建議", "推荐", "推薦", "推奨", "권장", "추천", "권고"),
    *("recomendación", "recomendação", "empfehlung", "recommandation", "conclusión", "conclusão", "ergebnis"),
)
"""In front of what was answered, before a colon or in brackets."""

NONE_OPEN = (
    *("none", "nothing", "no open", "no critical", "no outstanding", "no unresolved", "no remaining", "no further"),
    *(
        "no questions",
        "no ambiguities",
        "all resolved",
        "all questions",
        "all decisions",
        "无",
        "暂无",
        "沒有",
        "没有",
        "無",
    ),
    *(
        "全部已解决",
        "なし",
        "特になし",
        "ありません",
        "없음",
        "없습니다",
        "해당 없음",
        "ninguna",
        "ninguno",
        "no hay",
        "nenhuma",
    ),
    *("nenhum", "não há", "keine", "keiner", "aucune", "aucun"),
)
"""The beginning of the words below a heading for open questions that say that there are none."""

NOTHING = frozenset(
    {
        *("none", "none yet", "none at this time", "none currently", "no open questions", "nothing", "n/a", "na", "-"),
        *("none remaining", "all resolved", "无", "暂无", "無", "没有", "なし", "特になし", "없음", "해당 없음"),
        *("ninguna", "ninguno", "nenhuma", "nenhum", "keine", "keiner", "aucune", "aucun"),
    }
)
"""The whole of a list in which there is nothing."""

GONE = (
    *(
        "delet",
        "remov",
        "renam",
        "mov(?:e|ed|ing)\\b",
        "drop",
        "replac",
        "deprecat",
        "archiv",
        "retir",
        "clean",
        "purge",
    ),
    *("migrat", "merg", "consolidat", "extract", "not ", "no longer", "instead", "skip", "defer", "n/a", "superseded"),
    *("eliminar", "quitar", "borrar", "renombrar", "excluir", "apagar", "renomear", "lösch", "entfern", "umbenenn"),
    *(
        "supprim",
        "renomm",
        "删除",
        "刪除",
        "移除",
        "移动",
        "移動",
        "重命名",
        "替换",
        "替換",
        "削除",
        "改名",
        "置き換え",
        "置換",
    ),
    *("삭제", "제거", "이동", "이름 변경", "교체"),
)
"""In a task after which a file that it names may well be gone; as regular expressions where they are in ASCII."""

CHANGES_FIRST = (
    *(
        "updat(?:e|ing)\\b",
        "modif(?:y|ying)\\b",
        "edit(?:ing)?\\b",
        "fix(?:es|ing)?\\b",
        "repair(?:ing)?\\b",
    ),
    *("extend(?:ing)?\\b", "chang(?:e|ing)\\b", "adjust(?:ing)?\\b", "amend(?:ing)?\\b", "alter(?:ing)?\\b"),
    *("refactor(?:ing)?\\b", "rewrit(?:e|ing)\\b", "renam(?:e|ing)\\b", "remov(?:e|ing)\\b"),
    *("delet(?:e|ing)\\b", "improv(?:e|ing)\\b", "simplif(?:y|ying)\\b", "mov(?:e|ing)\\b"),
    *(
        "更新",
        "修改",
        "编辑",
        "編輯",
        "修复",
        "修復",
        "修正",
        "扩展",
        "擴展",
        "调整",
        "調整",
        "删除",
        "刪除",
        "移除",
        "重命名",
        "重构",
        "重構",
    ),
    *(
        "actualizar\\b",
        "actualiza\\b",
        "modificar\\b",
        "modifica\\b",
        "editar\\b",
        "edita\\b",
        "corregir\\b",
        "corrige\\b",
    ),
    *("ampliar\\b", "extender\\b", "ajustar\\b", "cambiar\\b", "eliminar\\b", "borrar\\b", "quitar\\b", "renombrar\\b"),
    *("refactorizar\\b", "atualizar\\b", "atualize\\b", "modifique\\b", "corrigir\\b", "estender\\b", "alterar\\b"),
    *("remover\\b", "excluir\\b", "apagar\\b", "renomear\\b", "refatorar\\b", "aktualisier", "ändere?\\b", "bearbeite"),
    *("behebe?\\b", "korrigiere", "erweitere?\\b", "passe\\b", "lösche?\\b", "entferne?\\b", "benenne\\b"),
    *("mettre à jour\\b", "mets à jour\\b", "modifier\\b", "éditer\\b", "corriger\\b", "étendre\\b", "ajuster\\b"),
    *("adapter\\b", "supprimer\\b", "renommer\\b", "retirer\\b", "refactoriser\\b"),
)
"""The beginning of a task that is about something which is there already; as regular expressions."""

CHANGES_LAST = (
    *("更新", "修正", "変更", "編集", "拡張", "削除", "リファクタ", "リネーム", "改名", "改修"),
    *("업데이트", "수정", "변경", "편집", "확장", "삭제", "제거", "리팩토링", "이름 변경"),
    *("aktualisieren\\b", "ändern\\b", "bearbeiten\\b", "korrigieren\\b", "erweitern\\b", "anpassen\\b", "löschen\\b"),
    *("entfernen\\b", "umbenennen\\b"),
)
"""The same right behind the name of a file, where verbs stand last; as regular expressions."""

MAKES = (
    *(
        "creat",
        "new\\b",
        "add (?:a |the )?file",
        "write\\b",
        "generat",
        "scaffold",
        "introduc",
        "extract",
        "initiali[sz]e",
    ),
    *(
        "创建",
        "創建",
        "建立",
        "新建",
        "新增",
        "生成",
        "编写",
        "編寫",
        "作成",
        "新規",
        "追加",
        "생성",
        "작성",
        "추가",
        "신규",
    ),
    *("crear\\b", "nuev[oa]", "criar\\b", "nov[oa]\\b", "erstell", "anleg", "neue", "créer", "nouve"),
)
"""In a task that makes something, maybe the file that it names; as regular expressions where they are in ASCII."""
