"""Durable work: what was accepted is run, once, in order, whatever dies meanwhile.

table.py     the table of the inbox, and the database's clock
commit.py    several writes to a commit
accept.py    deliveries come in: durable, once, several to a statement
amend.py     a delivery that comes again with more in it
lease.py     the statements that claim, renew, take over and leave jobs
job.py       a delivery, and the job that a handler gets
counts.py    how many jobs wait, run and have failed
failed.py    what failed for good: see, retry, discard
policy.py    when to try again, and when to give up
every.py     periodic work
purge.py     old jobs go
sole.py      tells whether this is the only process on an SQLite file
inbox.py     the inbox: runs the jobs, keeps their leases
"""

from bot.work.amend import Amended, Merge
from bot.work.inbox import Inbox
from bot.work.job import AbandonedError, Delivery, Finish, GivenUp, Handler, Job, Watch, fence, reference
from bot.work.lease import LeaseLostError
from bot.work.purge import FAILED_KEPT

__all__ = [
    "FAILED_KEPT",
    "AbandonedError",
    "Amended",
    "Delivery",
    "Finish",
    "GivenUp",
    "Handler",
    "Inbox",
    "Job",
    "LeaseLostError",
    "Merge",
    "Watch",
    "fence",
    "reference",
]
