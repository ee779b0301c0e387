"""The words that a passage is found by, and those of a question that are looked for."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.knowledge.passages import PagePassage
from bot.core.knowledge.ranking import Candidate, candidates, ranked, wanted, weights
from bot.core.knowledge.terms import LONGEST_QUESTION, MOST_TERMS, QueryWord, beginnings, instead, parts, terms
from bot.core.knowledge.words import passage_words, spelled, words

OLD = datetime(2026, 1, 1, tzinfo=UTC)
NEW = OLD + timedelta(days=30)


def forms(question: str, *languages: str) -> set[str]:
    return {form for term in terms(question, languages) for form in term.forms}


def term(word: str, likeness: float = 1.0) -> QueryWord:
    return QueryWord(frozenset({word}), likeness)


def candidate(number: int, text: str, title: str = "", page: int = 0, at: datetime | None = None) -> Candidate:
    return Candidate(number, page or number, at, passage_words(PagePassage((), text), title, "en", "T1", ""))


@pytest.mark.parametrize(
    ("typed", "stored", "language"),
    [
        ("connection", "connections", "en"),
        ("Häuser", "haus", "de"),
        ("Verbindungen", "Verbindung", "de"),
        ("sélectionnés", "selectionner", "fr"),
        ("новая", "новые", "ru"),
        ("café", "cafe", ""),
    ],
)
def test_forms_of_a_word_are_the_same(typed: str, stored: str, language: str) -> None:
    assert words(typed, language) == words(stored, language)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("max size", "pool.max_size"),
        ("MAX_SIZE", "maxSize"),
        ("max_size", "max-size"),
        ("--no-cache", "no-cache"),
        ("javascript", "JavaScript"),
        ("v2.1.3", "2.1.3"),
        ("econnreset", "ECONNRESET:"),
        ("invalid request", "sqlalchemy.exc.InvalidRequestError"),
        ("创建", "如何创建索引"),
    ],
)
def test_names_are_found_by_their_parts(typed: str, stored: str) -> None:
    found = set(words(stored, "en"))
    assert [word for word in words(typed, "en") if word in found], (words(typed, "en"), found)


def test_a_whole_name_tells_more() -> None:
    same, parted = set(words("set pool.max_size", "en")), set(words("the size of a pool, at max", "en"))
    asked = words("pool.max_size", "en")
    assert set(asked) <= same
    assert set(asked) - parted == {asked[-1]}


def test_stop_words_are_left_out() -> None:
    assert forms("How do I get the logs?", "en") == {"log"}
    assert forms("Wie kann ich die Logs lesen?", "en") == {"log", "lesen"}
    assert forms("how do I do it", "en") == {"how", "do", "i", "it"}  # nothing else is left
    assert "die" in forms("why does the process die", "en")  # it is only in German that it tells nothing


def test_a_question_is_bounded() -> None:
    question = " ".join(f"word{number}" for number in range(5_000))
    assert len(terms(question, ["en", "de"])) <= min(MOST_TERMS, LONGEST_QUESTION)
    assert terms("?!", ["en"]) == terms("", []) == []


def test_a_question_has_the_forms_of_all_languages() -> None:
    assert {"einstell", "einstellungen"} <= forms("Einstellungen", "de", "en")


def test_misspelled_words_are_replaced() -> None:
    known = Counter({"middlewar": 9, "middl": 3, "respons": 5, "mild": 1})
    (found,) = [one for one in instead([term("midlewar")], known, ["en"]) if one.likeness > 0.5]
    assert found.forms == {"middlewar"}
    assert beginnings([term("midlewar"), term("abc"), term("12345")]) == ["mi"]


def test_a_compound_is_taken_apart() -> None:
    known = Counter({"datenbank": 4, "verbind": 7})
    unknown = terms("Datenbankverbindungen", ["de"])
    assert set(known) <= set(parts(unknown, ["de"]))
    assert [*instead(unknown, known, ["de"])] == [term("datenbank"), term("verbind")]


@pytest.mark.parametrize("text", ["a" * 16_000, "a_" * 8_000, "aB" * 8_000, "." * 16_000, "a." * 8_000, "é" * 16_000])
def test_words_take_linear_time(text: str) -> None:
    begun = time.process_time()
    terms(text, ["en", "de", "fr"])
    words(text, "en")
    parts([term(text[:64])], ["de"])
    assert time.process_time() - begun < 2


def test_what_people_spell_is_counted() -> None:
    stored = passage_words(PagePassage(("Set up",), "Use max_size 12."), "Guide", "en", "T1", "C1")
    assert spelled(stored) == {"guid", "set", "use", "max", "size"}


def test_rare_words_come_first() -> None:
    asked = [term("common"), term("rare"), term("unknown")]
    counts = {"common": 29_000, "rare": 2_000}
    assert wanted(asked, counts) == [term("rare"), term("unknown")]
    assert wanted(asked[:1], {"common": 90_000}) == [term("common")]  # there is nothing else to go by


def test_rare_words_tell_more() -> None:
    found = {term("common"): range(1_000), term("rare"): [1_001]}
    weight = weights(found, 2_000)
    assert weight[term("rare")] > weight[term("common")] > 0
    assert candidates(found, weight)[:2] == [1_001, 0]
    assert weights({}, 0) == {}


def test_a_heading_counts_more() -> None:
    weight = {term("backup"): 2.0}
    passages = [candidate(1, "A backup is made."), candidate(2, "It is made.", "Backup")]
    assert [one for _, one in ranked(passages, weight)] == [2, 1]


def test_the_same_passage_is_shown_once() -> None:
    text = "To make a backup, stop the server and copy all of its files."
    passages = [candidate(1, text, "Version 1", at=OLD), candidate(2, text, "Version 2", at=NEW)]
    assert [one for _, one in ranked(passages, {term("backup"): 2.0})] == [2]


def test_newer_passages_come_first_among_equals() -> None:
    passages = [candidate(1, "one backup", at=OLD), candidate(2, "two backup", at=NEW), candidate(3, "any backup")]
    assert [one for _, one in ranked(passages, {term("backup"): 2.0})] == [2, 1, 3]


def test_pages_take_turns() -> None:
    same = [candidate(number, f"backup kind {number}", page=7) for number in (1, 2, 3)]
    other = candidate(4, "a much longer passage, which names the backup only once among other words", page=8)
    assert [one for _, one in ranked([*same, other], {term("backup"): 2.0})] == [1, 4, 2, 3]
