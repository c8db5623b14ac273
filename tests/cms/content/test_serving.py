"""The table that the public reads along, against a model of what it means."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cms.accounts.actors import ANONYMOUS, SYSTEM
from cms.content.models import Draft, Edition, Item, Kind, LocaleReason, Serving
from cms.content.serving import configure_locales, served_locale
from cms.database import MODEL_MODULES, Database, transaction
from cms.errors import InvalidInputError, UnauthenticatedError
from cms.events import Event
from cms.taxonomy.locales import Locales, load_locales
from tests import processes
from tests.cms.desk import NOON, configure, everything, publish, save, unpublish, write
from tests.databases import running_on

TAGS = ("it", "zh", "en", "zh-Hant", "ar")

Chains = Mapping[str, Sequence[str]]


@dataclass
class Said:
    """An item as the model knows it: the locale it was written in, and what is live since when."""

    item: Item
    source: str
    texts: set[str]
    live: dict[str, datetime] = field(default_factory=dict)

    def served(self, chains: Chains) -> dict[str, tuple[str, LocaleReason, datetime]]:
        """By configured locale: the locale read there, why, and the instant it is listed under."""
        found = {}
        for locale, fallbacks in chains.items():
            along = [tag for tag in (locale, *fallbacks) if tag in chains and tag in self.live]
            if along:
                reason = LocaleReason.REQUESTED if along[0] == locale else LocaleReason.FALLBACK
                found[locale] = (along[0], reason, self.live[along[0]])
            elif self.source in self.live:
                found[locale] = (self.source, LocaleReason.SOURCE, self.live[self.source])
        return found


configurations = st.permutations(TAGS).flatmap(
    lambda order: st.integers(1, len(TAGS)).flatmap(
        lambda count: st.fixed_dictionaries({tag: st.lists(st.sampled_from(TAGS), max_size=3) for tag in order[:count]})
    )
)


class Newsroom(RuleBasedStateMachine):
    """Publishes, takes off and configures at random; after each step the table equals the model."""

    run: Any

    def __init__(self) -> None:
        super().__init__()
        self.chains: Chains = {}
        self.said: list[Said] = []
        self.now = NOON

    @initialize(chains=configurations)
    def begin(self, chains: Chains) -> None:
        async def empty() -> None:
            await Item.all().delete()
            await configure(chains)

        self.run(empty())
        self.chains = chains

    @rule(data=st.data(), kind=st.sampled_from(Kind))
    def create(self, data: st.DataObject, kind: Kind) -> None:
        source = data.draw(st.sampled_from(sorted(self.chains)))
        self.said.append(Said(self.run(write("雪", locale=source, kind=kind)), source, {source}))

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def publish(self, data: st.DataObject) -> None:
        said = data.draw(st.sampled_from(self.said))
        locales = data.draw(st.sets(st.sampled_from(sorted(self.chains)), min_size=1))
        self.now += timedelta(microseconds=1)

        async def translate_and_publish() -> None:
            for locale in locales - said.texts:
                await save(said.item, locale, headline="Neve")
            await publish(said.item, *locales, now=self.now)

        self.run(translate_and_publish())
        said.texts |= locales
        said.live |= dict.fromkeys(locales, self.now)

    @precondition(lambda self: any(said.live for said in self.said))
    @rule(data=st.data())
    def unpublish(self, data: st.DataObject) -> None:
        said = data.draw(st.sampled_from([said for said in self.said if said.live]))
        locales = data.draw(st.sets(st.sampled_from(sorted(said.live)), min_size=1))
        self.run(unpublish(said.item, *locales))
        for locale in locales:
            del said.live[locale]

    @rule(chains=configurations)
    def reconfigure(self, chains: Chains) -> None:
        missing = {locale for said in self.said for locale in said.live}.difference(chains)
        if missing:
            with pytest.raises(InvalidInputError, match="live"):
                self.run(configure(chains))
        else:
            self.run(configure(chains))
            self.chains = chains

    @invariant()
    def serving_is_what_it_means(self) -> None:
        found: dict[int, dict[str, tuple[str, LocaleReason, datetime]]] = {said.item.id: {} for said in self.said}
        kinds = {said.item.id: said.item.kind for said in self.said}

        async def rows() -> list[Serving]:
            return await Serving.all().select_related("edition")

        for row in self.run(rows()):
            assert (row.edition.item_id, row.kind) == (row.item_id, kinds[row.item_id])
            assert row.locale not in found[row.item_id]
            found[row.item_id][row.locale] = (row.edition.locale, row.reason, row.published_at)
        assert found == {said.item.id: said.served(self.chains) for said in self.said}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_serving_equals_its_model_whatever_is_published_and_configured(dialect: str, tmp_path: Path):
    with running_on(dialect, tmp_path, MODEL_MODULES) as runner:

        class Opened(Newsroom):
            run = staticmethod(runner.run)

        run_state_machine_as_test(
            Opened,
            settings=settings(
                max_examples=25,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.parametrize(
    ("locale", "live", "answer"),
    [
        ("zh-Hant", {"zh-Hant", "it"}, ("zh-Hant", LocaleReason.REQUESTED)),
        ("zh-Hant", {"zh", "en", "it"}, ("zh", LocaleReason.FALLBACK)),
        ("zh-Hant", {"en", "it"}, ("en", LocaleReason.FALLBACK)),
        ("zh-Hant", {"it"}, ("it", LocaleReason.SOURCE)),
        ("it", {"zh", "en"}, None),
        ("fr", {"it"}, ("it", LocaleReason.SOURCE)),
        ("zh", set(), None),
    ],
)
def test_a_fallback_is_honest(locale: str, live: set[str], answer: tuple[str, LocaleReason] | None):
    locales = Locales({"it": ("it",), "zh": ("zh",), "zh-Hant": ("zh-Hant", "zh", "en"), "en": ("en",)})
    assert served_locale(locale, live, "it", locales) == answer


@pytest.mark.usefixtures("newsroom")
async def test_locales_are_kept_as_they_are_given():
    configured = await configure_locales(
        SYSTEM,
        [
            {"tag": "ZH-hant", "name": "繁體中文", "fallbacks": ["ZH", "zh-Hant", "pt"]},
            {"tag": "ar", "direction": "rtl"},
            {"tag": "zh"},
        ],
    )
    assert configured == await load_locales()
    assert configured.tags == ("zh-Hant", "ar", "zh")
    assert configured.chain("zh-Hant") == ("zh-Hant", "zh")
    assert (await Event.all().order_by("-id").first()).type == "locales.configured"


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ([{"tag": "italiano!"}], ("locales", 0, "tag")),
        ([{"tag": ""}], ("locales", 0, "tag")),
        ([{"tag": "zh"}, {"tag": "a" * 36}], ("locales", 1, "tag")),
        ([{"tag": 7}], ("locales", 0, "tag")),
        ([{}], ("locales", 0, "tag")),
        ([{"tag": "it\n"}], ("locales", 0, "tag")),
        ([{"tag": "zh"}, {"tag": "ZH"}], ("locales",)),
        ([{"tag": "ar", "direction": "up"}], ("locales", 0, "direction")),
        ([{"tag": "zh", "name": "中文\x00"}], ("locales", 0, "name")),
        ([{"tag": "zh", "name": "中" * 101}], ("locales", 0, "name")),
        ([{"tag": "zh", "fallbacks": ["en", "\x00"]}], ("locales", 0, "fallbacks", 1)),
        ([{"tag": "zh", "fallbacks": "en"}], ("locales", 0, "fallbacks")),
        ([{"tag": "zh", "fallbacks": [7]}], ("locales", 0, "fallbacks", 0)),
    ],
)
@pytest.mark.usefixtures("newsroom")
async def test_locales_that_are_refused_change_nothing(wanted: list[dict[str, Any]], path: tuple[str | int, ...]):
    before = await everything()
    with pytest.raises(InvalidInputError) as caught:
        await configure_locales(SYSTEM, wanted)
    assert caught.value.path == path
    assert await everything() == before


@pytest.mark.usefixtures("newsroom")
async def test_a_locale_with_live_texts_cannot_be_left_out():
    item = await write("雪", locale="zh")
    await configure({"it": [], "zh": []})  # a draft does not hold it
    await publish(item, "zh")
    before = await everything()
    with pytest.raises(InvalidInputError, match="zh"):
        await configure({"it": []})
    assert await everything() == before
    await unpublish(item, "zh")
    await configure({"it": []})
    assert await Draft.filter(item_id=item.id, locale="zh").exists()


async def test_configuring_needs_its_permission(database: Database):
    with pytest.raises(UnauthenticatedError):
        await configure_locales(ANONYMOUS, [{"tag": "it"}])


@pytest.mark.usefixtures("newsroom")
async def test_a_locale_left_out_while_a_text_of_it_is_published():
    """Whoever comes first decides: a text is never live in a locale that the newsroom does not have."""
    for _ in range(5):
        await configure()
        item = await write("雪", locale="zh")
        answers = await asyncio.gather(publish(item, "zh"), configure({"it": []}), return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, InvalidInputError)]
        assert len(refused) == 1
        assert set(await Edition.all().values_list("locale", flat=True)) <= set((await load_locales()).tags)
        if answers[0] is not refused[0]:
            await unpublish(item, "zh")


async def test_publishing_processes_and_a_configuring_one_agree(newsroom: Database, database_url: str):
    """While texts are published by two processes the chains change: afterwards each item is served along the last."""
    items = [await write("Neve") for _ in range(16)]
    configurations: Sequence[Chains] = ({"it": [], "zh": [], "en": []}, {"en": ["it"], "zh": ["it"], "it": []})
    with ExitStack() as running:
        pipes = [
            running.enter_context(
                processes.started(processes.publishing, database_url, [item.id for item in items[n::2]])
            )
            for n in range(2)
        ]
        ends = asyncio.gather(*(processes.heard(pipe) for pipe in pipes))
        turns = 0
        while not ends.done() or turns % 2:
            await configure(configurations[turns % 2])
            turns += 1
        assert await ends == [8, 8]
    await configure(configurations[1])
    served = await Serving.all().values_list("locale", "reason")
    assert sorted(served) == sorted(
        [("it", LocaleReason.REQUESTED), ("zh", LocaleReason.FALLBACK), ("en", LocaleReason.FALLBACK)] * 16
    )


async def test_a_reconfiguration_waits_for_an_open_publication(newsroom: Database):
    item = await write("雪", locale="zh")
    published, end = asyncio.Event(), asyncio.Event()

    async def publish_slowly() -> None:
        async with transaction():
            await publish(item, "zh")
            published.set()
            await end.wait()

    publishing = asyncio.create_task(publish_slowly())
    await published.wait()
    configuring = asyncio.create_task(configure({"zh": [], "ar": ["zh"]}))
    await asyncio.sleep(0)
    end.set()
    await asyncio.gather(publishing, configuring)
    served = dict(await Serving.filter(item_id=item.id).values_list("locale", "reason"))
    assert served == {"zh": LocaleReason.REQUESTED, "ar": LocaleReason.FALLBACK}
