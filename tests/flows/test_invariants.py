"""The checker of invariants finds whatever is broken by hand: or its silence would say nothing."""

import pytest

from cms.database import transaction
from cms.statements import rows
from tests.flows.invariants import Rows, broken_invariants, broken_rows
from tests.worlds import build_world

DAMAGES = {
    "a revision is lost": "DELETE FROM revision WHERE locale = 'it' AND number = 2",
    "a draft says something else": "UPDATE draft SET content = '{}' WHERE locale = 'zh'",
    "an edition says something else": "UPDATE edition SET headline = 'x' WHERE locale = 'it'",
    "an edition is of no publication": "UPDATE edition SET revision = 1",
    "an edition is ahead of its item": "UPDATE edition SET version = 99",
    "a shared part says something else": "UPDATE shared_edition SET urgency = 9 WHERE urgency <> 9",
    "subjects are in another order": "UPDATE subject SET position = -position",
    "a byline is lost": "DELETE FROM byline WHERE position = 0",
    "a credit is lost": "DELETE FROM credit WHERE position = 0",
    "a series entry is lost": "DELETE FROM series_entry WHERE position = 2",
    "a slug is nobody's": "UPDATE slug SET current = FALSE WHERE locale = 'it'",
    "a slug says something else": "UPDATE slug SET slug = slug || 'x' WHERE locale = 'en'",
    "a serving row is lost": "DELETE FROM serving WHERE locale = 'zh-Hant'",
    "a serving row has another reason": "UPDATE serving SET reason = 'SOURCE' WHERE reason = 'FALLBACK'",
    "a change is lost": "DELETE FROM change WHERE locale = 'zh'",
    "a change has another version": "UPDATE change SET version = version + 1 WHERE type = 'UPSERTED'",
    "a change is at another position": "UPDATE change SET position = 1",
    "a tombstone is raised": "UPDATE change SET type = 'UPSERTED' WHERE type = 'UNPUBLISHED'",
    "an event is lost": "DELETE FROM event WHERE type = 'shared.published'",
    "a save is told twice": (
        "INSERT INTO event (type, item_id, locale, data, at)"
        " SELECT type, item_id, locale, data, at FROM event WHERE type = 'draft.saved'"
    ),
    "dispatch is ahead": "INSERT INTO progress (name, position) VALUES ('reactions', 1000000)",
}


class UndoneError(Exception):
    """Takes back what a transaction did."""


async def test_a_newsroom_made_by_commands_keeps_them_and_damage_is_found(database):
    await build_world()
    async with transaction():
        # The world's corrections are rows that no command has written.
        await rows("DELETE FROM revision WHERE number > 90")
    assert await broken_invariants(database) == []

    for damage, statement in DAMAGES.items():
        with pytest.raises(UndoneError):
            async with transaction():
                await rows(statement)
                assert broken_rows(await Rows.read()) != [], damage
                raise UndoneError
    assert await broken_invariants(database) == []
