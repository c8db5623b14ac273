"""Corrections and recalls: the mutations, and where their tombstones are read."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import strawberry

from api.content.payloads import ItemArgument, ItemPayload
from api.content.tombstones import TOMBSTONES, Tombstone, tombstone_rows
from api.content.workflow import item_command
from api.context import Info
from api.enums import OtherLocales
from api.plans.fetching import Frame, Run
from api.plans.reading import Arguments, planned
from api.plans.roots import Listed, unlocalized
from api.plans.sql import Sql
from api.scalars import Locale
from cms.content import correcting, recalling
from cms.errors import InvalidInputError


@strawberry.input(description="A text for the public in a locale.")
class NoticeInput:
    """A notice."""

    locale: Locale = strawberry.field(description="The locale it is in.")
    text: str = strawberry.field(description="Up to 2000 characters.")


AdvisoryArgument = Annotated[
    list[NoticeInput] | None,
    strawberry.argument(description="Why, by locale; if there is any, one is in the item's source locale."),
]


def _with_uri(sql: Sql, _run: Run, _frame: Frame, arguments: Arguments) -> Sequence[str]:
    return [f"i.uri = {sql.bind(arguments['uri'])}"]


@strawberry.type
class RecallQuery:
    """Tombstones."""

    @planned(Listed(TOMBSTONES, order=lambda *_: ("i.id",), where=_with_uri, frame=unlocalized))
    async def tombstone(
        self, uri: Annotated[str, strawberry.argument(description="The URI that the item had.")]
    ) -> Tombstone | None:
        """What is left of an item that was public once and is withheld or canceled; null for any other."""
        row = await tombstone_rows().get_or_none(uri=uri)
        return Tombstone(row=row) if row else None


@strawberry.type
class RecallMutation:
    """Commands on what is public."""

    @strawberry.mutation(
        description="Publish drafts of live texts as a correction, with a public note. Needs the permission "
        "content.publish."
    )
    async def correct(
        self,
        info: Info,
        item: ItemArgument,
        notes: Annotated[
            list[NoticeInput],
            strawberry.argument(description="What was wrong and what is right, in each locale that is corrected."),
        ],
        others: Annotated[
            OtherLocales,
            strawberry.argument(
                description="What becomes of the other locales; LEAVE unless the source text is corrected."
            ),
        ],
        shared: Annotated[bool, strawberry.argument(description="Whether the shared part goes too.")] = False,
    ) -> ItemPayload:
        """See `cms.content.correcting.correct`."""

        def more() -> Mapping[str, Any]:
            return {"notes": _by_locale(notes, "notes"), "others": others, "shared": shared}

        return await item_command(info, correcting.correct, item, more)

    @strawberry.mutation(description="Recall an item for now. Needs the permission content.recall.")
    async def withhold(self, info: Info, item: ItemArgument, advisory: AdvisoryArgument = None) -> ItemPayload:
        """See `cms.content.recalling.withhold`."""
        return await item_command(info, recalling.withhold, item, lambda: _advising(advisory))

    @strawberry.mutation(
        description="Let a withheld item be used again; what was live comes back. Needs the permission content.recall."
    )
    async def lift_withhold(self, info: Info, item: ItemArgument) -> ItemPayload:
        """See `cms.content.recalling.lift_withhold`."""
        return await item_command(info, recalling.lift_withhold, item)

    @strawberry.mutation(
        description="Recall an item for good: nothing of it is ever published again. Needs the permission "
        "content.recall."
    )
    async def kill(
        self,
        info: Info,
        item: ItemArgument,
        advisory: Annotated[
            list[NoticeInput],
            strawberry.argument(description="Why, by locale, in the item's source locale at least; all may read it."),
        ],
    ) -> ItemPayload:
        """See `cms.content.recalling.kill`."""
        return await item_command(info, recalling.kill, item, lambda: _advising(advisory))

    @strawberry.mutation(
        description="Recall an item, take every text of it off and remove its stored files. Needs the permission "
        "content.recall."
    )
    async def takedown(self, info: Info, item: ItemArgument, advisory: AdvisoryArgument = None) -> ItemPayload:
        """See `cms.content.recalling.takedown`."""
        return await item_command(info, recalling.takedown, item, lambda: _advising(advisory))


def _advising(given: Sequence[NoticeInput] | None) -> Mapping[str, Any]:
    return {"advisory": _by_locale(given or (), "advisory")}


def _by_locale(given: Sequence[NoticeInput], name: str) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for each in given:
        if each.locale in texts:
            raise InvalidInputError(f"{name} is there twice in {each.locale}.", path=(name, each.locale))
        texts[each.locale] = each.text
    return texts
