"""A process of its own that reads, then writes, in one transaction, many times: `rivals.py URL TIMES`."""

import asyncio
import sys

from cms.database import Database, transaction
from tests.cms.database.models import Desk, Story


async def count_up(url: str, times: int) -> None:
    async with await Database.open(url, models=["tests.cms.database.models"]):
        for _ in range(times):
            async with transaction():
                await Desk.all().select_for_update().first()
                story = await Story.get(id=1)
                story.read_count += 1
                await story.save(update_fields=["read_count"])


if __name__ == "__main__":
    asyncio.run(count_up(sys.argv[1], int(sys.argv[2])))
