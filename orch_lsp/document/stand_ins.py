"""Words that people type where text is still to come, in the languages in which specs are written."""

from __future__ import annotations

STAND_INS = frozenset(
    {
        *("todo", "todos", "to do", "tbd", "tba", "tbc", "t.b.d", "t.b.a", "fixme", "fix me", "wip", "xxx", "tktk"),
        *("to be defined", "to be determined", "to be decided", "to be discussed", "to be done", "to be written"),
        *("to be added", "to be announced", "to be clarified", "to be completed", "to be confirmed", "to be described"),
        *("to be detailed", "to be documented", "to be filled", "to be filled in", "to be provided", "to be specified"),
        *("coming soon", "fill in", "fill me in", "fill in later", "fill this in", "placeholder", "work in progress"),
        *("write me", "write this", "not yet written", "not written yet", "not yet defined", "lorem ipsum"),
        *("lorem ipsum dolor sit amet", "add text here", "add content here", "your text here", "text here"),
        # German, Dutch, Scandinavian
        *("noch offen", "folgt", "folgt noch", "kommt noch", "noch zu klären", "noch zu definieren", "zu ergänzen"),
        *("noch festzulegen", "noch zu ergänzen", "wird noch ergänzt", "wird ergänzt", "noch zu schreiben"),
        *("nog te bepalen", "n.t.b", "ntb", "volgt nog", "nog in te vullen", "kommer senare", "ej bestämt"),
        # French, Spanish, Portuguese, Italian
        *("à définir", "à compléter", "à faire", "à déterminer", "à préciser", "à rédiger", "à venir"),
        *("por definir", "por determinar", "por completar", "por hacer", "pendiente de definir", "a definir"),
        *("a determinar", "a completar", "a preencher", "por preencher", "por fazer", "a fazer", "em breve"),
        *("da definire", "da determinare", "da decidere", "da completare", "da fare", "da compilare"),
        # Slavic languages, Turkish
        *("do uzupełnienia", "do ustalenia", "do zrobienia", "do określenia", "bude doplněno", "doplnit"),
        *("уточняется", "не определено", "ещё не определено", "будет определено", "будет позже", "дополнить"),
        *("нужно уточнить", "уточнить", "заполнить", "буде визначено", "belirlenecek", "yapılacak", "doldurulacak"),
        # Chinese, Japanese, Korean
        *("未定", "待定", "待补充", "待補充", "待填写", "待填寫", "待完善", "待办", "待辦", "待确认", "待確認"),
        *("待续", "请填写", "請填寫", "尚未填写", "未記入", "要検討", "検討中", "要追記", "後で書く", "後日記入"),
        *("記入してください", "追って記載", "미정", "추후 작성", "작성 예정", "추후 결정", "작성 필요"),
    }
)  # fmt: skip
"""Lower case, without punctuation around them."""

INSTRUCTIONS = frozenset(
    {
        *("add", "choose", "complete", "define", "describe", "detail", "document", "enter", "explain", "fill", "give"),
        *("insert", "list", "mention", "name", "outline", "provide", "put", "replace", "select", "specify", "state"),
        *("summarise", "summarize", "write", "what", "which", "who", "why", "how", "where", "your", "e.g", "example"),
        *("beschreibe", "beschreiben", "ergänze", "ergänzen", "einfügen", "hier", "nenne", "dein", "deine", "ihr"),
        *("décrire", "décrivez", "compléter", "ajouter", "insérer", "describir", "describe", "añadir", "completar"),
        *("descrever", "adicionar", "inserir", "descrivere", "aggiungere", "inserire", "beschrijf", "opisz", "опишите"),
    }
)  # fmt: skip
"""First words of a note that tells its reader to write something, rather than saying it. Lower case."""

STATEMENTS = frozenset(
    {
        *("none", "nothing", "no", "not", "na", "n/a", "nil", "yes", "ok", "done", "see", "same", "as", "per", "ask"),
        *("out", "draft", "final", "pending", "open", "moved", "on", "unknown", "obsolete", "optional", "required"),
        *("we", "i", "it", "they", "this", "that", "there", "these", "is", "are", "was", "will", "must", "should"),
        *("keine", "nein", "nicht", "ja", "siehe", "aucun", "aucune", "non", "oui", "voir", "ninguno", "ninguna"),
        *("sí", "ver", "nenhum", "nenhuma", "não", "sim", "nessuno", "nessuna", "sì", "vedi", "geen", "nee", "zie"),
        *("нет", "да", "см", "brak", "nie", "tak"),
    }
)
"""First words of a short note in brackets that says something, so that it is nobody's placeholder. Lower case."""
