"""Questions that had no answer, those that are alike together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.actions import WRITE_UP
from bot.core.domain.knowledge import Gap
from bot.core.literal import literal
from bot.core.trigrams import alike, distinct
from bot.core.writing.for_approval import cut
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.domain.interaction import Control


MOST = 500  # questions that are looked at
MUCH_ALIKE = 0.3  # of 1: what is the same question
MOST_SHOWN, MOST_LINKS = 15, 3
LONGEST_SHOWN = 150  # characters of a question
LONGEST_OPTION = 70  # characters of it in a menu
NOTHING = N_("No question of the last {days} days was without an answer here.")


@dataclass(slots=True)
class Cluster:
    """Questions that are alike, the newest first."""

    gaps: list[Gap] = field(default_factory=list)

    @property
    def newest(self) -> Gap:
        """The newest of them."""
        return self.gaps[0]


def clustered(gaps: Iterable[Gap]) -> list[Cluster]:
    """Put questions that are alike together, the largest cluster first; of as many, the one asked last."""
    clusters: list[Cluster] = []
    for gap in gaps:
        likeness, best = max(
            ((_alike(gap, cluster), number) for number, cluster in enumerate(clusters)), default=(0.0, 0)
        )
        if likeness >= MUCH_ALIKE:
            clusters[best].gaps.append(gap)
        else:
            clusters.append(Cluster([gap]))
    return sorted(clusters, key=lambda cluster: (len(cluster.gaps), cluster.newest.asked_at), reverse=True)


def like(text: str, gaps: Iterable[Gap]) -> list[Gap]:
    """Return the questions that are like a text."""
    wanted = distinct(text)
    return [gap for gap in gaps if alike(wanted, distinct(gap.question)) >= MUCH_ALIKE]


def _alike(gap: Gap, cluster: Cluster) -> float:
    return alike(distinct(gap.question), distinct(cluster.newest.question))


def told(clusters: Sequence[Cluster], days: int) -> str:
    """List clusters, with how often each was asked and where."""
    if not clusters:
        return _(NOTHING, days=days)
    count = sum(len(cluster.gaps) for cluster in clusters)
    head = ngettext(
        "**{n:,} question had no answer in the last {days} days:**",
        "**{n:,} questions had no answer in the last {days} days:**",
        count,
        days=days,
    )
    lines = [_line(cluster) for cluster in clusters[:MOST_SHOWN]]
    more = len(clusters) - MOST_SHOWN
    rest = [ngettext("and {n:,} more", "and {n:,} more", more)] if more > 0 else []
    return "\n".join((head, *lines, *rest))


def controls(clusters: Sequence[Cluster]) -> tuple[Control, ...]:
    """Return the menu by which a thread that has settled a question is written up, where there is such a thread."""
    threads = {one.thread: one for cluster in clusters[:MOST_SHOWN] for one in cluster.gaps[:MOST_LINKS] if one.thread}
    options = tuple((thread, cut(" ".join(one.question.split()), LONGEST_OPTION)) for thread, one in threads.items())
    return (WRITE_UP.menu(options, label=_("Write it up…")),) if options else ()


def _line(cluster: Cluster) -> str:
    question = cut(" ".join(cluster.newest.question.split()), LONGEST_SHOWN)
    links = [f"[{number}]({one.link})" for number, one in enumerate(filter(_has_link, cluster.gaps), 1)]
    where = f" ({', '.join(links[:MOST_LINKS])})" if links else ""
    return f"• *{len(cluster.gaps)}\u00d7* {literal(question)}{where}"


def _has_link(gap: Gap) -> bool:
    return bool(gap.link)
