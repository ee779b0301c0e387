"""The words that spans are made of, in English, German, French and Spanish.

Languages differ in their words here, and hardly in their order: each word becomes a kind that all of them share.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 120  # characters; no span is longer, and no more of a text is looked at

_SPELLINGS: dict[tuple[str, str], str] = {  # not for people: what they say
    ("since", ""): "since seit ab depuis desde",
    ("from", ""): "from von vom du del",
    ("between", ""): "between zwischen entre",
    ("until", ""): "to until till til through thru bis jusqu'a jusqu'au hasta al au - \u2013 — .. ... →",
    ("to", ""): "a",  # "von … bis" is "de … a …" in Spanish, and "à" in French
    ("and", ""): "and und et y e &",
    ("last", ""): "last past previous prior recent letzte letzten letzter letztes letztem vergangene vergangenen "
    "vergangener vergangenes vorige vorigen voriger voriges derniere dernier derniers dernieres passe passee passes "
    "passees pasado pasada pasados pasadas ultimo ultima ultimos ultimas",
    ("this", ""): "this current diese diesen dieser dieses diesem ce cet cette este esta",
    (
        "next",
        "",
    ): "next coming upcoming nachste nachsten nachster nachstes kommende kommenden prochain prochaine proximo proxima",
    ("start", ""): "start beginning begin anfang beginn debut inicio comienzo",
    ("ago", ""): "ago vor hace",
    ("before", ""): "before",
    ("now", ""): "now jetzt maintenant ahora",
    ("day", "0"): "today heute aujourd'hui hoy",
    ("day", "1"): "yesterday gestern hier ayer",
    ("day", "2"): "vorgestern avant-hier anteayer",
    ("day", "-1"): "tomorrow morgen demain manana",
    ("morning", ""): "morning matin morgens",
    ("clock", "12:00"): "noon midday mittag midi mediodia",
    ("clock", "0:00"): "midnight mitternacht minuit medianoche",
    ("weekend", ""): "weekend wochenende week-end",
    ("unit", "min"): "m min mins minute minutes minuten minuto minutos",
    ("unit", "hour"): "h hr hrs hour hours std stunde stunden heure heures hora horas",
    ("unit", "day"): "d day days tag tage tagen jour jours dia dias",
    ("unit", "week"): "w wk wks week weeks woche wochen semaine semaines semana semanas",
    ("unit", "month"): "mo mos month months monat monate monats monaten mois mes meses",
    ("unit", "quarter"): "quarter quarters quartal quartals quartale trimestre trimestres",
    ("unit", "year"): "y yr yrs year years jahr jahre jahren jahres an ans annee annees ano anos",
    ("many", ""): "mins minutes minuten minutos hrs hours stunden heures horas days tage tagen jours dias wks weeks "
    "wochen semaines semanas mos months monate monaten meses quarters quartale trimestres yrs years jahre jahren "
    "annees anos",
    ("weekday", "0"): "mon monday montag lundi lunes",
    ("weekday", "1"): "tue tues tuesday dienstag mardi martes",
    ("weekday", "2"): "wed weds wednesday mittwoch mercredi miercoles",
    ("weekday", "3"): "thu thur thurs thursday donnerstag jeudi jueves",
    ("weekday", "4"): "fri friday freitag vendredi viernes",
    ("weekday", "5"): "sat saturday samstag sonnabend samedi sabado",
    ("weekday", "6"): "sun sunday sonntag dimanche domingo",
    ("month", "1"): "jan january januar janner janvier enero",
    ("month", "2"): "feb february februar fevrier febrero",
    ("month", "3"): "mar march marz mars marzo",
    ("month", "4"): "apr april avril abril",
    ("month", "5"): "may mai mayo",
    ("month", "6"): "jun june juni juin junio",
    ("month", "7"): "jul july juli juillet julio",
    ("month", "8"): "aug august aout agosto",
    ("month", "9"): "sep sept september septembre septiembre",
    ("month", "10"): "oct october okt oktober octobre octubre",
    ("month", "11"): "nov november novembre noviembre",
    ("month", "12"): "dec december dez dezember decembre dic diciembre",
    **{
        ("number", str(number)): spelled
        for number, spelled in enumerate(
            (
                "an one ein eine einer einem einen un une uno una",
                "two couple zwei deux dos",
                "three drei trois tres",
                "four vier quatre cuatro",
                "five funf cinq cinco",
                "six sechs seis",
                "seven sieben sept siete",
                "eight acht huit ocho",
                "nine neun neuf nueve",
                "ten zehn dix diez",
                "eleven elf onze once",
                "twelve zwolf douze doce",
            ),
            start=1,
        )
    },
    ("noise", ""): "the der die das den dem des le la les el los las l d of de in im on am at um uhr over during for "
    "within uber wahrend en dans pendant durante cours au aux il zum zur all whole entire ganze ganzen",
    ("so", ""): "so",
    ("far", ""): "far",
    ("so far", ""): "bislang bisher",
    ("to date", "week"): "wtd",
    ("to date", "month"): "mtd",
    ("to date", "quarter"): "qtd",
    ("to date", "year"): "ytd",
    ("dated", ""): "date",
}
_KINDS: dict[str, list[tuple[str, str]]] = {}
for _meaning, _spelled in _SPELLINGS.items():
    for _spelling in _spelled.split():
        _KINDS.setdefault(_spelling, []).append(_meaning)

# "il y a 2 heures"; "the day before yesterday".
_PHRASES: dict[tuple[str, ...], tuple[str, str]] = {  # not for people: kinds of words
    ("il", "y", "a"): ("ago", ""),
    ("the", "day", "before", "yesterday"): ("day", "2"),
    ("day", "before", "yesterday"): ("day", "2"),
    ("fin", "de", "semana"): ("weekend", ""),
    ("so", "far"): ("so far", ""),
    ("to", "date"): ("so far", ""),
    **{(unit, "to", "date"): ("to date", unit) for unit in ("week", "month", "quarter", "year")},
    ("a", "couple", "of"): ("number", "2"),
    ("couple", "of"): ("number", "2"),
}

_TOKEN = re.compile(
    r"(?P<gap>[\s,]+)"
    r"|(?P<iso>\d{4}(?P<between>[-/.])\d{1,2}(?P=between)\d{1,2}(?!\d))(?:T(?=\d))?"
    r"|(?P<clock>(?:[01]?\d|2[0-3])(?::[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?"
    r"|h[0-5]\d(?!\s?m)|\s?(?:[ap]\.?m\b\.?|uhr\b|o'?clock\b)))"
    r"|(?P<date>(?:\d{1,2}-\d{1,2}-\d{4}|\d{1,2}(?P<within>[./])\d{1,2}(?:(?P=within)(?:\d{4}|\d{2}))?\.?)(?!\d))"
    r"|(?P<quarter>[qQ][1-4]\b)"
    r"|(?P<ordinal>\d{1,2}(?:(?:st|nd|rd|th|er|ere|ère|º|°)\b|\.(?=\s|\Z|[-\u2013—])))"
    r"|(?P<digits>\d{1,6})"
    r"|(?P<word>avant-hier|week-end|[^\W\d_]+(?:'[^\W\d_]+)*)(?:-(?:ci|là|la)\b)?"
    r"|(?P<sign>\.{2,3}|[-\u2013—→&])"
    r"|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a span: its kinds with what each means, and where it ends in the text."""

    kinds: tuple[tuple[str, str], ...]
    end: int

    def value(self, kind: str) -> str | None:
        """Return what the word means as a kind, None if it is none."""
        return next((value for one, value in self.kinds if one == kind), None)


