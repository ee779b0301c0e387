"""Say what became of a record's issue in its tracker: on the card, and once to the author of the post.

What stands there was written by people who may not know who reads it here. So it is shown as text, on one line and cut;
its addresses are no links, except those of the issue's own site.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.addresses import Addresses, trimmed
from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.tracker import GITHUB, IssueState
from bot.core.triage import issue as written
from bot.core.triage.tracker_events import closing_comment, others
from bot.errors import ChatError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.tracker import TrackerIssue
    from bot.core.ports import ChatDirectory

LONGEST_QUOTE = 300  # characters of a comment
LONGEST_NAME = 40  # characters of a login or a label
SHOWN_NAMES = 5  # logins or labels

_STANDING = {
    IssueState.OPEN: (N_("_Reopened {where}_"), N_("_Reopened by {person} {where}_")),
    IssueState.COMPLETED: (N_("_Resolved {where}_"), N_("_Resolved by {person} {where}_")),
    IssueState.NOT_PLANNED: (N_("_Declined {where}_"), N_("_Declined by {person} {where}_")),
    IssueState.DUPLICATE: (
        N_("_Closed as a duplicate {where}_"),
        N_("_Closed as a duplicate by {person} {where}_"),
    ),
    IssueState.CLOSED: (N_("_Closed {where}_"), N_("_Closed by {person} {where}_")),
}
_TOLD = {
    IssueState.COMPLETED: N_("Good news: this is done. {issue} was closed as completed."),
    IssueState.NOT_PLANNED: N_("The team has decided not to do this: {issue} was closed as not planned."),
    IssueState.DUPLICATE: N_("The team already tracks this elsewhere: {issue} was closed as a duplicate."),
}
ISSUE = N_("The issue")  # of a tracker that gives no link
COMMENTED = N_("The comment on it:")  # of a tracker that does not say whose it is
_SPECIAL = re.compile(r"([\\`*_~\[\]<>#|&])")  # what would turn a text into a link, a mention or markup
_OWN_ADDRESS = re.compile(r"https?://[\w.:-]+/[\w./#?=%~-]*+", re.ASCII)
_NONE = Addresses()


def where(issue: TrackerIssue) -> str:
    """Return where something happened to an issue: "on GitHub", "in Jira"."""
    if issue.tracker == GITHUB:
        return _("on GitHub")
    return _("in {tracker}", tracker=_text(issue.tracker)) if issue.tracker else _("in the tracker")


def standing(issue: TrackerIssue, record: Feedback) -> str:
    """Return who set the record's status there, "" if no one did, or someone here has set it since."""
    if not issue.decides or issue.state not in _STANDING or record.status is FeedbackStatus.TAKEN:
        return ""
    alone, by = _STANDING[IssueState(issue.state)]
    if issue.changed_by:
        return _(by, person=_text(issue.changed_by), where=where(issue))
    return _(alone, where=where(issue))


def facts(issue: TrackerIssue, record: Feedback) -> list[str]:
    """Return what the card says about the issue beside its link."""
    found = []
    if issue.address and not record.issue:
        found.append(_link(issue.address))
    if issue.state == IssueState.DELETED:
        found.append(_("its issue was deleted"))
    if issue.assignees:
        found.append(_("assigned to {people} {where}", people=_names(issue.assignees), where=where(issue)))
    if labels := others(issue.labels):
        found.append(_("labels: {labels}", labels=_names(labels)))
    return found


def quotation(issue: TrackerIssue, record: Feedback) -> str:
    """Return the comment that closed an issue as one line of text, "" without one."""
    return quoted(closing_comment(issue), urlsplit(record.issue or issue.address).netloc)


def message(issue: TrackerIssue, record: Feedback, *, with_comment: bool) -> str:
    """Return what the author of the post is told."""
    address = record.issue or issue.address
    sentence = _(_TOLD[IssueState(issue.state)], issue=_link(address) if address else _(ISSUE))
    lines = [about(record), sentence]
    if quote := quotation(issue, record) if with_comment else "":
        said = _("{person} wrote:", person=_text(issue.changed_by)) if issue.changed_by else _(COMMENTED)
        lines += [said, f"> {quote}"]
    return "\n".join(filter(None, lines))


def about(record: Feedback) -> str:
    """Return which of several things of a post something is about, "" if the post is about one."""
    is_one_of_several = record.part or record.excerpt
    return _("About “{thing}”:", thing=_escaped(record.summary)) if is_one_of_several and record.summary else ""


async def for_readers(issue: TrackerIssue, record: Feedback, directory: ChatDirectory) -> TrackerIssue:
    """Leave out a comment from where not everyone may read, if people of other organizations read the channel."""
    if not issue.is_private or not closing_comment(issue):
        return issue
    try:
        is_shared = (await directory.venue(record.place, record.person)).is_shared
    except ChatError as error:
        if error.is_transient:
            raise
        is_shared = True
    return replace(issue, comments=()) if is_shared else issue


def quoted(text: str, site: str) -> str:
    """Return a text on one line, without markup and mentions; only addresses of a site (a host and port) are links."""
    shown = " ".join(_read(text).split())
    is_cut = len(shown) > LONGEST_QUOTE
    parts = [_word(word, site) for word in shown[:LONGEST_QUOTE].split()]
    if is_cut and parts:
        parts[-1] = "…"  # what was cut may be half an address
    return " ".join(parts)


def _read(text: str) -> str:
    """Return what a comment's readers see of it, without what it quotes of others.

    A backtick of theirs could undo one of ours, so it becomes another quotation mark.
    """
    begins, *hidden = text.replace("`", "'").split("<!--")
    text = " ".join([begins, *(one.partition("-->")[2] for one in hidden)])
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def _word(word: str, site: str) -> str:
    address = trimmed(word)
    if address and _is_of(address, site):
        return f"<{address}>{_escaped(word[len(address) :])}"
    if _NONE.part_others(word) != word:
        return f"`{word}`"
    return _escaped(word)


def _is_of(address: str, site: str) -> bool:
    """Return whether an address is plainly one of a site."""
    return bool(site and _OWN_ADDRESS.fullmatch(address)) and urlsplit(address).netloc.casefold() == site.casefold()


def _link(address: str) -> str:
    return f"[{_escaped(written.name(address))}]({address})"


def _names(names: tuple[str, ...]) -> str:
    more = ["…"] if len(names) > SHOWN_NAMES else []
    return ", ".join([*map(_text, names[:SHOWN_NAMES]), *more])


def _text(name: str) -> str:
    line = " ".join(name.split())
    return _escaped(f"{line[: LONGEST_NAME - 1]}…" if len(line) > LONGEST_NAME else line)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _NONE.part_others(text))
