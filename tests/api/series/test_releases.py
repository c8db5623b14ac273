"""Releases over GraphQL: the checklist, refused with everything that is not ready, carried out, taken back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.nodes import encode_id
from cms.accounts.actors import Permission
from cms.content.models import Edition
from cms.database import Database
from tests.api.newsrooms import Client, newsroom_on, token_of
from tests.desks import Desk, editors_desk
from tests.series import approve, write_series

RELEASE = """{ id status locales onlyReady actor releaseAt releasedAt reversedAt item { id liveLocales }
    parts { locale replaces item { id } } problems { code locale path message item { id } } }"""
ERRORS = "userErrors { code path message item }"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """The editor's, not that of the newsroom which other tests here share."""
    async with editors_desk(database, tmp_path) as desk:
        yield desk


@pytest.fixture
async def ask(desk: Any, database: Database, tmp_path: Any) -> Any:
    """Asks as the chief, or with another token's permissions; what is not refused by an error is data."""
    held = {"chief": tuple(Permission), "reader": (Permission.READ,), "writer": (Permission.EDIT,)}
    tokens = {name: await token_of(name, *permissions) for name, permissions in held.items()}
    async with newsroom_on(database, tmp_path, desk) as newsroom:
        client = Client(newsroom)

        async def ask(text: str, token: str | None = "chief", error: str | None = None) -> Any:
            answer = await client.ask(text, token=tokens[token] if token else None)
            if error:
                assert [each["extensions"]["code"] for each in answer["errors"]] == [error]
                return None
            assert "errors" not in answer, answer
            (value,) = answer["data"].values()
            return value

        yield ask


def item(key: int) -> str:
    return encode_id("Item", key)


def mutation(field: str, arguments: str) -> str:
    return f"mutation {{ {field}({arguments}) {{ result {RELEASE} {ERRORS} }} }}"


def readiness(series: int) -> str:
    return f"""{{ releaseReadiness(item: "{item(series)}", locales: ["zh", "it"]) {{
        ready parts {{ locale replaces item {{ id }} }} problems {{ code locale path message item {{ id }} }} }} }}"""


async def test_a_series_is_checked_released_and_taken_back(desk, ask):
    series, (a, b) = await write_series(desk, 2, "it", "zh")
    await approve(desk, series, a)
    await approve(desk, b, locales=("it", ""))
    found = await ask(readiness(series), "reader")
    assert found["ready"] is False
    (problem,) = found["problems"]
    assert problem | {"message": ""} == {
        "code": "NOT_APPROVED", "locale": "zh", "path": ["zh", "status"], "message": "", "item": {"id": item(b)},
    }  # fmt: skip
    assert len(found["parts"]) == 8
    which = f'item: "{item(series)}", locales: ["it", "zh"]'
    refused = await ask(mutation("releaseSeries", which))
    assert refused["result"] is None
    assert [(each["code"], each["path"], each["item"]) for each in refused["userErrors"]] == [
        ("NOT_APPROVED", ["zh", "status"], item(b))
    ]
    assert not await Edition.exists()

    await approve(desk, b, locales=("zh",))
    assert (await ask(readiness(series)))["ready"] is True
    desk.at(5)
    done = (await ask(mutation("releaseSeries", which)))["result"]
    assert (done["status"], done["locales"], done["actor"]) == ("RELEASED", ["it", "zh"], "chief")
    assert done["item"] == {"id": item(series), "liveLocales": ["it", "zh"]}
    assert done["releasedAt"] == "2026-03-01T12:05:00+00:00"
    assert {(part["item"]["id"], part["locale"]) for part in done["parts"]} == {
        (item(each), locale) for each in (series, a, b) for locale in ("it", "zh", None)
    }
    assert {part["replaces"] for part in done["parts"]} == {False}

    await desk.save(a, headline="Altra")
    await desk.publish(a, "it")
    refused = await ask(mutation("reverseRelease", f'release: "{done["id"]}"'))
    assert [(each["code"], each["item"]) for each in refused["userErrors"]] == [("CHANGED_SINCE", item(a))]


