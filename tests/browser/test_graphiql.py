"""GraphiQL as a developer meets it: it loads nothing from another host and its ready queries answer."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.running import demo_newsroom


@pytest.fixture
async def page(browser: Browser) -> Page:
    return await browser.new_page(viewport={"width": 1400, "height": 900})


@asynccontextmanager
async def graphiql(page: Page, folder: Path) -> AsyncIterator[str]:
    """GraphiQL, ready, on a seeded newsroom; yields its URL. It ends well if nothing went wrong in the page."""
    hosts: set[str] = set()
    faults: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    async with demo_newsroom(folder) as url:
        await page.goto(f"{url}/graphql")
        await page.get_by_role("button", name="Execute query").wait_for()
        yield url
    assert hosts == {url.split("/")[2]}
    assert faults == []


async def answer(page: Page, operation: str, expected: str) -> str:
    """What is shown after the operation in front was run, once it holds what is expected."""
    # GraphiQL follows the editor with a delay, and would run the operation of the tab before.
    await page.wait_for_function("name => localStorage['graphiql:operationName'] === name", arg=operation)
    await page.get_by_role("button", name="Execute query").click()
    result = page.locator(".result-window")
    await result.get_by_text(expected).first.wait_for()
    return await result.inner_text()


async def test_the_first_query_answers_in_italian(page: Page, tmp_path: Path) -> None:
    async with graphiql(page, tmp_path):
        text = await answer(page, "Latest", "Sullo Stelvio di notte")
        assert await page.title() == "Polyfocal · GraphiQL"
    assert '"localeReason": "REQUESTED"' in text
    assert '"errors"' not in text


async def test_the_second_query_answers_in_chinese(page: Page, tmp_path: Path) -> None:
    async with graphiql(page, tmp_path):
        await page.get_by_role("tab", name="Chinese").click()
        text = await answer(page, "Chinese", "斯泰尔维奥")
    assert '"name": "山脊通讯社"' in text
    assert '"errors"' not in text


async def test_the_third_query_searches(page: Page, tmp_path: Path) -> None:
    async with graphiql(page, tmp_path):
        await page.get_by_role("tab", name="Search").click()
        text = await answer(page, "Search", "<mark>春节</mark>")
    assert '"errors"' not in text


async def test_a_telephone_shows_the_answer_below_the_query(page: Page, tmp_path: Path) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    async with graphiql(page, tmp_path):
        await answer(page, "Latest", "Sullo Stelvio")
        query = await page.locator(".graphiql-query-editor").bounding_box()
        result = await page.locator(".result-window").bounding_box()
    assert query is not None
    assert result is not None
    assert result["y"] >= query["y"] + query["height"]
    assert result["width"] > 250


async def test_the_documentation_explorer_knows_the_schema(page: Page, tmp_path: Path) -> None:
    async with graphiql(page, tmp_path) as url:
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await page.get_by_role("link", name="Query", exact=True).click()
        await page.get_by_text("Everything that can be read.").first.wait_for()
        response = await page.request.post(
            f"{url}/graphql",
            data=json.dumps({"query": "{__typename}"}),
            headers={"content-type": "application/json"},
        )
    assert await response.json() == {"data": {"__typename": "Query"}}
