"""Write a conversation's summary: Markdown with a link after every statement.

What the model says is text, and written literally: the only links on the page are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bot.core.domain.summary import Shape
from bot.core.literal import literal
from bot.core.markdown_table import markdown_table
from bot.core.summarize.schema import ActionItem, is_empty
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.summary import SummaryOptions
    from bot.core.summarize.schema import Findings, Point

worded = partial(literal, keeps_mail=True)
NOTHING_FOUND = N_("There is nothing to report: no one decided, asked or promised anything there.")
NO_ACTIONS = N_("No one took on anything there, as far as I can tell.")

_TITLES = {
    "decided": N_("Decided"),
    "open": N_("Open"),
    "actions": N_("Who does what"),
    "disagreements": N_("Disagreements"),
    "themes": N_("Themes"),
}
_ABSENT = {
    "decided": N_("nothing decided"),
    "open": N_("nothing left open"),
    "actions": N_("no actions"),
    "disagreements": N_("no disagreements"),
}


@dataclass(slots=True)
class _Links:
    """Numbers the messages in the order in which statements first cite them."""

    address: Callable[[str], str]
    numbers: dict[str, int] = field(default_factory=dict)

    def behind(self, ids: Sequence[str]) -> str:
        """Return the links that follow a statement."""
        return " ".join(f"[{self.numbers.setdefault(i, len(self.numbers) + 1)}]({self.address(i)})" for i in ids)


def page(findings: Findings, options: SummaryOptions, address: Callable[[str], str]) -> str:
    """Write a summary; `address` gives a message's permalink by its id."""
    links = _Links(address)
    if options.only_actions:
        return _lines(_bullets(findings.actions, links)) or _(NO_ACTIONS)
    if is_empty(findings):
        return _(NOTHING_FOUND)
    if options.shape is Shape.TABLE:
        return _table(findings, links)
    if options.shape is Shape.PARAGRAPH:
        return _prose(findings, links)
    return _sections(findings, links, is_list=options.shape is Shape.BULLETS)


def _sections(findings: Findings, links: _Links, *, is_list: bool) -> str:
    gist = (_statement(point, links) for point in findings.gist)
    blocks = [_lines(_bullets(findings.gist, links)) if is_list else " ".join(gist)]
    for name, title in _TITLES.items():
        if points := getattr(findings, name):
            blocks.append(f"**{_(title)}**\n{_lines(_bullets(points, links))}")
    return "\n\n".join(filter(None, [*blocks, _absent(findings)]))


def _prose(findings: Findings, links: _Links) -> str:
    blocks = [" ".join(_statement(point, links) for point in findings.gist)]
    for name, title in _TITLES.items():
        if points := getattr(findings, name):
            blocks.append(f"**{_(title)}.** {' '.join(_statement(point, links) for point in points)}")
    return "\n\n".join(filter(None, [*blocks, _absent(findings)]))


def _table(findings: Findings, links: _Links) -> str:
    rows = []
    for name, title in (("gist", N_("In short")), *_TITLES.items()):
        for point in getattr(findings, name):
            what, who, when = (
                (point.what, point.who, point.when) if isinstance(point, ActionItem) else (point.text, "", "")
            )
            rows.append((_(title), worded(what), worded(who), worded(when), links.behind(point.messages)))
    return markdown_table((_("Section"), _("What"), _("Who"), _("By when"), _("Messages")), rows)


def _bullets(points: Sequence[Point | ActionItem], links: _Links) -> list[str]:
    return [f"- {_statement(point, links)}" for point in points]


def _statement(point: Point | ActionItem, links: _Links) -> str:
    if isinstance(point, ActionItem):
        who = f"**{worded(point.who)}**: " if point.who.strip() else ""
        when = f" ({worded(point.when)})" if point.when.strip() else ""
        return f"{who}{worded(point.what)}{when} {links.behind(point.messages)}"
    return f"{worded(point.text)} {links.behind(point.messages)}"


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def _absent(findings: Findings) -> str:
    """Say which sections are empty, so that no one takes silence for an oversight."""
    absent = ", ".join(_(words) for name, words in _ABSENT.items() if not getattr(findings, name))
    return f"_{absent[:1].upper()}{absent[1:]}._" if absent else ""
