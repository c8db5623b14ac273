"""Publishing a correction: a new version that says in public what was wrong and what is right."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from cms import events
from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import lock_item
from cms.content.models import SHARED, Draft, Item
from cms.content.notices import check_notices
from cms.content.publishing import Published, make_live, take_off
from cms.content.standing import in_order, live_locales
from cms.content.transitions import ItemAction, item_step
from cms.database import transaction
from cms.errors import InvalidInputError, NotFoundError
from cms.events import EventType
from cms.taxonomy.locales import hold_locales


class OtherLocales(StrEnum):
    """What a correction of the source text means for the texts in other locales."""

    FLAG = "FLAG"
    UNPUBLISH = "UNPUBLISH"
    LEAVE = "LEAVE"


async def correct(
    actor: Actor,
    *,
    item_id: int,
    notes: Mapping[str, str],
    others: OtherLocales,
    shared: bool = False,
    now: datetime,
) -> Published:
    """Publish the drafts of live texts as a correction, with a public note in each locale; see `publish`.

    When the text in the item's source locale is among them, `others` says what becomes of the translations that are
    not: FLAG marks their drafts until they are published again, UNPUBLISH takes the live ones off as well.

    Raises:
        NotFoundError: no such item, or it is not live in a locale.
        InvalidInputError: no note, or an empty one; FLAG or UNPUBLISH where the source text is not corrected.
        TransitionError: the item is canceled or withheld.
        NotReadyError, SlugTakenError: as `publish`.
    """
    require(actor, Permission.PUBLISH)
    async with transaction():
        item = await lock_item(item_id)
        configured = await hold_locales()
        checked = check_notices(configured, notes, name="notes")
        if not checked:
            raise InvalidInputError("Say what was wrong and what is right, in a locale at least.", path=("notes",))
        wanted = in_order(configured, checked)
        require(actor, Permission.PUBLISH, item.kind, [*wanted, *([SHARED] if shared else [])])
        item_step(item, ItemAction.CORRECT)
        if others is not OtherLocales.LEAVE and item.source_locale not in wanted:
            message = f"Only a correction of the source text, in {item.source_locale}, says something about the others."
            raise InvalidInputError(message, path=("others",))
        live = await live_locales(item, configured)
        if missing := [locale for locale in wanted if locale not in live]:
            raise NotFoundError(f"The item is not live in {missing[0]}: publish it there.", path=("notes", missing[0]))
        rest = [locale for locale in live if locale not in wanted]
        if others is OtherLocales.UNPUBLISH:
            require(actor, Permission.PUBLISH, item.kind, rest or wanted)
        live = await make_live(actor, item, configured, wanted, shared=shared, now=now, notes=checked)
        if others is not OtherLocales.LEAVE:
            await _flag(actor, item, wanted, now)
        if others is OtherLocales.UNPUBLISH and rest:
            live = await take_off(actor, item, configured, rest, now=now)
    return Published(item, live)


async def _flag(actor: Actor, item: Item, corrected: tuple[str, ...], now: datetime) -> None:
    for draft in await Draft.filter(item_id=item.id, locale__not_in=[SHARED, *corrected]).order_by("locale"):
        draft.source_corrected_at = now
        await draft.save(update_fields=["source_corrected_at"])
        events.record(
            EventType.DRAFT_FLAGGED,
            item_id=item.id,
            locale=draft.locale,
            actor=actor.name,
            data={"version": item.version},
            at=now,
        )
