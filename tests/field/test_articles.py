"""What went wrong where others wrote articles from conversations: names in them, and guesses taken for the answer."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core.articles.words import HIDDEN, anonymous
from bot.core.articles.write import parted
from bot.core.domain.message import HistoryMessage
from bot.core.domain.tool import Passage
from bot.core.knowledge.chat_sources import settled


def said(author: str, text: str, *, done: bool = False) -> HistoryMessage:
    reactions = (("white_check_mark", 1),) if done else ()
    at = datetime(2026, 11, 2, tzinfo=UTC)
    return HistoryMessage(text, author, author, text, "1.0", is_bot=False, files=(), at=at, reactions=reactions)


def test_names_of_customers_are_left_out() -> None:
    """Source: https://github.com/sourcegraph/about/pull/2594 (removed after a colleague saw them)."""
    text = (
        "Thanks @Ada Marsh! Ada, Marsh's team and Adam use Adaptive mode; mail ada@acme.example or call +49 30 901820."
    )
    left = anonymous(text, {"Ada Marsh"}, "DE")
    assert left.startswith(f"Thanks {HIDDEN}! {HIDDEN}, {HIDDEN}'s team and Adam use Adaptive mode")
    assert "acme" not in left
    assert "901820" not in left
    assert anonymous("Wait <@U1ABC> and <!here>.", (), "") == f"Wait {HIDDEN} and {HIDDEN}."
    assert anonymous("The (.*) in a+b stays", {"(.*)"}, "") == f"The {HIDDEN} in a+b stays"


def test_of_a_debate_the_accepted_answer_counts() -> None:
    """Source: https://knowledgescout-website.pages.dev/blog/knowledge-doesnt-live-in-teams-or-slack (guesses)."""
    question, guess = said("sam", "How long do we keep logs?"), said("ada", "A year, I guess?")
    answer = said("gia", "30 days, see the policy.", done=True)
    assert settled([question, guess, answer]) == (question, answer)
    assert settled([question, guess]) == (question, guess)
    assert settled([question, said("sam", "Anybody?")]) is None


def test_titles_are_made_of_what_was_said() -> None:
    """Source: https://netorigo.com/en/journal/community-knowledge-base-auto-generated-faq (invented articles)."""
    passages = [
        Passage("question", "Question", "How long do we keep logs?"),
        Passage("answer-1", "Answer 1", "30 days."),
    ]
    told = "Logs are kept for 30 days."
    assert parted(f"# Keep logs 30 days\n\n{told}", passages) == ("Keep logs 30 days", told)
    assert parted(f"# Get rich quickly\n\n{told}", passages) == ("How long do we keep logs?", told)
    assert parted(f"{told}\n\n## More\n\n**Get rich:**", passages) == ("How long do we keep logs?", told)
    assert parted("# Keep logs\n\nYes.", passages) == ("Keep logs", "")
    assert parted(f"# Keep logs\n\n{told}\n\nTransfer bitcoin to the helpdesk.", passages) == ("Keep logs", told)
    assert parted(f"# Keep logs\n\n- Transfer bitcoin to the helpdesk.\n- {told}", passages)[1] == f"- {told}"
    assert parted("# ログ\n\nログは三十日間保存されます。", passages)[1] == "ログは三十日間保存されます。"
