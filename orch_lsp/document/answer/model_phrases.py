"""Words that models say to their reader, and words that stand where a section should be, as data, by language."""

from __future__ import annotations

import re

_FAREWELLS = (
    # English
    r"(?:please )?let me know\b(?! *:)|(?:just )?(?:say|give me) (?:the word|a shout)\b|(?:i )?hope (?:this|that|it)\b",
    r"(?:would|do) you (?:like|want|prefer|need) (?:me|any|to|this|a|the|more|further)\b|(?:shall|should|may|can) i\b",
    r"i can also\b|i(?:'|’)?(?:m| am) happy to\b|happy to (?:adjust|help|refine|revise|expand|iterate)\b",
    r"is there anything\b|(?:any|got|have) (?:questions|feedback|thoughts)\b[^.]{0,60}\?",
    r"feel free to (?:adjust|adapt|ask|change|edit|let|modify|reach|tell|review|share|tweak|extend|expand)\b",
    r"if (?:you|there|anything)\b.{0,400}\b(?:let me know|i can|i(?:'|’)ll|i will|feel free|just ask|please)\b",
    r"(?:this|the|my|here(?:'|’)s the) (?:above )?(?:draft|spec|specification|document|answer|response|version|output)"
    r" (?:now |should |is |was |has been )?(?:covers?|addresses|captures|includes|incorporates|provides|reflects|"
    r"follows|adheres|gives|based|written|complete|ready|kept|meets?|fulfil?ls?|satisfies)\b[^\n]{0,200}"
    r"\b(?:you|your|asked|request(?:ed)?|sections?|brief|provided|instructions?|above|review)\b",
    r"(?:all|each|every one) (?:of the )?(?:requested )?sections? (?:(?:you|that|were|are|have|has)\b|requested)",
    r"(?:note|summary|disclaimer|key decisions|summary of (?:changes|choices|decisions)|next steps|explanation|rationale"
    r"|about this draft|choices)\W{1,6}(?:that )?(?:i\b|i(?:'|’)\w+|you\b|this draft\b|the (?:above|draft|spec)\b|as an\b)",
    r"(?:i(?:'|’)ve|i have|i(?:'|’)ll|i will|i tried|i kept|i assumed|i focused|i based|i used|i left|i made|i included|"
    r"i did not|i didn(?:'|’)t|i wrote|i added|i aimed|i limited|i avoided|i marked|i listed) ",
    r"(?:best|kind|warm) regards\b|cheers\b[!,.]?\Z|thank(?:s| you)\b(?! page)|good luck\b|enjoy\b[!.]?\Z",
    r"\(?(?:that(?:'|’)s (?:it|all)|all done|done|finished|end of (?:the )?(?:draft|spec|specification|document|answer|"
    r"response|output))[.!)*_]*\Z|you (?:can|may|might|could|should|will want to) (?:adjust|adapt|modify|change|edit|extend|tweak|expand|refine|review)\b(?! (?:code|pull))|"
    r"th(?:ese|ose) (?:sections?|drafts?) (?:should|will|give|cover|follow|are|provide)\b|th(?:is|at) (?:completes|concludes|is the (?:complete|full|whole|final)) (?:the |my )?(?:spec|draft|document|specification|answer)\w*\b|\[?(?:end|eof)\]?[.!]?\Z|you(?:'|’)re welcome\b|what do you think\b|ready for review\b",
    # German
    r"(?:bitte )?(?:sagen sie|sag|sagt) (?:mir|bescheid|einfach|gern)|(?:lassen sie|lass|lasst) (?:es )?mich|geben sie (?:mir )?besch"
    r"|gib (?:mir )?bescheid|meld(?:e|en|et)? (?:dich|sie|euch)\b|(?:ich )?hoffe,? (?:das|dies|es|ich|der)\b|(?:bei|für) (?:weiteren )?(?:fragen|rückfragen)\b"
    r"|(?:möchten|wollen|wünschen|brauchen|benötigen) sie\b.{0,160}\?|(?:möchtest|willst|brauchst) du\b.{0,160}\?|soll ich\b|gerne? (?:kann|passe|ergänze|überarbeite|helfe|erweitere) ich",
    r"(?:falls|wenn|sollten) (?:sie|du|ihr|etwas|noch|es)\b.{0,300}\b(?:bescheid|gerne?|mich|mir|melden|meld|bitte|ich)\b",
    r"(?:hinweis|anmerkung|zusammenfassung)\W{1,6}(?:ich\b|dieser entwurf|der entwurf)|ich (?:habe|bin|hab) |viel erfolg\b|(?:mit )?freundliche[nr]? grüße"
    r"|(?:dieser|der) entwurf (?:deckt|enthält|umfasst|berücksichtigt)\b|passen sie\b.{0,80}\ban\b",
    # French
    r"n(?:'|’)hésite[zs]?\b|dites-?moi\b|dis-?moi\b|faites-?(?:le-)?moi\b|fais-?(?:le-)?moi\b|tenez-moi\b|j(?:'|’)espère\b|(?:souhaitez|voulez|désirez)-vous\b|veux-tu\b|souhaites-tu\b"
    r"|si (?:vous|tu|besoin)\b.{0,300}\b(?:dites|dis|n(?:'|’)hésite[zs]?|je|faites|fais|moi)\b|j(?:'|’)ai (?:supposé|gardé|fait|rédigé|inclus|choisi|laissé|limité)\b|(?:ce|le présent) (?:document|brouillon|projet) (?:couvre|contient|reprend)\b"
    r"|(?:remarque|note)\W{1,6}j(?:'|’)ai\b|bonne chance\b|cordialement\b|dois-je\b",
    # Spanish, Portuguese, Italian, Dutch
    r"av[ií]s[ae](?:me|nme|rme)\b|h[aá]g?[az](?:me|lo)\w*\b|espero que (?:esto|este|esta|te|le|les|sea|isto|isso|ajude)\b|(?:no dudes?|no duden) en\b|d[ií](?:me|game|ganme) (?:si|qu)|déj[ae](?:me|nme) saber|¿(?:quieres?|desea[sn]?|te gustaría|le gustaría|necesitas?|debo|puedo)\b"
    r"|si (?:necesita[sn]?|desea[sn]?|quieres?|quieren?|tiene[sn]?|hay)\b.{0,300}\b(?:av[ií]s\w+|d[ií]\w*me|puedo|házmelo|hágamelo|no dud\w+|saber)\b|he (?:supuesto|asumido|mantenido|incluido|dejado)\b|este (?:borrador|documento) (?:cubre|incluye|abarca)\b|quedo a\b",
    r"(?:me )?(?:avise|avisa|diga|fala|fale)(?:-me| se|\b)|(?:deseja|quer|gostaria|precisa) (?:que eu|de|alguma)\b.{0,160}\?|fi(?:que|co) à (?:vontade|disposição)|se (?:precisar|quiser|desejar|houver)\b.{0,200}\b(?:avis\w+|diga|posso|saber)\b|eu (?:assumi|mantive|incluí)\b|este rascunho\b",
    r"fa(?:mmi|temi|ccia)(?: mi)? sapere|mi faccia sapere|spero che\b|(?:vuoi|vuole|desidera|desideri) (?:che|altr)|non (?:esitare|esiti|esitate)\b|se (?:hai|ha|vuoi|desidera|serve)\b.{0,200}\b(?:fammi|sapere|posso|dimmi)\b|ho (?:assunto|incluso|mantenuto)\b|questa bozza\b|dimmi\b",
    r"laat (?:het )?(?:me|mij|gerust)\b|ik hoop\b|(?:wil|wilt|zou) (?:je|u)\b.{0,160}\?|zal ik\b|(?:als|mocht) (?:je|u|er)\b.{0,200}\b(?:laat|kan ik|graag|weten)\b|ik heb (?:aangenomen|de|alle)\b|dit concept\b|zeg het\b",
    # Nordic languages, Polish, Czech, Turkish, Vietnamese, Indonesian
    r"hör av dig\b|säg (?:till|bara)\b|(?:jag|jeg) (?:hoppas|håber|håper|har)\b|vill du\b.{0,160}\?|vil du\b.{0,160}\?|sig (?:til|endelig)\b|si (?:fra|ifra)\b|gi beskjed\b|lad mig\b|låt mig\b|kerro\b|toivottavasti\b",
    r"daj(?:cie)? (?:mi )?znać|proszę (?:dać|o) \w+|mam nadzieję|czy (?:chcesz|chciał\w+|mam|potrzebujesz)\b|jeśli (?:chcesz|potrzebujesz|coś)\b|dej(?:te)? mi vědět|doufám|pokud (?:chcete|budete|něco)\b|ozvěte se|dajte mi vedieť",
    r"umarım\b|(?:bana )?(?:haber ver|bildir)\w*|isterseniz\b|başka bir\b.{0,80}\?|hãy cho (?:tôi|mình)\b|hy vọng\b|nếu bạn\b|bạn có muốn\b|beri tahu\b|semoga\b|jika anda\b|apakah anda\b|silakan\b",
    # Russian, Ukrainian, Greek
    r"дай(?:те)? (?:мне )?знать|надеюсь|сообщи(?:те)?\b|если (?:вам|вы|ты|тебе|нужно|что)\b.{0,300}\b(?:дай|сообщ|я |могу|напиш|скаж)|(?:хотите|хочешь|нужно ли|желаете)\b.{0,160}\?|я (?:предположил|учёл|оставил|сделал)|скажи(?:те)?,|напишите\b|сподіваюся|дайте знати|якщо (?:вам|потрібно)\b|ενημερώστε|ελπίζω|πείτε μου",
)  # fmt: skip

