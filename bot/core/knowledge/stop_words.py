"""Words that do not tell what a question is about, by language: articles, pronouns, and how people ask.

A question of nothing else is looked for by all of its words.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.core.search_words import text_words

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPED = {  # not for people: what they say
    "en": (
        "a an the and or of to in on at by for from with without is are was were be been"
        " am do does did doing done have has had having i me my mine we us our you your it its he him his she"
        " her they them their this that these those there here what which who whom whose when where why how"
        " can could should would will shall may might must not no nor if then than so as but about into only"
        " just also too very any some all each every both such own same other another again get gets got"
        " getting want wants wanted need needs make makes made let lets tell way possible please help hello hi"
        " thanks im dont doesnt didnt cant isnt wont ive id don doesn didn isn aren wasn weren won t s d ll re"
        " ve m one use using used"
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer eines und oder aber von vom"
        " zu zum zur in im an am auf aus bei mit nach für über unter ohne ist sind war waren sein bin bist hat"
        " habe haben hatte wird werden wurde kann können könnte muss müssen soll sollte will möchte darf ich"
        " du er sie es wir ihr mich mir mein meine meinen meinem meiner dich dir dein deine uns unser unsere"
        " man sich dieser diese dieses diesen was welche welcher welches wer wen wem wann wo warum wieso"
        " weshalb wie nicht kein keine keinen wenn dann dass ob als auch nur noch schon so sehr alle alles"
        " jeder jede jedes immer wieder bitte hilfe hallo danke geht gibt mache machen macht"
    ),
    "fr": (
        "le la les l un une des du de d et ou mais à au aux en dans par pour sur avec"
        " sans est sont était être ai as a avons avez ont avoir fait faire peut peux pouvez puis je tu il elle"
        " on nous vous ils elles me moi mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet"
        " cette ces que qu qui quoi quel quelle quels quelles quand où pourquoi comment ne n pas plus si alors"
        " comme aussi seulement très tout toute tous toutes chaque bonjour merci"
    ),
    "es": (
        "el la los las un una unos unas y o pero de del a al en por para con sin es son"
        " era ser estar está están he ha han haber hay hace hacer puede puedo pueden yo tú él ella nosotros"
        " ellos me mi mis tu tus su sus nos se lo le les este esta estos estas eso ese esa que qué quién cuál"
        " cuáles cuándo dónde cómo por porque no ni si entonces como también solo muy todo toda todos todas"
        " cada favor hola gracias"
    ),
}


def stop_words(typed: Sequence[str]) -> frozenset[str]:
    """Return the words of the language in which most of these are such words, folded as these are."""
    return max(_folded(), key=lambda words: sum(word in words for word in typed))


@cache
def _folded() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(text_words(words)) for words in _TYPED.values())
