"""Durable work: what was accepted is run, once, in order, whatever process dies meanwhile.

table.py         the table of the inbox, and the database's clock
group_commit.py  several writes per commit
accept.py        accepts deliveries: durable, once, several per statement
amend.py         a redelivery with more content
claim.py         the statements that claim jobs
crashes.py       after how many crashes a job is suspected, and set aside
lease.py         claims, renews, takes over and completes jobs
delivery.py      what arrived and needs work
job.py           the job that a handler gets
counts.py        how many jobs wait, run and have failed
dead_letters.py  jobs that failed for good: list, retry, discard
limits.py        what an inbox keeps within; most of it is set by the operator, in bot/settings.py
retry.py         when to retry, after which pause, and when to give up
periodic.py      periodic work
job_retention.py  how long done and failed jobs are kept; deletes the older ones
waiting.py       what waits in a queue: looked at, or done with because another job saw to it
erase.py         erases words that wait in the inbox, on request
process_lock.py  finds whether this is the only process on an SQLite file
quarantine.py    a separate process for jobs that seem to kill theirs
quarantine_process.py  such a process's own side
runner.py        runs one claim, and records its outcome
inbox.py         the inbox: runs the jobs, keeps their leases
"""

from bot.work.accept import ACCEPT_WITHIN, accept_again
from bot.work.amend import Amended, Merge
from bot.work.claim import Cell
from bot.work.delivery import Delivery, Finish
from bot.work.inbox import Inbox
from bot.work.job import AbandonedError, Charge, DeadlyError, GivenUp, Handler, Job, Watch
from bot.work.job_retention import FAILED_KEPT
from bot.work.lease import LeaseLostError
from bot.work.limits import InboxLimits
from bot.work.periodic import STARTUP_DELAY
from bot.work.quarantine import TOGETHER, OpenCell
from bot.work.waiting import end_waiting, waiting

__all__ = [
    "ACCEPT_WITHIN",
    "FAILED_KEPT",
    "STARTUP_DELAY",
    "TOGETHER",
    "AbandonedError",
    "Amended",
    "Cell",
    "Charge",
    "DeadlyError",
    "Delivery",
    "Finish",
    "GivenUp",
    "Handler",
    "Inbox",
    "InboxLimits",
    "Job",
    "LeaseLostError",
    "Merge",
    "OpenCell",
    "Watch",
    "accept_again",
    "end_waiting",
    "waiting",
]
