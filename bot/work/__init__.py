"""Durable work: what was accepted is run, once, in order, whatever dies meanwhile.

table.py         the table of the inbox, and the database's clock
group_commit.py  several writes to a commit
accept.py        deliveries come in: durable, once, several to a statement
amend.py         a delivery that comes again with more in it
claim.py         the statements that claim jobs
lease.py         jobs are claimed, renewed, taken over and left
delivery.py      what arrived and calls for work
job.py           the job that a handler gets
counts.py        how many jobs wait, run and have failed
dead_letters.py  what failed for good: see, retry, discard
limits.py        what an inbox keeps within
policy.py        when to try again, and when to give up
periodic.py      periodic work
purge.py         old jobs go
process_lock.py  tells whether this is the only process on an SQLite file
quarantine.py    a process apart for jobs that seem to kill theirs
watched.py       such a process, from within
runner.py        runs one claim, and leaves it as what came of it
inbox.py         the inbox: runs the jobs, keeps their leases
"""

from bot.work.amend import Amended, Merge
from bot.work.claim import Cell
from bot.work.delivery import Delivery, Finish
from bot.work.inbox import Inbox
from bot.work.job import AbandonedError, Charge, DeadlyError, GivenUp, Handler, Job, Watch
from bot.work.lease import LeaseLostError
from bot.work.limits import InboxLimits
from bot.work.purge import FAILED_KEPT
from bot.work.quarantine import TOGETHER, OpenCell

__all__ = [
    "FAILED_KEPT",
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
]