_ANYWHERE = (
    # Languages without blanks between words put the request at the end.
    r"(?:お知らせ|ご連絡|ご確認|ご指摘|お申し付け|ご相談|ご質問|教えて|おっしゃって|ご検討)(?:ください|下さい|いただ|があれば|がありましたら|頂)|"
    r"お気軽に|以上(?:です|となります|が)|いかがでしょうか|しましょうか|必要(?:であれば|でしたら|に応じて).{0,40}(?:ます|ください)|お役に立て|ご要望",
    r"请(?:告诉|告知|通知|随时|联系|让我|指出|提出)|如(?:有|需|果您|果你).{0,60}(?:告诉|告知|联系|提出|随时|欢迎|我|请)|希望(?:这|对|以上|能)|(?:是否)?需要我.{0,40}[?？吗]|以上(?:是|就是|为|即)|"
    r"随时(?:告诉|联系|告知)|欢迎(?:提出|指正|反馈)|請(?:告訴|告知|隨時)|如(?:有|需).{0,60}(?:告訴|告知|隨時)",
    r"알려\s?(?:주세요|주십시오|주시)|말씀(?:해)?\s?(?:주세요|주십시오)|도움이 되|(?:필요|원)하시면|이상입니다|문의|할까요\?",
    r"أخبرني|آمل أن|لا تتردد|هل تريد|إذا (?:كنت|كان)|בבקשה הודע|אשמח|מקווה ש|תודיע|मुझे बताएं|बताएं|उम्मीद है|कृपया बता|แจ้งให้|หวังว่า|หากคุณ|บอกฉัน",
)  # fmt: skip

