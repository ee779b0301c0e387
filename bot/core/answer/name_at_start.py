"""Find whom a message addresses at its start by a plain name, typed rather than chosen from a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LOOKED_AT = 200  # characters: a name is at the very start
MOST_WORDS = 5  # of a name and what ends it
MOST_ASKING = 3  # words after a name that show that its person is asked
SHORTEST = 2  # characters of a name
# Words that open sentences, and are someone's name somewhere.
_NO_NAMES = {
    *("so", "an", "do", "no", "now", "ok", "okay", "yes", "well", "then", "please", "also", "the", "a"),
    *(
        "all",
        "team",
        "everyone",
        "everybody",
        "guys",
        "folks",
        "there",
        "again",
        "you",
        "my",
        "our",
        "your",
        "it",
        "we",
    ),
}
# Names that are words, too: at the start of a sentence they are someone's only if that one is spoken to.
_ALSO_WORDS = """
will may mark bill grant grace joy hope faith rose rob pat drew chase art max jack sky dawn april june july august
summer guy frank penny ruby robin dean miles skip sue trip wade ray iris lily ivy angel gene heather holly olive pearl
violet carol chip chuck cliff dot josh lance nick norm sandy terry victor ward woody page read law long best monday
paris florence sydney austin jordan chelsea china india rich
"""  # not for people: names
_WORDS_TOO = frozenset(_ALSO_WORDS.split())
# What people say before a name, in the languages that teams write most.
_HELLOS = (  # not for people: what they say
    "hey there|hi there|hello there|hello again|hi again|hey|heya|hiya|hi|hello|howdy|yo|greetings|welcome|dear|"
    "good (?:morning|afternoon|evening|day|night)|morning|afternoon|evening|g'day|"
    "hallo|hall[oö]chen|moin|servus|gr(?:ü|ue)(?:ss|ß)(?:e| dich| gott)?|"
    "guten (?:morgen|tag|abend)|gute nacht|liebe[rs]?|"
    "hola|buenas|buenos d[ií]as|buenas (?:tardes|noches)|estimad[oa]|salut|bonjour|bonsoir|coucou|cher|ch[eè]re|"
    "ciao|salve|buongiorno|buonasera|caro|cara|oi|ol[aá]|bom dia|boa (?:tarde|noite)|"
    "hej|hei|heia|hejsan|god (?:morgen|morgon|dag|kveld)|goede(?:morgen|middag|navond)|hoi|dag|terve|moi|huomenta|"
    "cze[sś][cć]|dzie[nń] dobry|ahoj|dobr[yý] den|szia|salam|merhaba|selam|g[uü]nayd\\w{1,2}n|namaste|"
    "привет|здравствуйте|доброе утро|добрый (?:день|вечер)|привіт|"
    "おはよう(?:ございます)?|こんにちは|こんばんは|안녕하세요|안녕|你好|您好|早上好|嗨"
)
_THANKS = (  # not for people: what they say
    "(?:many thanks|thanks|thank you|thank u|thankyou|thx|tysm|ty|cheers)(?: (?:a lot|so much|very much|a ton|again))?|"
    "sorry|congrats|congratulations|well done|nice one|great job|"
    "merci(?: beaucoup)?|danke(?: dir| sch[oö]n)?|vielen dank|besten dank|(?:muchas |mil )?gracias|grazie(?: mille)?|"
    "(?:muito )?obrigad[oa]|tack|(?:tusen )?takk?|kiitos|bedankt|dank je|dzi[eę]ki|d[eě]kuji|köszi|te[sş]ekk[uü]rler|"
    "спасибо|дякую|ありがとう(?:ございます)?|감사합니다|고마워요?|谢谢|謝謝"
)
_GREETING = rf"(?:(?:{_HELLOS}|{_THANKS})\b)"
_GREETINGS = re.compile(rf"(?:{_GREETING}[ ,\u3001\uff0c]*+){{1,3}}", re.IGNORECASE)
# A mention is never there by chance, so the greeting before it can also be a sentence or an emoji.
_BEFORE_MENTION = re.compile(
    rf"(?:(?:{_GREETING}|:[a-z][\w+-]*+:)[\s,.!\u2026\u3001\uff0c\uff01\u2013\u2014-]*+){{1,3}}", re.IGNORECASE
)
# Words that open a sentence without saying whom it is for: a name after them has to end as one at the start does.
_OPENERS = re.compile(
    r"(?:ok|okay|so|yes|no|yeah|well|please|pls|and|but|also|oh|ah|morgen|tag|bitte|ja|nein|oui|s[ií]|bueno)\b[ ,]*+",
    re.IGNORECASE,
)
# What is said to someone right after the name, without a comma.
_ASKED = re.compile(
    r" (?:please|pls|plz|(?:can|could|would|will|did|do|are|have|were|should) you|can u|what do you|wdyt|thoughts|"
    r"thanks|thank you|bitte|(?:kannst|k(?:ö|oe)nntest|hast|bist|magst|w(?:ü|ue)rdest|weisst|weißt) du|"
    r"(?:k(?:ö|oe)nnen|k(?:ö|oe)nnten|haben|w(?:ü|ue)rden) sie|danke|por favor|puedes|podr[ií]as|gracias|"
    r"s['\u2019]il te pla[iî]t|s['\u2019]il vous pla[iî]t|stp|svp|"
    r"(?:peux|pourrais|as)[- ]tu|(?:pouvez|pourriez|avez)[- ]vous|"
    r"merci|per favore|puoi|potresti|voc[eê] pode|kun je|kan je|kan du|пожалуйста|можешь|lütfen)(?!\w)",
    re.IGNORECASE,
)
_SPOKEN_TO = re.compile(
    r"[ ]*[,:][^.!?\n]{0,80}?(?<!\w)(?:you|your|u|du|dich|dir|dein|deine|ihr|euch|sie|tu|te|ton|ta|vous|votre"
    r"|t[uú]|usted|tienes|puedes|please|pls|thanks|thank|bitte|danke|por favor|merci)(?!\w)",
    re.IGNORECASE,
)
_HANDLE = re.compile(rf"@(?P<handle>[^\W\d][\w.-]*+)[,:]?(?={_ASKED.pattern})", re.IGNORECASE)
_PARTS = re.compile(r"[._-]+")
_OWN_HANDLES = ("bot", "claude", "assistant", "chatgpt", "here", "channel", "everyone", "all")
# After "Thanks, Ana", these words say something about her.
_TELLS = re.compile(r" (?:is|was|has|had|will|says?|said|wants|told|ist|war|hat|est|es|est[aá]|era)\b", re.IGNORECASE)
_JOIN = re.compile(r"(?:[ ]*[,&+/][ ]*|[ ]+(?:and|und|et|y|e|&)[ ]+)@?", re.IGNORECASE)
_SENTENCES = re.compile(r"[\n.!?;:]+")
_STOP = re.compile(r"[ ]*(?:[,:;!?.\u2026\u2013\u2014\n]|- |$)")
_ENDS = re.compile(r"[,:;!?.&+/\u2026\u2013\u2014\n]| (?:-|and|und|et|y|e)$| - ", re.IGNORECASE)
_NEXT = re.compile(r"[\w.'\u2019-]++[ ]*+[,:;!?]")


def opening(text: str) -> str:
    """Return where a message may speak to someone: its start, after what it quotes."""
    lines = text[: 10 * LOOKED_AT].split("\n")
    while lines and (not lines[0].strip() or lines[0].lstrip().startswith(">")):
        lines.pop(0)
    return "\n".join(lines).strip()[:LOOKED_AT]


def end_of_greeting(text: str, at: int) -> int:
    """Return where the greeting that begins at index `at` ends before a mention; `at` itself if there is none."""
    match = _BEFORE_MENTION.match(text, at)
    return match.end() if match else at


def may_address_someone(text: str) -> bool:
    """Return whether it is worth looking names up for a message: its first words may be one, or end at one."""
    start = opening(text).casefold()
    if start.startswith("@") or _GREETINGS.match(start) or _OPENERS.match(start):
        return True
    first = start.split(" ")
    if len(first) <= MOST_WORDS or _ENDS.search(" ".join(first[:MOST_WORDS])):
        return True
    return bool(_ASKED.search(" ".join(first[: MOST_WORDS + MOST_ASKING])))


def opens_with_at(text: str) -> bool:
    """Return whether a message opens with an @, perhaps after a greeting."""
    return _after_greeting(opening(text).casefold())[0].startswith("@")


def addresses_handle(text: str, own: Collection[str]) -> bool:
    """Return whether a message opens by asking a handle that no one known here has: "@support can you".

    A handle that may mean the bot, by its `own` names or what it is, does not count; nor does one for the whole
    channel.
    """
    match = _HANDLE.match(_after_greeting(opening(text).casefold())[0])
    handle = match["handle"] if match else ""
    mine = (*_OWN_HANDLES, *(name.casefold().split(" ")[0] for name in own))
    return bool(handle) and not any(part.startswith(mine) for part in _PARTS.split(handle))


def addresses(text: str, names: Collection[str]) -> bool:
    """Return whether a message opens by speaking to one of these, by the whole name or its first word.

    "Ana, can you look?", "@Ana can you", "hey Ana can you", "Ana please", "Ana and Ben: look"; not "Ana is on leave".
    """
    start, greeting = _after_greeting(opening(text).casefold())
    is_called = bool(greeting) or start.startswith("@")
    is_apart = greeting.endswith(",")
    start = start.removeprefix("@")
    return any(_begins(start, name, is_called=is_called, is_apart=is_apart) for name in _calls(names))


def _after_greeting(start: str) -> tuple[str, str]:
    """Return what follows a message's opening words, and the greeting among them, "" if there is none."""
    greeting = _GREETINGS.match(start)
    opener = greeting or _OPENERS.match(start)
    return start[opener.end() :] if opener else start, greeting[0].rstrip() if greeting else ""


def _calls(names: Collection[str]) -> set[str]:
    """Return the names that people may be called by."""
    whole = {" ".join(name.casefold().split()).removeprefix("@") for name in names}
    calls = whole | {name.partition(" ")[0] for name in whole}
    return {name for name in calls if len(name) >= SHORTEST and name not in _NO_NAMES}


def _begins(start: str, name: str, *, is_called: bool, is_apart: bool) -> bool:
    if not start.startswith(name):
        return False
    rest = start[len(name) :]
    if is_called and not (is_apart and _TELLS.match(rest)):
        return not (rest[:1].isalnum() or rest[:1] in {"_", "'", "\u2019"})
    if name in _WORDS_TOO:
        return bool(_ASKED.match(rest) or _SPOKEN_TO.match(rest))
    if _STOP.match(rest) or _ASKED.match(rest):
        return True
    joined = _JOIN.match(rest)
    return joined is not None and _NEXT.match(rest, joined.end()) is not None


def turns_to(text: str, names: Collection[str]) -> bool:
    """Return whether a later line or sentence of a message begins by addressing one of these."""
    _, *later = _SENTENCES.split(text[: 10 * LOOKED_AT])
    return any(addresses(sentence, names) for sentence in later)
