"""GraphiQL as a developer meets it: it loads nothing from another host and its first query answers."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.running import demo_newsroom


@pytest.fixture
async def page(browser: Browser) -> Page:
    return await browser.new_page(viewport={"width": 1400, "height": 900})


async def test_the_first_query_answers_and_everything_comes_from_this_host(page: Page, tmp_path: Path) -> None:
    hosts: set[str] = set()
    faults: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    async with demo_newsroom(tmp_path) as url:
        await page.goto(f"{url}/graphql")
        await page.get_by_role("button", name="Execute query").click()
        result = page.locator(".result-window")
        await result.get_by_text('"headline"').first.wait_for()
        text = await result.inner_text()
        assert {host for host in hosts if not host.startswith("127.0.0.1")} == set()
    assert '"localeReason"' in text
    assert '"errors"' not in text
    assert faults == []


async def test_the_documentation_explorer_knows_the_schema(page: Page, tmp_path: Path) -> None:
    async with demo_newsroom(tmp_path) as url:
        await page.goto(f"{url}/graphql")
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await page.get_by_role("link", name="Query", exact=True).click()
        await page.get_by_text("Everything that can be read.").first.wait_for()
        answer = await page.request.post(
            f"{url}/graphql",
            data=json.dumps({"query": "{__typename}"}),
            headers={"content-type": "application/json"},
        )
    assert await answer.json() == {"data": {"__typename": "Query"}}
