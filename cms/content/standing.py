"""An item as a whole: locked for a command, with the locales it is live in."""

from collections.abc import Collection, Sequence

from cms.accounts.actors import Actor, require
from cms.content.editing import lock_item
from cms.content.models import SHARED, Edition, Item
from cms.content.transitions import ItemAction, item_permission, item_step
from cms.taxonomy.locales import Locales, hold_locales


async def lock_whole(actor: Actor, item_id: int, action: ItemAction) -> tuple[Item, Locales, tuple[str, ...]]:
    """An item locked for an action on all of it, the newsroom's locales, and those it is live in.

    Whoever may act in some locales only may not: it would reach the others.

    Raises:
        NotFoundError: no such item.
        ForbiddenError: the actor lacks the permission for all locales of such an item.
        TransitionError: the item's status does not allow it.
    """
    item = await lock_item(item_id)
    configured = await hold_locales()
    require(actor, item_permission(action), item.kind, [SHARED])
    item_step(item, action)
    return item, configured, await live_locales(item, configured)


async def live_locales(item: Item, configured: Locales) -> tuple[str, ...]:
    """The locales that the item is live in, in the newsroom's order."""
    editions = await Edition.filter(item_id=item.id).only("id", "locale")
    return in_order(configured, {edition.locale for edition in editions})


def meant_locales(configured: Locales, tags: Sequence[str]) -> list[str]:
    """The locales meant, once each, in the newsroom's order: so no two commands wait for each other.

    Raises:
        UnknownLocaleError: the newsroom has no such locale.
    """
    meant = {configured.check(tag, "locales", index) for index, tag in enumerate(tags)}
    return list(in_order(configured, meant))


def in_order(configured: Locales, locales: Collection[str]) -> tuple[str, ...]:
    """Those locales in the newsroom's order."""
    return tuple(tag for tag in configured.tags if tag in locales)
