"""What expires by the clock is over for partners at that instant, whether or not a command has said so."""

from datetime import timedelta

import pytest

from tests.api.newsrooms import Client, open_newsroom
from tests.worlds import NOON, build_world

CHANGES = """{ changes(first: 1000) { edges { node { uri locale type expiresAt mustRecall item { headline } } } } }"""


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_a_partner_is_told_when_a_text_ends_and_that_it_ended(dialect, tmp_path):
    instant = NOON
    async with open_newsroom(dialect, tmp_path, build_world, clock=lambda: instant) as (newsroom, _):
        client = Client(newsroom)

        async def told() -> dict[tuple[str, str], tuple[str, str | None, bool]]:
            edges = (await client.ask(CHANGES))["data"]["changes"]["edges"]
            nodes = [edge["node"] for edge in edges if edge["node"]["uri"] == "urn:ARTICLE:10"]
            return {node["locale"]: (node["type"], node["expiresAt"], node["item"] is None) for node in nodes}

        before = await told()
        instant = NOON + timedelta(microseconds=1)
        after = await told()

    ends = "2026-03-01T12:00:00.000001+00:00"
    assert before
    assert set(before.values()) == {("UPSERTED", ends, False)}
    assert dict.fromkeys(before, ("EXPIRED", ends, True)) == after
