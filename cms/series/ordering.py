"""Commands on single entries of a series' or front page's working copy.

Each reads the list as it stands under the item's lock and touches one entry of it, so those who arrange at the same
time never lose or double an entry. That is why `expected_revision` may be left out here: such a command says what is
to be done with one entry, not what the whole list is to be.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from cms.accounts.actors import Actor, Permission, require
from cms.content.editing import lock_item, save_draft
from cms.content.entries import Entry, entry_of, in_reading_order, place_at
from cms.content.links import SeriesRole
from cms.content.models import SHARED, WITH_ENTRIES, Draft, Item
from cms.content.parts import SharedPart
from cms.database import transaction
from cms.errors import InvalidInputError
from cms.taxonomy.locales import load_locales

Change = Callable[[SharedPart, list[Entry]], list[Entry]]


async def add_entry(
    actor: Actor,
    *,
    item_id: int,
    entry_id: int,
    role: SeriesRole = SeriesRole.RELATED,
    section: str | None = None,
    pinned: bool = False,
    hidden_in: Sequence[str] = (),
    before: int | None = None,
    after: int | None = None,
    expected_revision: int | None = None,
    now: datetime,
) -> Draft:
    """Give an item a place: next to the entry of another, else at the end of a section (None: of no section).

    Raises:
        NotFoundError: no such series or front page, or no entry to stand next to.
        ConflictError: the revision expected, if any is, stands no longer.
        InvalidInputError: there is no such item or section, or the item has a place already.
        UnknownLocaleError: it is hidden in a locale that the newsroom does not have.
    """
    require(actor, Permission.EDIT)
    tags = await _checked(hidden_in)
    if entry_id == item_id or not await Item.exists(id=entry_id):
        raise InvalidInputError("There is no such item, or none to put here.", path=("entry",))

    def add(part: SharedPart, entries: list[Entry]) -> list[Entry]:
        if any(each["item"] == entry_id for each in entries):
            raise InvalidInputError("An item has one place in a series.", path=("entry",))
        place = place_at(entries, _known(part, section), before=before, after=after)
        return [*entries, {"item": entry_id, "role": role.value, "pinned": pinned, "hidden": tags, **place}]

    return await _change(actor, item_id, add, expected_revision, now)


async def move_entry(
    actor: Actor,
    *,
    item_id: int,
    entry_id: int,
    section: str | None = None,
    before: int | None = None,
    after: int | None = None,
    expected_revision: int | None = None,
    now: datetime,
) -> Draft:
    """Move an entry next to that of another item, else to the end of a section. Raises as `add_entry` does.

    Pinned entries are read first wherever they are moved; they come to stand there once they are pinned no more.
    """

    def move(part: SharedPart, entries: list[Entry]) -> list[Entry]:
        moved = entry_of(entries, entry_id)
        others = [each for each in entries if each is not moved]
        return [*others, moved | place_at(others, _known(part, section), before=before, after=after)]

    return await _change(actor, item_id, move, expected_revision, now)


async def remove_entry(
    actor: Actor, *, item_id: int, entry_id: int, expected_revision: int | None = None, now: datetime
) -> Draft:
    """Take an entry out; the item itself stays as it is. Raises as `add_entry` does."""

    def remove(_part: SharedPart, entries: list[Entry]) -> list[Entry]:
        removed = entry_of(entries, entry_id)
        return [each for each in entries if each is not removed]

    return await _change(actor, item_id, remove, expected_revision, now)


async def change_entry(
    actor: Actor,
    *,
    item_id: int,
    entry_id: int,
    role: SeriesRole | None = None,
    pinned: bool | None = None,
    hidden_in: Sequence[str] | None = None,
    expected_revision: int | None = None,
    now: datetime,
) -> Draft:
    """Set how much an entry weighs, whether it is pinned, where it is hidden; None leaves it. Raises as `add_entry`."""
    require(actor, Permission.EDIT)
    tags = None if hidden_in is None else await _checked(hidden_in)
    given = {"role": role.value if role else None, "pinned": pinned, "hidden": tags}
    values = {name: value for name, value in given.items() if value is not None}

    def change(_part: SharedPart, entries: list[Entry]) -> list[Entry]:
        changed = entry_of(entries, entry_id)
        return [each | values if each is changed else each for each in entries]

    return await _change(actor, item_id, change, expected_revision, now)


async def _change(actor: Actor, item_id: int, change: Change, expected: int | None, now: datetime) -> Draft:
    require(actor, Permission.EDIT)
    async with transaction():
        item = await lock_item(item_id)
        require(actor, Permission.EDIT, item.kind, [SHARED])
        if item.kind not in WITH_ENTRIES:
            raise InvalidInputError("Only a focus series or a front page has entries.", path=("item",))
        draft = await Draft.get(item_id=item_id, locale=SHARED)
        part = SharedPart.from_json(draft.content)
        entries = change(part, in_reading_order(part.sections, part.entries))
        return await save_draft(
            actor,
            item_id=item_id,
            locale=SHARED,
            changes={"entries": entries},
            expected_revision=draft.revision if expected is None else expected,
            now=now,
        )


async def _checked(hidden_in: Sequence[str]) -> list[str]:
    configured = await load_locales()
    return sorted({configured.check(tag, "hidden_in", index) for index, tag in enumerate(hidden_in)})


def _known(part: SharedPart, section: str | None) -> str | None:
    if section is not None and section not in {each["key"] for each in part.sections}:
        raise InvalidInputError(f"There is no section {section!r}.", path=("section",))
    return section