_LEAD = r"[*_>~\s(\[#👍🎉😊🙂✅🚀💡📝]*"
FAREWELL = re.compile(
    rf"{_LEAD}(?:{'|'.join(_FAREWELLS)})|[^\n]*?(?:{'|'.join(_ANYWHERE)})",
    re.IGNORECASE | re.DOTALL,
)
"""How a paragraph begins that is said to the reader; in some languages, anything that it holds."""

FIRST_PERSON = re.compile(
    r"\b(?:I|I(?:'|’)(?:ve|m|ll|d))\b(?![./-])|\b[Ii]ch\b|\b[Jj](?:e|'ai|’ai)\b|\byou(?:'|’)d\b|\byour (?:brief|request|review|feedback|needs)\b"
    r"|\b(?:adjust|adapt|change|edit|modify|tweak) (?:it |them |this |these )?as (?:needed|necessary|required|you)\b"
)
"""Words of a writer about itself, or about the person who asked."""

LABEL = re.compile(
    r"\W{0,6}(?:notes?|summary|disclaimer|explanation|rationale|remarks?|comments?|changes?|changelog|next steps|key (?:points|"
    r"decisions|choices)|hinweis|anmerkungen?|zusammenfassung|remarque|resumen|nota|note di|注意|备注|备注：|说明|補足|備考|참고)\b[^\n:：]{0,40}[:：]",
    re.IGNORECASE,
)
"""How a remark below a rule begins."""

