"""The three faces of a Scope agree, at the very instants at which something closes."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.content.models import Edition, Item, Kind, PubStatus
from cms.database import MODEL_MODULES
from cms.reading.scope import Scope
from cms.statements import rows
from tests.cms.desk import NOON
from tests.databases import running_on

SMALLEST = timedelta(microseconds=1)
instants = st.builds(
    lambda seconds, microseconds, offset: (NOON + timedelta(seconds=seconds, microseconds=microseconds)).astimezone(
        timezone(timedelta(hours=offset))
    ),
    st.integers(-2, 2),
    st.integers(-2, 2),
    st.sampled_from([-11, 0, 1, 8]),
)
states = st.fixed_dictionaries(
    {
        "pub_status": st.sampled_from(PubStatus),
        "ready": st.booleans(),
        "embargoed_until": st.none() | instants,
        "expires_at": st.none() | instants,
    }
)
ODD: list[dict[str, Any]] = [
    {"pub_status": PubStatus.USABLE, "ready": True, "embargoed_until": None, "expires_at": at}
    for at in (None, NOON - SMALLEST, NOON, NOON + SMALLEST, datetime.max.replace(tzinfo=UTC))
]


async def faces(scope: Scope) -> dict[str, set[int]]:
    """Which items each face lets through."""
    bound: list[datetime] = []

    def instant(value: datetime) -> str:
        bound.append(value)
        return f"${len(bound)}"

    where = " AND ".join(scope.sql("i", instant))
    return {
        "sql": {row["id"] for row in await rows(f"SELECT i.id FROM item i WHERE {where}", *bound)},
        "filter": set(await Item.filter(scope.q()).values_list("id", flat=True)),
        "joined": set(await Edition.filter(scope.q("item__")).values_list("item_id", flat=True)),
        "function": {item.id for item in await Item.all() if scope.admits(item)},
    }


async def fill(given: list[dict[str, Any]]) -> None:
    await Item.all().delete()
    for number, state in enumerate(given):
        item = await Item.create(kind=Kind.ARTICLE, uri=f"urn:{number}", source_locale="it", created_at=NOON, **state)
        await Edition.create(
            item=item, locale="zh", kind=Kind.ARTICLE, revision=1, version=1, first_published_at=NOON,
            published_at=NOON, slug="雪", headline="雪", word_count=1, body="{}", html="", text="",
        )  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_faces_agree(dialect: str, tmp_path: Path):
    with running_on(dialect, tmp_path, MODEL_MODULES) as runner:

        @settings(
            max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(st.lists(states, max_size=12), instants)
        @example(ODD, NOON)
        def check(given: list[dict[str, Any]], at: datetime) -> None:
            runner.run(fill(given))
            found = runner.run(faces(Scope(at)))
            admitted = {
                number
                for number, state in enumerate(given)
                if state["pub_status"] is PubStatus.USABLE
                and state["ready"]
                and state["embargoed_until"] is None
                and (state["expires_at"] is None or at < state["expires_at"])
            }
            assert found["sql"] == found["filter"] == found["joined"] == found["function"]
            assert len(found["sql"]) == len(admitted)

        check()


async def test_what_expires_closes_at_its_instant(database):
    await fill(ODD)
    for at, count in ((NOON - SMALLEST, 4), (NOON, 3), (NOON + SMALLEST, 2)):
        assert {len(found) for found in (await faces(Scope(at))).values()} == {count}


async def test_an_embargo_ends_by_its_command_not_by_the_clock(database):
    await fill([{"pub_status": PubStatus.USABLE, "ready": True, "embargoed_until": NOON - timedelta(days=9)}])
    assert set(map(len, (await faces(Scope(NOON))).values())) == {0}
    await Item.all().update(embargoed_until=None)
    assert set(map(len, (await faces(Scope(NOON))).values())) == {1}
