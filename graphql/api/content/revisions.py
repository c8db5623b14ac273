"""Revisions of drafts: listed, read, compared and restored."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.content.comparisons import Difference, difference
from api.content.paging import Cut, connection
from api.content.payloads import (
    DraftLocaleArgument,
    DraftPayload,
    ItemArgument,
    RevisionArgument,
    item_key,
)
from api.content.workflow import draft_command
from api.context import Context, Info
from api.desk import desk_field
from api.enums import described
from api.pagination import Connection, Edge, decode_cursor, encode_cursor, read_page
from api.plans.fetching import Frame
from api.plans.reading import OrderTerm
from api.scalars import JSON
from cms.content import models, revisions
from cms.content.models import SHARED, RevisionKind

described(
    RevisionKind,
    "Why a revision was kept.",
    SAVE="Somebody saved, or their client did.",
    PUBLICATION="It was published.",
    CORRECTION="It was published as a correction.",
    RESTORE="An old one was restored.",
)

PAGE = 50
NEWEST_FIRST = (OrderTerm("r.number", descending=True),)
HEAD = ("id", "item_id", "locale", "number", "kind", "author", "note", "version", "autosaved_since", "created_at")


async def contents(_context: Context, _frame: Frame, keys: list[int]) -> list[Any]:
    """A batch: what those revisions hold, which may be much."""
    found = dict(await models.Revision.filter(id__in=keys).values_list("id", "content"))
    return [found.get(key) for key in keys]


@strawberry.type(description="A kept state of a draft.")
class Revision:
    """A revision."""

    row: strawberry.Private[models.Revision]

    @strawberry.field(description="Its number among those of the draft; numbers ascend, with gaps.")
    def number(self) -> int:
        """A gap is an autosave that a later one took up."""
        return self.row.number

    @strawberry.field(description="Why it was kept.")
    def kind(self) -> RevisionKind:
        """The kind."""
        return self.row.kind

    @strawberry.field(description="Who made it.")
    def author(self) -> str:
        """Their name."""
        return self.row.author

    @strawberry.field(description="When it was made.")
    def created_at(self) -> datetime:
        """The instant of the last save in it."""
        return self.row.created_at

    @strawberry.field(
        description="When the run of autosaves in it began; null for any other, and once it was submitted."
    )
    def autosaved_since(self) -> datetime | None:
        """Of autosaves."""
        return self.row.autosaved_since

    @strawberry.field(description="The public note of a correction.")
    def note(self) -> str | None:
        """What was wrong and what is right."""
        return self.row.note

    @strawberry.field(description="The item's version that it was published as; null if it was not.")
    def version(self) -> int | None:
        """Of publications."""
        return self.row.version

    @strawberry.field(description="All its fields. References are database keys.")
    async def content(self, info: Info) -> JSON:
        """As it is stored."""
        return JSON(await info.context.load(contents, Frame(), self.row.id))


NumberArgument = Annotated[int, strawberry.argument(description="The number of the revision.")]


@strawberry.type
class RevisionQuery:
    """Revisions."""

    @desk_field("What was kept of a draft, the newest first. Needs the permission content.read.")
    async def revisions(
        self,
        info: Info,
        item: ItemArgument,
        locale: DraftLocaleArgument = None,
        first: Annotated[int | None, strawberry.argument(description="At most this many; 50 if not said.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Only after this cursor.")] = None,
    ) -> Connection[Revision]:
        """Without what they hold, unless it is asked for."""
        key = item_key(item)
        part = await revisions.readable_part(info.context.actor, key, locale or SHARED)
        page = read_page({"first": first, "after": after}, PAGE)
        scope = f"revisions:{key}:{part}:"
        query = models.Revision.filter(item_id=key, locale=part)
        counted = query.count
        if page.cursor is not None:
            query = query.filter(number__lt=decode_cursor(page.cursor, NEWEST_FIRST, page.argument, scope)[0])
        rows = await query.order_by("-number").limit(page.size + 1).only(*HEAD)
        cut = Cut(rows[: page.size], page, more=len(rows) > page.size)
        edges = [
            Edge(node=Revision(row=row), cursor=encode_cursor(NEWEST_FIRST, (row.number,), scope)) for row in cut.rows
        ]

        async def count() -> int:
            return await counted()

        return connection(edges, cut, count)

    @desk_field("One revision of a draft. Needs the permission content.read.")
    async def revision(
        self, info: Info, item: ItemArgument, number: NumberArgument, locale: DraftLocaleArgument = None
    ) -> Revision:
        """See `cms.content.revisions.read_revision`."""
        row = await revisions.read_revision(
            info.context.actor, item_id=item_key(item), locale=locale or SHARED, number=number
        )
        return Revision(row=row)

    @desk_field("What became of a draft from one revision to another. Needs the permission content.read.")
    async def revision_difference(
        self,
        info: Info,
        item: ItemArgument,
        before: Annotated[int, strawberry.argument(description="The number of the older revision.")],
        after: Annotated[
            int | None, strawberry.argument(description="That of the newer one; null for the draft as it is now.")
        ] = None,
        locale: DraftLocaleArgument = None,
    ) -> Difference:
        """See `cms.content.revisions.compare_revisions`."""
        compared = await revisions.compare_revisions(
            info.context.actor, item_id=item_key(item), locale=locale or SHARED, before=before, after=after
        )
        return difference(compared)


@strawberry.type
class RevisionMutation:
    """Commands on revisions."""

    @strawberry.mutation(
        description="Make a draft what it was at a revision, as a new one. Needs the permission content.edit."
    )
    async def restore_revision(
        self,
        info: Info,
        item: ItemArgument,
        revision: NumberArgument,
        expected_revision: RevisionArgument,
        locale: DraftLocaleArgument = None,
    ) -> DraftPayload:
        """See `cms.content.revisions.restore_revision`."""
        command = revisions.restore_revision
        return await draft_command(info, command, item, locale, expected_revision, lambda: {"number": revision})