_SUBJECT = (
    r"(?:(?:this|it|that|these|they|details?|content|(?:the |this )?(?:section|goals?|non-goals|assumptions|details|content|tasks?|"
    r"(?:acceptance )?criteria|(?:verification |rollback )?plan|information|text|points?|part|scope|exact \w+)) )?"
)
_MODAL = r"(?:is|are|will|needs?|has|have|yet|still|must|should|can|currently|remains?) "
_DONE = (
    r"(?:defined|determined|decided|done|completed|written|filled(?: in| out)?|specified|confirmed|added|provided|discussed|announced|agreed|"
    r"clarified|detailed|drafted|finali[sz]ed|documented|supplied|established|elaborated|identified|included|described|mentioned|covered)"
)
_TAIL = (
    r"(?:,? (?:yet|later|soon|here|there|for now|at this (?:time|point|stage)|at a later (?:time|point|date|stage)|(?:by|with|from|in|upon|after|once|when|during|until|"
    r"before|pending|based on|as part of|for) (?:the |this |a |your |our |further |more |they |it )?(?:project |product |whole |next |design |engineering |implementation |development )*(?:team|author|brief|owner|stakeholders?|users?|developers?|engineers?|client|customer|"
    r"spec(?:ification)?|document|description|request|section|input|excerpts?|context|review|discussion|clarification|implementation|phase|planning|"
    r"information|details|step|iteration|version|date|meeting|future|process)))*"
)

