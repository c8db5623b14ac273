"""Which slug an item has in a locale. A slug that was ever public stays its item's and leads to it for good."""

from cms.content.models import Item, Slug
from cms.content.parts import TextPart
from cms.content.slugs import numbered, slugify
from cms.errors import SlugTakenError

_TRIES = 1_000


async def claim_slug(item: Item, locale: str, text: TextPart, *, current: str | None) -> str:
    """Make a slug the item's current one in the locale and return it; the one it replaces becomes history.

    A slug that the editor chose is taken or refused. Otherwise a live text keeps its address, and a new one gets an
    address from its headline, numbered if another item has it.

    Raises:
        SlugTakenError: the chosen slug is, or was, another item's.
    """
    if text.slug is None and current is not None:
        return current
    if text.slug is not None and text.slug == current:
        return current
    base = text.slug or slugify(text.headline, locale)
    taken = await _claimed(item, locale, base)
    slug, number = base, 1
    while taken.get(slug, item.id) != item.id:
        if text.slug is not None:
            raise SlugTakenError(f"The slug {slug!r} belongs to another item in {locale}.", path=("slug",))
        number += 1
        slug = numbered(base, number) if number < _TRIES else numbered(base, item.id)
    if current is not None:
        await release_slug(item, locale)
    if slug in taken:
        await Slug.filter(kind=item.kind, locale=locale, slug=slug).update(current=True)
    else:
        await Slug.create(item_id=item.id, kind=item.kind, locale=locale, slug=slug, current=True)
    return slug


async def release_slug(item: Item, locale: str) -> None:
    """Make the item's current slug in the locale a former one."""
    await Slug.filter(item_id=item.id, locale=locale, current=True).update(current=False)


async def _claimed(item: Item, locale: str, base: str) -> dict[str, int]:
    """The owner of the slug, and of its numbered kin where another item has it."""
    address = Slug.filter(kind=item.kind, locale=locale)
    owners = dict(await address.filter(slug=base).values_list("slug", "item_id"))
    if owners.get(base, item.id) != item.id:
        kin = await address.filter(slug__startswith=numbered(base, 2)[:-2]).values_list("slug", "item_id")
        owners.update(kin)
    return owners
