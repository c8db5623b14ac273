"""A Chromium of the system, or the one that Playwright installs. Without one the tests are left out on a
person's machine, and fail in CI.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LACKING = "No Chromium is here: install your system's, or run .venv/bin/playwright install chromium."


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless browser."""
    async with async_playwright() as playwright:
        program = _chromium(playwright)
        if program is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(LACKING)
        launched = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        await launched.close()


def _chromium(playwright: Playwright) -> str | None:
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).is_file() else None)
