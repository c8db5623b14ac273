"""Carrying an import out: some records a transaction, each article through the commands that editors use."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tortoise.exceptions import IntegrityError

from cms.accounts.actors import Actor, Permission
from cms.clock import Clock
from cms.content.editing import create_article, save_draft
from cms.content.models import SHARED
from cms.content.publishing import publish as publish_item
from cms.database import transaction
from cms.errors import InvalidInputError, PolyfocalError
from cms.importing.planning import Fields, Outcome, Plan, Standing, plan_article, text_of, wanted_parts
from cms.importing.reading import Archive, Article
from cms.importing.records import Complaint
from cms.importing.standing import IMPORTER, load_standings

ACTOR = Actor.holding(IMPORTER, Permission)
BATCH = 100


@dataclass(slots=True)
class Tally:
    """What became of the texts so far: how many of each locale had which outcome, and which lines none."""

    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    complaints: list[Complaint] = field(default_factory=list)
    notices: list[Complaint] = field(default_factory=list)
    done: int = 0

    def add(self, article: Article, plan: Plan) -> None:
        """Count an article that is as planned now."""
        for locale, outcome in plan.outcomes.items():
            self.outcomes[locale, outcome] += 1
            if outcome is Outcome.KEPT:
                said = "kept as the newsroom has it, where it was edited, withheld or is under review"
                self.notices.append(Complaint(article.texts[locale].line, said))

    def complain(self, article: Article, error: PolyfocalError | IntegrityError) -> None:
        """Count an article that could not be imported."""
        message = error.message if isinstance(error, PolyfocalError) else str(error)
        self.complaints += [Complaint(record.line, message) for record in article.texts.values()]


async def run_import(
    archive: Archive,
    *,
    publish: bool,
    clock: Clock,
    dry_run: bool = False,
    batch: int = BATCH,
    goes_on: Callable[[], bool] = lambda: True,
    advance: Callable[[int], None] = lambda _records: None,
) -> Tally:
    """Import an archive whose locales are all configured; `dry_run` only finds out what would be done.

    A transaction takes `batch` records, rounded up to whole articles. After each one, `advance` hears how
    many records it took, and `goes_on` decides; what is done then stays done.
    """
    tally = Tally()
    for articles in _batches(archive.articles, batch):
        if not goes_on():
            break
        records = sum(len(article.texts) for article in articles)
        texts, sound = _checked(articles, tally)
        if dry_run:
            for article, plan, _standing in await _plans(sound, texts, publish=publish):
                tally.add(article, plan)
        else:
            await _import_batch(sound, texts, tally, publish=publish, clock=clock)
        tally.done += records
        advance(records)
    return tally


def _batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    batch: list[Article] = []
    records = 0
    for article in articles:
        batch.append(article)
        records += len(article.texts)
        if records >= size:
            yield batch
            batch, records = [], 0
    if batch:
        yield batch


def _checked(articles: Sequence[Article], tally: Tally) -> tuple[dict[str, dict[str, Fields]], list[Article]]:
    """The fields of every text, by uri and locale, and the articles without the texts that make no body.

    Done before the transaction begins, which keeps other writers waiting.
    """
    texts: dict[str, dict[str, Fields]] = {}
    sound = []
    for article in articles:
        fields = {}
        for locale, record in article.texts.items():
            try:
                fields[locale] = text_of(record)
            except InvalidInputError as error:
                tally.complaints.append(Complaint(record.line, f"text: {error.message}"))
        if kept := article.only(fields):
            texts[article.uri] = fields
            sound.append(kept)
    return texts, sound


async def _plans(
    articles: Sequence[Article], texts: Mapping[str, Mapping[str, Fields]], *, publish: bool
) -> list[tuple[Article, Plan, Standing | None]]:
    standings = await load_standings(articles, texts, publish=publish)
    return [
        (article, plan_article(wanted, standing, publish=publish), standing)
        for article in articles
        for standing in [standings.get(article.uri)]
        for wanted in [wanted_parts(article, texts[article.uri], standing)]
    ]


async def _import_batch(
    articles: Sequence[Article],
    texts: Mapping[str, Mapping[str, Fields]],
    tally: Tally,
    *,
    publish: bool,
    clock: Clock,
) -> None:
    """One transaction for all; if one article breaks it, one for each, so that only that one is lost."""
    try:
        async with transaction():
            plans = await _plans(articles, texts, publish=publish)
            for article, plan, standing in plans:
                await _carry_out(article, plan, standing, clock)
    except (PolyfocalError, IntegrityError) as error:
        if len(articles) == 1:
            tally.complain(articles[0], error)
            return
        for article in articles:
            await _import_batch([article], texts, tally, publish=publish, clock=clock)
        return
    for article, plan, _standing in plans:
        tally.add(article, plan)


async def _carry_out(article: Article, plan: Plan, standing: Standing | None, clock: Clock) -> None:
    now = clock()
    saves = dict(plan.saves)
    if standing is None:
        source = article.source_locale
        saved = await create_article(
            ACTOR,
            source_locale=source,
            text=saves.pop(source),
            shared=saves.pop(SHARED),
            uri=article.uri,
            now=now,
        )
        item_id, revisions = saved.item.id, {}
    else:
        item_id = standing.item_id
        revisions = {name: part.revision for name, part in standing.parts.items()}
    for name, changes in saves.items():
        await save_draft(
            ACTOR,
            item_id=item_id,
            locale=name,
            changes=changes,
            expected_revision=revisions.get(name),
            now=now,
        )
    if plan.publishes:
        locales = [name for name in plan.publishes if name != SHARED]
        await publish_item(ACTOR, item_id=item_id, locales=locales, shared=SHARED in plan.publishes, now=now)
