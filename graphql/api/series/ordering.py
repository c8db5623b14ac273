"""Mutations of single entries of a focus series or front page; see `cms.series.ordering`.

`expectedRevision` may be left out: each of them says what is to be done with one entry, whatever else was done to the
others meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import strawberry

from api.content.drafts import Draft
from api.content.payloads import DraftPayload, authenticated, item_key, refusable
from api.context import Info
from api.enums import SeriesRole
from api.scalars import Locale
from cms.series import ordering

NOWHERE: Mapping[str, strawberry.ID | None] = MappingProxyType({})

SeriesArgument = Annotated[
    strawberry.ID, strawberry.argument(description="The id of the focus series or front page, in any locale or none.")
]
EntryArgument = Annotated[strawberry.ID, strawberry.argument(description="The id of the item that is its entry.")]
SectionArgument = Annotated[
    str | None, strawberry.argument(description="The key of the section, at whose end it stands; null for none.")
]
BeforeArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="Instead: the item before whose entry it stands.")
]
AfterArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="Instead: the item after whose entry it stands.")
]
RevisionArgument = Annotated[
    int | None,
    strawberry.argument(description="The revision you saw; left out, others may have arranged entries meanwhile."),
]


@strawberry.type
class OrderingMutation:
    """Commands on entries."""

    @strawberry.mutation(
        description="Give an item a place in a focus series or front page. Needs the permission content.edit."
    )
    async def add_entry(
        self,
        info: Info,
        item: SeriesArgument,
        entry: EntryArgument,
        role: Annotated[SeriesRole, strawberry.argument(description="How much it weighs.")] = SeriesRole.RELATED,
        section: SectionArgument = None,
        before: BeforeArgument = None,
        after: AfterArgument = None,
        pinned: Annotated[bool, strawberry.argument(description="Whether it heads its section.")] = False,
        hidden_in: Annotated[
            list[Locale], strawberry.argument(description="Locales whose readers do not get it.")
        ] = (),  # type: ignore[assignment]  # Strawberry takes no list as a default
        expected_revision: RevisionArgument = None,
    ) -> DraftPayload:
        """See `cms.series.ordering.add_entry`."""
        values = {"role": role, "pinned": pinned, "hidden_in": hidden_in, "section": section}
        beside = {"before": before, "after": after}
        return await _change(info, ordering.add_entry, item, entry, expected_revision, beside, **values)

    @strawberry.mutation(
        description="Move an entry next to another, or to the end of a section. Needs the permission content.edit."
    )
    async def move_entry(
        self,
        info: Info,
        item: SeriesArgument,
        entry: EntryArgument,
        section: SectionArgument = None,
        before: BeforeArgument = None,
        after: AfterArgument = None,
        expected_revision: RevisionArgument = None,
    ) -> DraftPayload:
        """See `cms.series.ordering.move_entry`."""
        beside = {"before": before, "after": after}
        return await _change(info, ordering.move_entry, item, entry, expected_revision, beside, section=section)

    @strawberry.mutation(
        description="Take an entry out of a focus series or front page. Needs the permission content.edit."
    )
    async def remove_entry(
        self, info: Info, item: SeriesArgument, entry: EntryArgument, expected_revision: RevisionArgument = None
    ) -> DraftPayload:
        """See `cms.series.ordering.remove_entry`."""
        return await _change(info, ordering.remove_entry, item, entry, expected_revision, NOWHERE)

    @strawberry.mutation(
        description="Set how much an entry weighs, whether it is pinned and where it is hidden; null leaves it. "
        "Needs the permission content.edit."
    )
    async def change_entry(
        self,
        info: Info,
        item: SeriesArgument,
        entry: EntryArgument,
        role: Annotated[SeriesRole | None, strawberry.argument(description="How much it weighs.")] = None,
        pinned: Annotated[bool | None, strawberry.argument(description="Whether it heads its section.")] = None,
        hidden_in: Annotated[
            list[Locale] | None, strawberry.argument(description="All the locales whose readers do not get it.")
        ] = None,
        expected_revision: RevisionArgument = None,
    ) -> DraftPayload:
        """See `cms.series.ordering.change_entry`."""
        values = {"role": role, "pinned": pinned, "hidden_in": hidden_in}
        return await _change(info, ordering.change_entry, item, entry, expected_revision, NOWHERE, **values)


async def _change(
    info: Info,
    command: Callable[..., Awaitable[Any]],
    item: str,
    entry: str,
    expected: int | None,
    beside: Mapping[str, strawberry.ID | None],
    **values: Any,
) -> DraftPayload:
    """Run a command on an entry; `beside` are ids of neighbours."""

    async def change() -> Draft:
        keys = {name: item_key(each, name=name) for name, each in beside.items() if each is not None}
        row = await command(
            info.context.actor,
            item_id=item_key(item),
            entry_id=item_key(entry, name="entry"),
            expected_revision=expected,
            now=info.context.now,
            **values,
            **keys,
        )
        return Draft(row=row)

    authenticated(info)
    return await refusable(DraftPayload, [], change)