async def test_a_release_is_scheduled_listed_canceled_and_reversed(desk, ask):
    series, articles = await write_series(desk, 2, "it")
    await approve(desk, series, *articles)
    which = f'item: "{item(series)}", locales: ["it"]'
    planned = (await ask(mutation("scheduleRelease", f'{which}, releaseAt: "2026-03-01T21:00:00+08:00"')))["result"]
    assert (planned["status"], planned["releaseAt"]) == ("SCHEDULED", "2026-03-01T13:00:00+00:00")
    canceled = (await ask(mutation("cancelRelease", f'release: "{planned["id"]}"')))["result"]
    assert canceled["status"] == "CANCELED"
    again = (await ask(mutation("scheduleRelease", f'{which}, releaseAt: "2026-03-01T14:00:00Z", onlyReady: true')))[
        "result"
    ]
    await desk.work(120)
    listed = await ask(f'{{ releases(item: "{item(series)}") {{ id status onlyReady parts {{ locale }} }} }}', "reader")
    assert [(each["id"], each["status"], each["onlyReady"], len(each["parts"])) for each in listed] == [
        (again["id"], "RELEASED", True, 6), (planned["id"], "CANCELED", False, 0),
    ]  # fmt: skip
    reversed_ = (await ask(mutation("reverseRelease", f'release: "{again["id"]}"')))["result"]
    assert (reversed_["status"], reversed_["reversedAt"]) == ("REVERSED", "2026-03-01T14:00:00+00:00")
    assert not await Edition.exists()


async def test_bad_input_is_told_where_it_is(desk, ask):
    series, (a,) = await write_series(desk, 1, "it")
    which, past = f'item: "{item(series)}"', "2026-03-01T12:00:00Z"
    for field, arguments, code, path in (
        ("releaseSeries", f"{which}, locales: []", "INVALID_INPUT", ["locales"]),
        ("releaseSeries", f'{which}, locales: ["fr"]', "UNKNOWN_LOCALE", ["locales", "0"]),
        ("releaseSeries", f'item: "{item(a)}", locales: ["it"]', "INVALID_INPUT", ["item"]),
        ("releaseSeries", f'item: "{item(10**9)}", locales: ["it"]', "NOT_FOUND", ["item"]),
        ("releaseSeries", 'item: "città", locales: ["it"]', "INVALID_INPUT", ["item"]),
        (
            "scheduleRelease",
            f'{which}, locales: ["it"], releaseAt: "{past}"',
            "INVALID_INPUT",
            ["releaseAt"],
        ),
        ("cancelRelease", f'release: "{item(series)}"', "INVALID_INPUT", ["release"]),
        ("reverseRelease", f'release: "{encode_id("Release", 7)}"', "NOT_FOUND", ["release"]),
    ):
        payload = await ask(mutation(field, arguments))
        assert payload["result"] is None
        assert [(each["code"], each["path"]) for each in payload["userErrors"]] == [(code, path)], arguments


async def test_who_may_not_is_told_so(desk, ask):
    series, _ = await write_series(desk, 1, "it")
    release = mutation("releaseSeries", f'item: "{item(series)}", locales: ["it"]')
    releases = f'{{ releases(item: "{item(series)}") {{ id }} }}'
    for text, token, error in (
        (release, "writer", "FORBIDDEN"), (release, None, "UNAUTHENTICATED"),
        (readiness(series), "writer", "FORBIDDEN"), (readiness(series), None, "UNAUTHENTICATED"),
        (releases, "writer", "FORBIDDEN"), (releases, None, "UNAUTHENTICATED"),
    ):  # fmt: skip
        await ask(text, token, error)
    await ask(f'{{ releases(item: "{item(series)}", first: 101) {{ id }} }}', "chief", "INVALID_PAGE")