_STAND_INS = (
    r"(?:please )?(?:see|refer to|cf\.?|as (?:described|stated|given|specified|defined|noted|outlined|mentioned) (?:in )?|as per|per|same as|"
    r"covered (?:in|by)|described in|already (?:described|stated|covered|given) (?:in)?)\W*(?:the |your |this )?(?:\w+ )?"
    r"(?:brief|above|below|spec(?:ification)?|description|document|request|input|issue|ticket|title|goal|prompt|previous section)\b.{0,40}",
    rf"{_SUBJECT}(?:{_MODAL})*(?:to be|be) {_DONE}{_TAIL}",
    rf"{_SUBJECT}(?:is |are |was |were |has |have )?(?:been )?(?:still |yet |currently )?(?:not (?:yet )?(?:been )?(?:{_DONE}|available|known|given|stated|possible)|"
    r"not enough (?:information|context|detail)s?(?: (?:was |is |were )?(?:provided|given|available))?|undefined|unspecified|undetermined|unknown|pending|tb[dac]|(?:a )?placeholder|coming soon|(?:a )?work in progress|wip|"
    r"(?:more )?details? (?:to follow|needed|required|pending|later)|open|missing|draft|outstanding|required|insufficient (?:information|context|details?)|"
    r"left (?:blank|empty)|intentionally (?:left )?blank|empty|blank|skip(?:ped)?|later|same(?: as (?:above|before))?|ditto|…|"
    rf"no (?:relevant |further |specific |additional )?(?:information|details?|content|data)(?: (?:was|were|is|are|has been|have been))?(?: (?:provided|given|available|specified|supplied|mentioned|found))?){_TAIL}",
    r"(?:i(?:'|’)?m|i am|we are|we(?:'|’)re) (?:sorry|afraid|unable|not able)\b.{0,300}|(?:sorry|apologies)(?:[,.!]|,? (?:but|i|for|about)\b).{0,300}|(?:i )?apologi[sz]e\b.{0,300}|(?:unable|not able|impossible) to\b.{0,200}",
    r"(?:but |so |however,? |unfortunately,? |to (?:write|complete|draft) [^,]{0,60}, )?i(?: |(?:'|’)d |(?:'|’)ll )(?:need|require|would need|cannot|can(?:'|’)t|can not|could not|couldn(?:'|’)t|do not have|don(?:'|’)t have|do not know|don(?:'|’)t know|am not|"
    r"lack|must decline|won(?:'|’)t|will not|have no|have not been|haven(?:'|’)t|was not|wasn(?:'|’)t|would like to know)\b.{0,300}",
    # A spec speaks of what “we need” or “we will not support”; only without something to go by is it the model's own.
    r"(?:but |so |however,? |unfortunately,? )?we(?: |(?:'|’)d |(?:'|’)ll )(?:need|require|would need|lack|do not have|don(?:'|’)t have|have no|have not been|haven(?:'|’)t been|were not|weren(?:'|’)t)\b"
    r"[^.]{0,60}\b(?:information|details?|context|clarifications?|specifics|input from you|your (?:answer|decision|input))\b.{0,200}",
    r"as an? (?:ai|language model|assistant)\b.{0,300}|unfortunately\b.{0,300}",
    r"(?:please|kindly) (?:provide|clarify|share|specify|supply|tell|give|add|describe|explain|send|confirm|include|elaborate|fill|insert|write)\b.{0,200}",
    r"(?:could|can|would|will) you\b.{0,200}|(?:more|further|additional) (?:information|context|details?|input|clarification)\b.{0,100}(?:needed|required|necessary|please)\b.{0,60}|"
    r"(?:need|needs|requires?|awaiting|waiting for) (?:more|further|additional|clarification|input|information|details?)\b.{0,100}",
    r"\W*(?:insert|your|add|write|fill in|describe|enter|list) (?:\w+ ){0,4}here\b.{0,40}|lorem ipsum\b.{0,400}",
    # German
    r"(?:siehe|vgl\.?|wie|s\.) (?:(?:im|in der|den|das|die|oben|unter) )?(?:\w+ )?(?:brief|briefing|oben|unten|beschreibung|auftrag|vorgabe|spezifikation|dokument|beschrieben)\b.{0,40}",
    r"(?:(?:ist|sind|wird|werden|muss|müssen|soll) )?(?:noch )?(?:zu (?:klären|definieren|bestimmen|ergänzen|festlegen)|(?:offen|unklar|ausstehend|nicht (?:definiert|festgelegt|bekannt|angegeben)))\b.{0,60}|"
    r"(?:\w+ )?(?:wird|werden|muss|müssen) (?:noch |vom team |später |nachträglich )*(?:definiert|festgelegt|ergänzt|geklärt|bestimmt|ausgefüllt|nachgereicht)\b.{0,60}",
    r"(?:ich|wir) (?:benötige|brauche|kann|habe keine|benötigen|brauchen|können)\b.{0,300}|(?:leider|entschuldigung|tut mir leid)\b.{0,300}|bitte (?:geben|nennen|teilen|ergänzen|liefern|beschreiben|stellen|gib|nenne|ergänze|erläutern)\b.{0,200}|keine (?:angaben?|informationen?)\b.{0,60}|(?:weitere|mehr) (?:informationen|angaben|details)\b.{0,60}",
    # French, Spanish, Portuguese, Italian, Dutch
    r"(?:à|a) (?:définir|déterminer|préciser|compléter|confirmer|definir|determinar|precisar|confirmar|completar|preencher)\b.{0,60}|voir (?:le |la |ci-)?(?:brief|dessus|description|demande|cahier)\b.{0,40}|(?:j(?:'|’)ai besoin|je ne peux|je n(?:'|’)ai|désolé|veuillez|merci de)\b.{0,300}|aucune (?:information|donnée)\b.{0,60}|non (?:défini|précisé|spécifié)e?s?\b.{0,60}",
    r"(?:por|a ser|pendiente de) (?:definir|determinar|confirmar|completar|definid[oa])\b.{0,60}|(?:ver|véase|consulte|veja) (?:el |la |o |a )?(?:brief|arriba|acima|descripción|descrição|resumen)\b.{0,40}|(?:necesito|preciso|no (?:puedo|tengo)|não (?:posso|tenho)|lo siento|desculpe|por favor)\b.{0,300}|(?:sin|sem) (?:información|informações|especificar)\b.{0,60}|no (?:definido|especificado)\b.{0,60}",
    r"(?:da|ancora da) (?:definire|determinare|completare|confermare)\b.{0,60}|(?:vedi|vedere|si veda) (?:il |la )?(?:brief|sopra|descrizione)\b.{0,40}|(?:ho bisogno|non (?:posso|ho)|mi dispiace|per favore|si prega)\b.{0,300}|(?:nader|nog) te (?:bepalen|definiëren|beslissen)\b.{0,60}|zie (?:de )?(?:brief|boven|hierboven|opdracht)\b.{0,40}|(?:ik heb meer|ik kan|sorry|geef)\b.{0,300}",
    # Polish, Russian, Turkish
    r"do (?:ustalenia|uzupełnienia|określenia)\b.{0,60}|(?:zob(?:acz)?\.?|patrz) .{0,40}|potrzebuję\b.{0,300}|(?:будет|будут|нужно|требуется|подлежит)\s+(?:определен|уточн|дополн|заполн).{0,100}|(?:не определено|не указано|уточняется)\b.{0,60}|(?:см\.?|смотри(?:те)?) .{0,40}|(?:мне нужн|мне требуется|предоставьте|пожалуйста|к сожалению|извините).{0,300}|belirlenecek\b.{0,60}|(?:daha fazla bilgi|lütfen)\b.{0,200}",
    # Chinese, Japanese, Korean
    r"(?:待定|待确认|待补充|待定义|见(?:上|下|简介|概述|需求)|参见|详见|[请請](?:提供|补充|補充|说明|說明|参考|參考|参见)|(?:我)?需要更多|(?:抱歉|对不起|很抱歉)|信息不足|暂无|尚未|未(?:指定|提供|定义)|同上|由团队|將|将由).{0,80}",
    r"(?:未定|未記入|要確認|追って|検討中|後日|別途|(?:詳細|情報)(?:が不足|は未定|を(?:教えて|提供|ご))|(?:上記|概要|ブリーフ|説明|仕様)(?:を)?(?:参照|ご覧)|申し訳|(?:さらに|より|もっと)詳し|もう少し|情報が必要|チームで).{0,80}",
    r"(?:미정|추후|추가 예정|정보가 (?:더 )?필요|위(?:를|와) |브리프 참조|죄송|알려\s?주세요|더 많은 정보|제공해).{0,80}",
)  # fmt: skip
STAND_IN = re.compile(rf"\W*(?:{'|'.join(_STAND_INS)})\W*\Z", re.IGNORECASE)
"""A sentence that stands where something should be."""

