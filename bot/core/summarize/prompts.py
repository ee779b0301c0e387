"""Word the options for the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.summary import Length, Shape

if TYPE_CHECKING:
    from bot.core.domain.summary import SummaryOptions

_TEXT_LENGTHS = {  # not for people: Claude is told this
    Length.SHORT: "in three sentences at most",
    Length.MEDIUM: "",
    Length.LONG: "in detail, in up to 600 words",
}
_TEXT_SHAPES = {  # not for people: Claude is told this
    Shape.SECTIONS: "",
    Shape.BULLETS: "as one list of bullet points",
    Shape.PARAGRAPH: "as prose without headings or lists",
    Shape.TABLE: "as one table",
}
_POINTS = {  # not for people: Claude is told this
    Length.SHORT: "one sentence in `gist`, the two or three that matter most in each other section",
    Length.MEDIUM: "two sentences in `gist`, up to six points in each other section",
    Length.LONG: "three sentences in `gist`, up to fifteen points in each other section",
}


def for_text(options: SummaryOptions, language: str) -> str:  # not for people: Claude is told this
    """Word the request for a summary of a text, like: Summarize the text in this document, as a critic."""
    hows = (f"as {options.role}" if options.role else "", _TEXT_LENGTHS[options.length], _TEXT_SHAPES[options.shape])
    first = ", ".join(filter(None, ("Summarize the text in this document", *hows)))
    only = "Write the actions alone: who does what by when." if options.only_actions else ""
    return " ".join(filter(None, (f"{first}.", only, _people(options, language))))


def for_findings(options: SummaryOptions, language: str) -> str:  # not for people: Claude is told this
    """Word the request for a conversation's findings."""
    role = f", as {options.role}" if options.role else ""
    return " ".join(
        filter(
            None,
            (f"Summarize this conversation{role}.", f"Length: {_POINTS[options.length]}.", _people(options, language)),
        )
    )


def _people(options: SummaryOptions, language: str) -> str:  # not for people: Claude is told this
    wanted = options.language or language
    return " ".join(
        filter(
            None,
            (
                f"Focus on {options.focus}; leave out what does not bear on it." if options.focus else "",
                f"Write for {options.audience}." if options.audience else "",
                f"Write in {wanted}." if wanted else "",
            ),
        )
    )
