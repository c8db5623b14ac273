"""The row of a job."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Lane(StrEnum):
    """Jobs of one lane wait only for each other."""

    URGENT = "urgent"
    DEFAULT = "default"
    MEDIA = "media"


class JobState(StrEnum):
    """Waiting until it is due, running under a lease, done, or parked for a person to look at."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class Job(Model):
    """One piece of work. `due_at` is when a worker may take it: its time while it waits, the end of the lease
    while it runs, nothing once it is done or parked.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=64)
    args = fields.JSONField[dict[str, Any]]()
    lane = fields.CharEnumField(Lane, max_length=16)
    state = fields.CharEnumField(JobState, max_length=16)
    due_at = fields.DatetimeField(null=True)
    serial_key = fields.CharField(max_length=255, null=True)
    unique_key = fields.CharField(max_length=255, null=True, unique=True)
    coalesce_key = fields.CharField(max_length=255, null=True)
    waiting_key = fields.CharField(max_length=255, null=True, unique=True)  # coalesce_key, until the job is claimed
    attempts = fields.IntField(default=0)
    fence = fields.BigIntField(default=0)
    last_error = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "job"
        indexes = (
            Index(fields=("lane", "due_at"), name="job_due"),
            Index(fields=("serial_key", "due_at"), name="job_serial"),
            Index(fields=("state", "finished_at"), name="job_state"),
        )


Handler = Callable[[Job], Awaitable[None]]
"""Does the work of one job. It may run twice, and is cancelled when the job is lost to another worker."""
