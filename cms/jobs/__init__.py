"""Work that is done later, at least once: a row with a lease.

    models      Job: the row, its lane and its state; Handler: what does it
    enqueuing   JobRequest, enqueue: a command asks for work
    leasing     claim, renew, finish, fail: a worker does it

A command enqueues in its own transaction, so that a job exists if and only if what it follows from was
committed. A worker claims a job for the length of a lease and renews the lease while it works; a worker that
dies is outlived by its lease, and another claims the job. Each claim draws a higher **fence**: whoever holds
an older one has lost the job and can neither renew nor finish it.

Everything here runs in the caller's transaction and takes the time from the caller.
"""

from cms.jobs.enqueuing import JobRequest, enqueue
from cms.jobs.leasing import (
    LostLeaseError,
    Retry,
    claim,
    fail,
    finish,
    hold,
    next_due,
    prune,
    release,
    renew,
    retry_parked,
)
from cms.jobs.models import Handler, Job, JobState, Lane

__all__ = [
    "Handler",
    "Job",
    "JobRequest",
    "JobState",
    "Lane",
    "LostLeaseError",
    "Retry",
    "claim",
    "enqueue",
    "fail",
    "finish",
    "hold",
    "next_due",
    "prune",
    "release",
    "renew",
    "retry_parked",
]
