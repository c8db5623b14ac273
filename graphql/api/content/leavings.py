"""Fields of drafts and items that hold what people leave there for one another."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import strawberry

from api.content.loading import grouped, keyed
from api.context import Context, Info
from api.nodes import encode_id
from api.plans.fetching import Frame
from api.scalars import Locale
from cms.accounts.models import User
from cms.content import deskwork, models
from cms.content.models import SHARED
from cms.content.presence import editors_of

comments_of = grouped(deskwork.Comment, "item_id", "id")
users_of = keyed(User)


async def _present(context: Context, _frame: Frame, keys: list[int]) -> list[list[deskwork.Presence]]:
    """A batch: who is at work on those items."""
    present = await editors_of(keys, now=context.now)
    return [[each for each in present if each.item_id == key] for key in keys]


@strawberry.type(description="A remark on a draft.")
class Comment:
    """A comment."""

    row: strawberry.Private[deskwork.Comment]

    @strawberry.field(description="The comment's id.")
    def id(self) -> strawberry.ID:
        """As mutations take it."""
        return strawberry.ID(encode_id("Comment", self.row.id))

    @strawberry.field(description="What it says.")
    def text(self) -> str:
        """The remark."""
        return self.row.text

    @strawberry.field(description="The id of the block that it is about; null for the draft as a whole.")
    def block(self) -> str | None:
        """Perhaps of a block that is gone since."""
        return self.row.block

    @strawberry.field(description="The revision of the draft that it was made on.")
    def revision(self) -> int:
        """Its number."""
        return self.row.revision

    @strawberry.field(description="Who made it.")
    def author(self) -> str:
        """Their name."""
        return self.row.author

    @strawberry.field(description="When it was made.")
    def created_at(self) -> datetime:
        """The instant."""
        return self.row.created_at

    @strawberry.field(description="When it was settled; null while it is open.")
    def resolved_at(self) -> datetime | None:
        """The instant."""
        return self.row.resolved_at

    @strawberry.field(description="Who settled it.")
    def resolved_by(self) -> str | None:
        """Their name."""
        return self.row.resolved_by


@strawberry.type(description="Somebody who is to do something.")
class Assignee:
    """A user, as colleagues see them."""

    id: strawberry.ID = strawberry.field(description="The user's id.")
    name: str = strawberry.field(description="Their name.")


@strawberry.type(description="Somebody who is at work on a draft now, as their client last said.")
class Editor:
    """A presence."""

    name: str = strawberry.field(description="Who.")
    locale: Locale | None = strawberry.field(description="On which text; null for the shared part.")
    since: datetime = strawberry.field(description="Since when.")
    expires_at: datetime = strawberry.field(description="When that is over if their client says nothing more.")


def editors(rows: Iterable[deskwork.Presence]) -> list[Editor]:
    """Those rows as GraphQL tells them."""
    return [
        Editor(
            name=row.name,
            locale=Locale(row.locale) if row.locale != SHARED else None,
            since=row.since,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


@strawberry.type
class LeftOnDraft:
    """What is left on a draft."""

    row: strawberry.Private[models.Draft]

    @strawberry.field(description="Remarks on it, the oldest first.")
    async def comments(self, info: Info) -> list[Comment]:
        """The settled among them."""
        rows: Sequence[deskwork.Comment] = await info.context.load(comments_of, Frame(), self.row.item_id)
        return [Comment(row=row) for row in rows if row.locale == self.row.locale]

    @strawberry.field(description="Who is to work on it.")
    async def assignee(self, info: Info) -> Assignee | None:
        """Perhaps somebody whose account is deactivated since."""
        if self.row.assignee_id is None:
            return None
        user: User = await info.context.load(users_of, Frame(), self.row.assignee_id)
        return Assignee(id=strawberry.ID(encode_id("User", user.id)), name=user.name)

    @strawberry.field(description="By when; null if there is no date.")
    def due_at(self) -> datetime | None:
        """Of the assignment."""
        return self.row.due_at

    @strawberry.field(description="What whoever works on it next should know.")
    def desk_note(self) -> str | None:
        """The note to the desk."""
        return self.row.desk_note


@strawberry.type
class LeftOnItem:
    """What is left on an item."""

    row: strawberry.Private[models.Item]

    @strawberry.field(description="When it was put in the trash; null if it is not there.")
    def trashed_at(self) -> datetime | None:
        """The instant."""
        return self.row.trashed_at

    @strawberry.field(description="Who is at work on it now.")
    async def editing(self, info: Info) -> list[Editor]:
        """The longest first."""
        return editors(await info.context.load(_present, Frame(), self.row.id))
