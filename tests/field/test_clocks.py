"""Service levels as they failed in other help desks: turned clocks, nights, holidays, reopened posts, repeats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.core.domain import business_hours, public_holidays, time_limit
from bot.core.domain.clock import ClockKind, ClockScore
from bot.core.domain.feedback import FeedbackStatus
from bot.core.triage.business_time import BusinessCalendar, after, calendar, due, open_time
from bot.db.engine import Database
from tests.support.clocked import DAY, HOUR, MINUTE, NOON, OFFICE, scene_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.sqlite import SqliteFolder

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def database(sqlite_folder: SqliteFolder) -> AsyncIterator[Database]:
    database = Database.open(await sqlite_folder.migrated())
    yield database
    await database.close()


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)  # type: ignore[misc, arg-type] # the numbers of a date


def within(hours: str) -> BusinessCalendar:
    return BusinessCalendar(BERLIN, business_hours.read(hours))


def limit(typed: str) -> time_limit.TimeLimit:
    return time_limit.read(typed)[time_limit.OTHERS]


# https://github.com/fivetran/dbt_zendesk/issues/25: today's offset was used for tickets of before the change.
# https://github.com/MicrosoftDocs/azure-devops-docs/issues/8675: the hours were those of a fixed offset.
@pytest.mark.parametrize(("month", "utc"), [(1, 9), (7, 8)])
def test_hours_are_those_of_their_season(month: int, utc: int) -> None:
    start = datetime(2026, month, 7, 3, tzinfo=UTC)
    assert due(start, limit("1h"), within(OFFICE)) == datetime(2026, month, 7, utc, tzinfo=UTC)


# https://github.com/zammad/zammad/issues/3180: 00:00 to 23:59 was closed for a minute at midnight.
def test_midnight_is_no_minute_of_rest() -> None:
    start = local(2026, 11, 25, 23, 30)
    assert due(start, limit("1h"), within("Mon-Sun 00:00-23:59")) == local(2026, 11, 26, 0, 30).astimezone(UTC)


# https://github.com/glpi-project/glpi/pull/22678: what came before the end of a limit came at midnight of its day.
def test_a_reminder_comes_in_business_hours() -> None:
    its, start = within("Mon-Fri 08:00-18:00"), local(2026, 11, 23, 17)
    end = due(start, limit("4h"), its)
    assert end == local(2026, 11, 24, 11).astimezone(UTC)
    assert after(start, 0.75 * open_time(start, end, its), its) == local(2026, 11, 24, 10).astimezone(UTC)


# https://github.com/glpi-project/glpi/pull/7474, https://github.com/OCA/project/issues/73: without any open day, the
# reckoning never came to an end.
def test_a_calendar_that_is_never_open_ends() -> None:
    with pytest.raises(ValueError, match="missing"):
        business_hours.read("Mon-Fri")
    off = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(3_000))
    assert due(NOON, limit("3d"), BusinessCalendar(BERLIN, business_hours.read(OFFICE), off)) is None


# https://github.com/seppemans/businesstimedelta/issues/5, https://github.com/bokmann/business_time/issues/227: hours
# over midnight could not be told.
def test_a_night_shift_has_its_hours() -> None:
    its = within("Mon-Fri 22:00-06:00")
    assert due(local(2026, 11, 25, 5), limit("2h"), its) == local(2026, 11, 25, 23).astimezone(UTC)
    assert due(local(2026, 11, 28, 5, 30), limit("1h"), its) == local(2026, 11, 30, 22, 30).astimezone(UTC)


# https://github.com/osTicket/osTicket/issues/6847: a lunch break as a holiday spoiled the due times.
def test_a_lunch_break_is_left_out() -> None:
    its = within("Mon-Fri 09:00-13:00, 14:00-18:00")
    assert due(local(2026, 11, 25, 12), limit("2h"), its) == local(2026, 11, 25, 15).astimezone(UTC)


# https://github.com/zammad/zammad/issues/390: a casual calendar had St. Martin and Remembrance Sunday as holidays.
def test_only_public_holidays_are_left_out() -> None:
    its = calendar("Mon-Fri 09:00-21:00", ("DE",), "Europe/Berlin", 2016)
    assert due(local(2016, 11, 9, 23), limit("48h"), its) == local(2016, 11, 15, 21).astimezone(UTC)


# https://github.com/vacanza/holidays/issues/3810: Assumption Day is one in Catholic parts of Bavaria only.
def test_a_day_of_ones_town_is_added() -> None:
    assert date(2028, 8, 15) not in public_holidays.days_off(("DE-BY",), 2028)
    assert date(2028, 8, 15) in public_holidays.days_off(("DE-BY", "2028-08-15"), 2028)


# https://github.com/vacanza/holidays/issues/2531: NI was meant for Lower Saxony, and is Nicaragua.
def test_a_part_is_named_with_its_country() -> None:
    assert public_holidays.check_known("DE-Niedersachsen") == "DE-NI"
    assert date(2025, 4, 17) in public_holidays.days_off(("NI",), 2025)
    assert date(2025, 4, 17) not in public_holidays.days_off(("DE-NI",), 2025)


# https://github.com/zammad/zammad/issues/4432, https://github.com/megaapp977/stack/issues/144: alarms at midnight.
async def test_nobody_is_told_at_night(database: Database) -> None:
    async with scene_of(database, first_response="1h", business_hours=OFFICE, escalate_to="Lead") as here:
        here.now = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
        await here.post()
        for _ in range(6):
            await here.look(150 * MINUTE)
        assert (here.told(here.team), here.told(here.others)) == ([], [])
        here.now = datetime(2026, 11, 26, 9, 25, tzinfo=UTC)
        await here.look()
        assert len(here.told(here.team)) == 1


# https://github.com/zammad/zammad/issues/188: a ticket that was closed and opened again had a wrong due time.
# https://github.com/osTicket/osTicket/issues/2333: tickets that were closed or deleted were told as overdue.
async def test_only_open_posts_are_told(database: Database) -> None:
    async with scene_of(database, resolve="2h") as here:
        record, gone = await here.post(), await here.post()
        await here.change(gone.id, status=FeedbackStatus.WITHDRAWN)
        await here.change(record.id, status=FeedbackStatus.RESOLVED)
        await here.look(DAY)
        assert here.told(here.team) == []
        await here.change(record.id, status=FeedbackStatus.OPEN)
        assert (await here.due_at(ClockKind.RESOLVE))[0] == here.now + 2 * HOUR


# https://github.com/glpi-project/glpi/issues/2408: hundreds of notifications for one overdue ticket.
# https://github.com/osTicket/osTicket-1.7/issues/686: another plan for an overdue ticket raised a new alert.
async def test_a_changed_limit_raises_no_second_alarm(database: Database) -> None:
    async with scene_of(database, first_response="1h", escalate_to="Lead") as here:
        await here.post()
        await here.look(2 * HOUR)
        for typed in ("4h", "30m", "1h"):
            await here.set(first_response=typed, escalate_to="Lead")
            await here.catch_up()
            await here.look(3 * HOUR)
        assert (len(here.told(here.team)), len(here.told(here.others))) == (1, 1)


# https://github.com/LanternOps/breeze/issues/6691: a severity that came later never changed the due time.
async def test_a_later_severity_changes_the_limit(database: Database) -> None:
    async with scene_of(database, first_response="Critical: 15m; 1d") as here:
        record = await here.post(severity="")
        await here.change(record.id, severity="critical")
        assert await here.due_at() == [NOON + 15 * MINUTE]


# https://github.com/chatwoot/chatwoot/pull/13392: a late response was no longer a miss once it had come.
# https://github.com/frappe/erpnext/pull/27789: a response where there was no limit ended in an error.
async def test_a_late_response_stays_a_miss(database: Database) -> None:
    async with scene_of(database) as here:
        await here.respond(await here.post())
        await here.set(first_response="1h")
        record = await here.post()
        here.now += 2 * HOUR
        await here.respond(record)
        await here.look()
        scores = await here.feedback.figures.scores(here.place, NOON - DAY, here.now)
        assert scores == {ClockKind.FIRST_RESPONSE: ClockScore(1, 0)}
