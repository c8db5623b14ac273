"""The entries of a shared part, as values: where each stands among the others, and in which order they are read.

An entry is `{item, section, role, key, pinned, hidden}`. Sections are read in their order, after the entries of none;
within one, pinned entries come first, and then the keys decide (see `order_keys`). `hidden` names the locales whose
readers do not get it, whatever it is served in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cms.content.order_keys import key_between, keys_of
from cms.errors import InvalidInputError, NotFoundError

Entry = dict[str, Any]


def in_reading_order(sections: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Entries with all their fields, as they are read. If they have no keys yet, their order makes them."""
    keys = [(each.get("section"), each.get("key")) for each in entries]
    ordered = len(set(keys)) == len(keys) and all(key for _, key in keys)
    fresh = keys_of(0 if ordered else len(entries))
    whole = [
        {
            "item": each["item"],
            "section": each.get("section"),
            "role": each["role"],
            "key": each["key"] if ordered else fresh[place],
            "pinned": each.get("pinned", False),
            "hidden": each.get("hidden", []),
        }
        for place, each in enumerate(entries)
    ]
    places = {None: -1} | {each["key"]: place for place, each in enumerate(sections)}
    return sorted(whole, key=lambda each: (places.get(each["section"], len(places)), not each["pinned"], each["key"]))


def entry_of(entries: Sequence[Entry], item_id: int, *, name: str = "entry") -> Entry:
    """The entry of that item.

    Raises:
        NotFoundError: there is none; `name` is the argument at fault.
    """
    for each in entries:
        if each["item"] == item_id:
            return each
    raise NotFoundError("There is no entry of this item.", path=(name,))


def place_at(
    entries: Sequence[Entry], section: str | None, *, before: int | None = None, after: int | None = None
) -> dict[str, Any]:
    """The section and key of a place: next to the entry of that item, else at the end of the section.

    Raises:
        NotFoundError: there is no such entry to stand next to.
        InvalidInputError: both are named, or the neighbour stands in another section.
    """
    name, neighbour = ("before", before) if before is not None else ("after", after)
    if before is not None and after is not None:
        raise InvalidInputError("An entry comes before another or after it: name one.", path=("after",))
    if neighbour is None:
        keys = _keys(entries, section)
        return {"section": section, "key": key_between(keys[-1] if keys else None, None)}
    beside = entry_of(entries, neighbour, name=name)
    if section not in {None, beside["section"]}:
        raise InvalidInputError(f"That entry is not in the section {section!r}.", path=(name,))
    keys = _keys(entries, beside["section"])
    at = keys.index(beside["key"]) + (after is not None)
    low, high = keys[at - 1] if at else None, keys[at] if at < len(keys) else None
    return {"section": beside["section"], "key": key_between(low, high)}


def _keys(entries: Sequence[Entry], section: str | None) -> list[str]:
    return sorted(each["key"] for each in entries if each["section"] == section)