def read(text: str) -> list[Word]:
    """Read the words that a text begins with, up to the first that is in no span. Articles and the like are left out.

    Looks at the first characters only, so that its time is bounded.
    """
    found: list[Word] = []
    said: list[tuple[str, Word]] = []
    for match in _TOKEN.finditer(text[:LONGEST].replace("\u2019", "'")):
        if match["gap"]:
            continue
        word = _word(match)
        if word is None:
            break
        said.append((folded(match["word"] or ""), word))
    at = 0
    while at < len(said):
        spoken = (tuple(word for word, _ in said[at : at + n]) for n in (4, 3, 2))
        phrase = next((words for words in spoken if words in _PHRASES), ())
        length = len(phrase)
        if length:
            found.append(Word((_PHRASES[phrase],), said[at + length - 1][1].end))
        elif said[at][1].value("noise") is None or len(said[at][1].kinds) > 1:
            found.append(said[at][1])
        at += length or 1
    return found


def folded(word: str) -> str:
    """Write a word without case and accents, as people type it."""
    spread = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in spread if not unicodedata.combining(one))


def _bare(word: str) -> tuple[str, str, str]:
    """Return a word as it stands, and without its article or its genitive: "l'hiver", "today's"."""
    return word, word.partition("'")[2], word.removesuffix("'s")


def is_known(word: str) -> bool:
    """Return whether a word is one of spans, and not an article or the like."""
    return any(kind not in _COMMON for one in _bare(folded(word)) for kind, _ in _KINDS.get(one, ()))


def is_said_of_times(word: str) -> bool:
    """Return whether a word may be in a span, be it an article or the like."""
    return any(one in _KINDS for one in _bare(folded(word)))


def spellings() -> tuple[str, ...]:
    """Return the longer words that only spans have, which a slip of the finger may be near to."""
    return tuple(word for word, kinds in _KINDS.items() if len(word) >= 4 and kinds[0][0] not in _COMMON)  # noqa: PLR2004


_COMMON = {  # not for people: kinds of words
    "noise",
    "number",
    "and",
    "to",
    "from",
    "until",
    "between",
    "since",
    "start",
    "this",
    "last",
    "next",
    "now",
    "before",
    "so",
    "far",
    "so far",
    "dated",
}


def _word(match: re.Match[str]) -> Word | None:
    end = match.end()
    if text := match["word"]:
        kinds = next((kinds for one in _bare(folded(text)) if (kinds := _KINDS.get(one))), None)
        return Word(tuple(kinds), end) if kinds else None
    if match["sign"]:
        return Word(tuple(_KINDS[match["sign"]]), end)
    for kind in ("iso", "clock", "date", "quarter", "ordinal"):
        if match[kind]:
            return Word(((kind, match[kind]),), end)
    return Word((("number", match["digits"]),), end) if match["digits"] else None
