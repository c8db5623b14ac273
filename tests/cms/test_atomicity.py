"""A command that fails in the middle leaves nothing: each of its statements in turn is its last."""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from cms.accounts.actors import SYSTEM
from cms.accounts.tokens import issue_token, revoke_tokens
from cms.content.models import Draft, DraftStatus, Item, Kind
from cms.database import Database, TransactionError, current_transaction, transaction
from cms.database.postgresql import PostgresTransaction
from cms.database.sqlite import SqliteTransaction
from cms.events import new_epoch
from cms.reactions import REACTIONS, dispatch
from cms.series import ordering, releasing, reversing
from cms.series.models import Release, ReleaseStatus
from tests.cms.assets.test_mastering import attach
from tests.cms.desk import NOON, configure, everything, publish, save, save_shared, unpublish, vocabularies, write

STATEMENTS = ("execute_insert", "execute_query", "execute_query_dict", "execute_many")


class LostError(Exception):
    """The database was lost after a statement."""


class Fault:
    """Lets so many statements of transactions through; the next one is done, and then everything ends."""

    def __init__(self) -> None:
        self.left: float = float("inf")
        self.struck = False

    def strike(self) -> None:
        self.left -= 1
        if self.left < 0 and not self.struck:
            self.struck = True
            raise LostError


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Fault:
    fault = Fault()

    def failing(statement: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(self: Any, *arguments: Any, **named: Any) -> Any:
            answer = await statement(self, *arguments, **named)
            fault.strike()
            return answer

        return run

    for engine in (SqliteTransaction, PostgresTransaction):
        for name in STATEMENTS:
            monkeypatch.setattr(engine, name, failing(getattr(engine, name)))
    return fault


@contextmanager
def losing(fault: Fault, after: int) -> Iterator[None]:
    fault.left, fault.struck = after, False
    try:
        yield
    finally:
        fault.left = float("inf")


async def _approve(*items: Item) -> None:
    await Draft.filter(item_id__in=[each.id for each in items]).update(status=DraftStatus.APPROVED)


class Newsroom:
    """An article and a series that are live in two locales, with saved changes; a video with its files."""

    ids: dict[str, int]
    article: Item
    series: Item
    video: Item

    @classmethod
    async def open(cls) -> "Newsroom":
        self = cls()
        await configure()
        self.ids = await vocabularies()
        self.video = await write("灯笼", locale="zh", kind=Kind.VIDEO)
        await attach(self.video)
        self.article = await write("Neve")
        await save(self.article, "zh", headline="雪")
        self.series = await write("冬奥会", locale="zh", kind=Kind.SERIES)
        await save_shared(self.series, entries=[{"item": self.video.id, "role": "LEAD"}])
        await publish(self.video, "zh")
        await publish(self.article, "it", "zh")
        await publish(self.series, "zh")
        await issue_token(SYSTEM, "agenzia", SYSTEM.grants, now=NOON)
        await save(self.article, "it", headline="Molta neve", slug="molta-neve")
        await save_shared(self.article, **self.shared())
        await save_shared(self.series, entries=[{"item": self.article.id, "role": "LEAD"}], occasion="冬奥会")
        page = await write("首页", locale="zh", kind=Kind.FRONT_PAGE)
        await save_shared(page, entries=[{"item": self.series.id, "role": "LEAD"}])
        await _approve(page)
        await releasing.release_series(SYSTEM, item_id=page.id, locales=["zh"], only_ready=True, now=NOON)
        await _approve(self.article, self.series)
        return self

    def shared(self) -> dict[str, Any]:
        return {
            "urgency": 1,
            "subjects": [self.ids["concept sci"], self.ids["concept 滑雪"]],
            "contributors": [self.ids["contributor 滑雪"]],
            "credits": [{"organisation": self.ids["organisation sci"], "role": "SOURCE"}],
            "lead_video": self.video.id,
            "related": [self.series.id],
        }

    async def create(self) -> None:
        await write("新闻", locale="zh", shared=self.shared())

    async def save_text(self) -> None:
        await save(self.article, "it", summary="Sommario")

    async def begin_text(self) -> None:
        await save(self.article, "en", headline="Snow")

    async def save_shared(self) -> None:
        await save_shared(self.article, urgency=2, subjects=[self.ids["concept sci"]])

    async def publish_texts(self) -> None:
        await publish(self.article, "it", "zh", now=NOON + timedelta(hours=1))

    async def publish_all(self) -> None:
        await publish(self.article, "it", "zh", shared=True, now=NOON + timedelta(hours=1))

    async def publish_series(self) -> None:
        await publish(self.series, "zh", shared=True)

    async def add_entry(self) -> None:
        entry = {"item_id": self.series.id, "entry_id": self.video.id}
        await ordering.add_entry(SYSTEM, **entry, pinned=True, hidden_in=["zh"], now=NOON)

    async def release(self) -> None:
        await releasing.release_series(SYSTEM, item_id=self.series.id, locales=["zh", "it"], only_ready=True, now=NOON)

    async def reverse(self) -> None:
        (done,) = await Release.filter(status=ReleaseStatus.RELEASED)
        await reversing.reverse_release(SYSTEM, release_id=done.id, now=NOON)

    async def unpublish(self) -> None:
        await unpublish(self.article, "it", "zh")

    async def attach(self) -> None:
        await attach(self.video, "nuovo")

    async def configure(self) -> None:
        await configure({"en": ["zh"], "zh": [], "it": [], "ar": ["zh"]})

    async def issue(self) -> None:
        await issue_token(SYSTEM, "国际", SYSTEM.grants, now=NOON)

    async def revoke(self) -> None:
        await revoke_tokens(SYSTEM, name="agenzia", now=NOON)

    async def dispatch(self) -> None:
        await dispatch(REACTIONS, now=NOON)

    async def begin_epoch(self) -> None:
        await new_epoch()


COMMANDS = [
    Newsroom.create, Newsroom.save_text, Newsroom.begin_text, Newsroom.save_shared, Newsroom.publish_texts,
    Newsroom.publish_all, Newsroom.publish_series, Newsroom.add_entry, Newsroom.release, Newsroom.reverse,
    Newsroom.unpublish, Newsroom.attach, Newsroom.configure,
    Newsroom.issue, Newsroom.revoke, Newsroom.dispatch, Newsroom.begin_epoch,
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
async def test_a_command_is_done_whole_or_not_at_all(database: Database, fault: Fault, command: Any):
    newsroom = await Newsroom.open()
    before = await everything()
    for statements in itertools.count():
        with losing(fault, statements):
            with suppress(LostError):
                await command(newsroom)
            struck = fault.struck
        with pytest.raises(TransactionError):
            current_transaction()
        if not struck:
            break
        assert await everything() == before, f"after statement {statements + 1}"
    assert statements >= 1
    assert await everything() != before


async def test_a_command_inside_a_larger_one_goes_with_it(database: Database):
    newsroom = await Newsroom.open()
    before = await everything()
    with pytest.raises(LostError):
        async with transaction():
            for command in COMMANDS[:6]:
                await command(newsroom)
            raise LostError
    assert await everything() == before
