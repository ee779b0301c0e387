"""Word the wishes for the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.summary import Length, Shape

if TYPE_CHECKING:
    from bot.core.domain.summary import SummaryOptions

_TEXT_LENGTHS = {
    Length.SHORT: "in three sentences at most",
    Length.MEDIUM: "",
    Length.LONG: "in detail, in up to 600 words",
}
_TEXT_SHAPES = {
    Shape.SECTIONS: "",
    Shape.BULLETS: "as one list of bullet points",
    Shape.PARAGRAPH: "as prose without headings or lists",
    Shape.TABLE: "as one table",
}
_POINTS = {
    Length.SHORT: "one sentence in `gist`, the two or three that matter most in each other section",
    Length.MEDIUM: "two sentences in `gist`, up to six points in each other section",
    Length.LONG: "three sentences in `gist`, up to fifteen points in each other section",
}


def for_text(wishes: SummaryOptions, language: str) -> str:
    """Word the request for a summary of a text, like: Summarize the text in this document, as a critic."""
    hows = (f"as {wishes.role}" if wishes.role else "", _TEXT_LENGTHS[wishes.length], _TEXT_SHAPES[wishes.shape])
    first = ", ".join(filter(None, ("Summarize the text in this document", *hows)))
    only = "Write the actions alone: who does what by when." if wishes.only_actions else ""
    return " ".join(filter(None, (f"{first}.", only, _people(wishes, language))))


def for_findings(wishes: SummaryOptions, language: str) -> str:
    """Word the request for a conversation's findings."""
    role = f", as {wishes.role}" if wishes.role else ""
    return " ".join(
        filter(
            None,
            (f"Summarize this conversation{role}.", f"Length: {_POINTS[wishes.length]}.", _people(wishes, language)),
        )
    )


def _people(wishes: SummaryOptions, language: str) -> str:
    wanted = wishes.language or language
    return " ".join(
        filter(
            None,
            (
                f"Focus on {wishes.focus}; leave out what does not bear on it." if wishes.focus else "",
                f"Write for {wishes.audience}." if wishes.audience else "",
                f"Write in {wanted}." if wanted else "",
            ),
        )
    )