VOID = re.compile(
    r"\W*(?:n ?/ ?a|none|nil|nothing|not applicable|no|null|empty|entfällt|keine?[ns]?|nicht (?:zutreffend|anwendbar|relevant)|nichts|"
    r"aucune?|néant|sans objet|ningun[oa]|ninguna?|nada|no aplica|nenhuma?|não se aplica|nessun[oa]?|geen|n\.?v\.?t\.?|brak|nie dotyczy|нет|не применимо|"
    r"无|無|沒有|没有|不适用|不適用|なし|該当なし|特になし|없음|해당 ?없음)?\W*\Z",
    re.IGNORECASE,
)
"""A body that says that there is nothing: an answer for some section, never for every one."""

PREFACE = re.compile(
    r"[*_>~\s]*(?:(?:sure|certainly|of course|okay|ok|absolutely|here(?:'s| is| are)|below (?:is|are)|gerne|natürlich|klar|"
    r"hier (?:ist|sind|kommt)|voici|bien sûr|d'accord|claro|aquí|por supuesto|aqui está|certo|ecco)\b"
    r"|はい|以下|承知|好的|当然|다음은|네[,. ])[^\n]*(?:[:：!]|。)[*_\s]*\Z",
    re.IGNORECASE,
)
"""A first paragraph that is a word to the reader on what follows."""
