"""Which slug an item has in a locale. A slug that was ever public stays its item's and leads to it."""

from cms.content.models import Item, Slug
from cms.content.parts import TextPart
from cms.content.slugs import numbered, slugify
from cms.errors import SlugTakenError
from cms.statements import insert_rows

_TRIES = 1_000
"""Numbers tried before the item's own is put between."""


async def claim_slug(item: Item, locale: str, text: TextPart, *, current: str | None) -> str:
    """Make a slug the item's current one in the locale and return it; the one it replaces becomes history.

    A slug that the editor chose is taken or refused. Otherwise a live text keeps its address,
    and a new one gets an address from its headline, numbered if another item has it.

    Raises:
        SlugTakenError: the chosen slug is, or was, another item's.
    """
    if current is not None and text.slug in {None, current}:
        return current
    base = text.slug or slugify(text.headline, locale)
    if current is not None:
        await release_slug(item, locale)
    taken = await _claimed(item, locale, base)
    slug, number = base, 1
    while taken.get(slug, item.id) != item.id or not await _insert_or_return(item, locale, slug):
        if text.slug is not None:
            raise SlugTakenError(f"The slug {slug!r} belongs to another item in {locale}.", path=("slug",))
        number += 1
        slug = _choice(item, base, number)
    return slug


async def release_slug(item: Item, locale: str) -> None:
    """Make the item's current slug in the locale a former one."""
    await Slug.filter(item_id=item.id, locale=locale, current=True).update(current=False)


async def _insert_or_return(item: Item, locale: str, slug: str) -> bool:
    """Make the slug the item's current one, unless it became another's in the meantime."""
    claimed = await insert_rows(
        'INSERT INTO "slug" ("item_id", "kind", "locale", "slug", "current")',
        [(item.id, item.kind.value, locale, slug, True)],
        'ON CONFLICT ("kind", "slug", "locale") DO UPDATE SET "current" = excluded."current" '
        'WHERE "slug"."item_id" = excluded."item_id" RETURNING "id"',
    )
    return bool(claimed)


def _choice(item: Item, base: str, number: int) -> str:
    """What to try where the choices before are another's: `festa-2`, `festa-3`, in the end `festa-4711-1000`."""
    return numbered(base, number) if number < _TRIES else numbered(numbered(base, item.id), number)


async def _claimed(item: Item, locale: str, base: str) -> dict[str, int]:
    """The owner of the slug, and where another item has it, of its numbered kin up to one that is free."""
    address = Slug.filter(kind=item.kind, locale=locale)
    owners = dict(await address.filter(slug=base).values_list("slug", "item_id"))
    first, end = 2, 10
    while owners.get(base, item.id) != item.id and first < _TRIES:
        # Asked for by name: LIKE reads every slug of the kind.
        kin = [numbered(base, number) for number in range(first, min(end, _TRIES))]
        owners.update(await address.filter(slug__in=kin).values_list("slug", "item_id"))
        if any(owners.get(slug, item.id) == item.id for slug in kin):
            break
        first, end = end, end * 4
    return owners
