"""People and programs that act, and how each proves who it is."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Outcome(StrEnum):
    """How a sign-in ended. ATTEMPTED is one that is being checked, or whose process died meanwhile."""

    ATTEMPTED = "ATTEMPTED"
    SUCCEEDED = "SUCCEEDED"
    WRONG_PASSWORD = "WRONG_PASSWORD"  # noqa: S105 - an outcome
    UNKNOWN_USER = "UNKNOWN_USER"
    INACTIVE_USER = "INACTIVE_USER"


class User(Model):
    """A person with an account. `roles` holds `Assignment`s as JSON; revisions and events are signed with `name`.

    Accounts are deactivated, never deleted: history goes on naming them.
    """

    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(max_length=254, unique=True)
    name = fields.CharField(max_length=200, unique=True)
    password = fields.CharField(max_length=255)
    roles: list[dict[str, Any]] = fields.JSONField(default=list)
    active = fields.BooleanField(default=True)
    locale = fields.CharField(max_length=35, null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "user_account"


class Session(Model):
    """A person signed in with one browser. `sha256` is of the cookie's secret.

    It is over at `expires_at`, which use moves on, but never past `ends_at`. Ended sessions are deleted.
    """

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("cms.User", related_name="sessions")
    user_id: int
    sha256 = fields.CharField(max_length=64, unique=True)
    created_at: datetime = fields.DatetimeField()
    seen_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    address = fields.CharField(max_length=45)
    user_agent = fields.CharField(max_length=300)

    class Meta:
        table = "session"
        indexes = (
            Index(fields=("user_id",), name="session_user"),
            Index(fields=("expires_at",), name="session_expiry"),
        )


class SignIn(Model):
    """A line of the sign-in log, which throttling counts.

    `account` is a digest of the e-mail address that was typed: people type passwords there. `network` is what counts as
    one address. The user is named where there is one; `ended_at` is when the session was signed out or revoked.
    """

    id = fields.BigIntField(primary_key=True)
    account = fields.CharField(max_length=64)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "cms.User", related_name="sign_ins", null=True, on_delete=fields.SET_NULL
    )
    user_id: int | None
    session_id: int | None = fields.BigIntField(null=True)
    address = fields.CharField(max_length=45)
    network = fields.CharField(max_length=49)
    user_agent = fields.CharField(max_length=300)
    outcome = fields.CharEnumField(Outcome, max_length=20)
    at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in"
        indexes = (
            Index(fields=("account", "at"), name="sign_in_account"),
            Index(fields=("network", "at"), name="sign_in_network"),
            Index(fields=("at", "id"), name="sign_in_at"),
            Index(fields=("session_id",), name="sign_in_session"),
            Index(fields=("user_id",), name="sign_in_user"),
        )


class ApiToken(Model):
    """A credential of a program; `grants` holds `Grant`s as JSON."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200)
    sha256 = fields.CharField(max_length=64, unique=True)
    grants: list[Any] = fields.JSONField(default=list)
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "api_token"
