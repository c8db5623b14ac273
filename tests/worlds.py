"""A small newsroom with everything in it that a reader can meet, the odd along with the plain.

Locales with chains, with none, and one whose fallback is not configured; items live in some locales, in none, in
fallbacks only; withheld, canceled, embargoed, expired, unready; subjects under broader ones; corrections; missing
relations. It is built with the commands, and with rows where a state has no command yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cms import events
from cms.accounts.actors import SYSTEM
from cms.assets.models import VideoAsset
from cms.content import editing, publishing, recalling, serving
from cms.content.body import from_text
from cms.content.models import Item, Kind, Revision, RevisionKind, Slug
from cms.events import Change, ChangeType
from cms.files.models import File
from cms.taxonomy.models import Concept, Contributor, Organisation

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The instant at which everything is read."""

LOCALES: Sequence[dict[str, Any]] = (
    {"tag": "it", "name": "italiano", "fallbacks": ["en"]},
    {"tag": "zh", "name": "中文", "fallbacks": ["en", "it"]},
    {"tag": "en", "name": "English", "fallbacks": []},
    {"tag": "zh-Hant", "name": "繁體中文", "fallbacks": ["zh", "en"]},
    {"tag": "ar", "name": "العربية", "direction": "rtl", "fallbacks": ["pt", "en"]},
)

HEADLINES = {
    "it": "L’università di Città n. {n} riapre",
    "zh": "第{n}所大学重新开放",
    "en": "University number {n} opens again",
    "zh-Hant": "第{n}所大學重新開放",
}


@dataclass
class World:
    """What was made, by key; `items` holds every item, whether or not it may be seen."""

    concepts: list[Concept] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    contributors: list[Contributor] = field(default_factory=list)
    items: dict[Kind, list[Item]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    slugs: list[Slug] = field(default_factory=list)


async def build_world() -> World:
    """Fill an empty database."""
    await events.epoch()
    await serving.configure_locales(SYSTEM, LOCALES)
    world = World()
    await _vocabularies(world)
    for n in range(4):
        await _video(world, n)
    for n in range(16):
        await _article(world, n)
    for n in range(3):
        await _series(world, n)
    await _states(world)
    await _corrections(world)
    world.slugs = await Slug.all().order_by("id")
    return world


async def _vocabularies(world: World) -> None:
    names: Sequence[tuple[str, str, dict[str, str], int | None]] = (
        ("mediatopic", "medtop:sport", {"it": "sport", "zh": "体育", "en": "sport"}, None),
        ("mediatopic", "medtop:ski", {"it": "sci", "en": "skiing"}, 0),
        ("mediatopic", "medtop:slalom", {"zh": "障碍滑雪"}, 1),
        ("mediatopic", "medtop:Politics", {"ar": "سياسة", "de": "Politik"}, None),
        ("place", "place:milano", {}, None),
        ("place", "place:城市", {"it": "città"}, 4),
    )
    for scheme, uri, translations, broader in names:
        above = None if broader is None else world.concepts[broader]
        world.concepts.append(await Concept.create(scheme=scheme, uri=uri, names=translations, broader=above))
    for key, country in (("ansa", "IT"), ("xinhua", "CN"), ("nobody", None)):
        names_of = {"en": key.upper()} if country else {}
        world.organisations.append(await Organisation.create(key=key, names=names_of, country=country))
    for key, translations in (
        ("anna", {"it": "Anna Rossi"}),
        ("li", {"zh": "李娜", "en": "Li Na"}),
        ("none", {}),
    ):
        world.contributors.append(await Contributor.create(key=key, names=translations))


def _shared(world: World, n: int) -> dict[str, Any]:
    subjects = [each.id for each in world.concepts]
    organisations = [each.id for each in world.organisations]
    roles = ("PRODUCER", "CO_PRODUCER", "DISTRIBUTOR", "SOURCE")
    videos = world.items[Kind.VIDEO]
    seen = [*world.items[Kind.ARTICLE], *videos]
    return {
        "urgency": 1 + n % 4,
        "subjects": subjects[n % 6 :][: n % 4],
        "contributors": [each.id for each in world.contributors][::-1][: (n + 1) % 4],
        "credits": [{"organisation": organisations[(n + k) % 3], "role": roles[(n + 2 * k) % 4]} for k in range(n % 4)],
        "related": [each.id for each in seen[n % 3 :: 3]],
        "lead_video": videos[n % 5].id if n % 5 < len(videos) else None,
        "copyright_holder": None if n % 2 else "© Città",
        "credit_line": None if n % 3 else "Polyfocal / 李娜",
        "usage_terms": None if n % 4 else "Solo uso redazionale.",
    }


async def make_item(
    world: World, kind: Kind, n: int, locales: Sequence[str], shared: dict[str, Any], *, at: datetime
) -> Item:
    """An item whose texts in those locales are published at that time; the first is the one it is written in."""
    drafted = None
    for locale in locales:
        text = {
            "headline": f"{HEADLINES[locale].format(n=n)}{' video' * (kind is Kind.VIDEO)}",
            "summary": None if n % 3 == 0 else f"Sommario {n} <{locale}>",
            "body": from_text(f"Primo capoverso {n}.\n第二段：{locale}。").document,
            "dateline_place": None if n % 2 else "Milano",
            "dateline_date": None if n % 4 else at - timedelta(days=1),
            "located": None if n % 3 else "Cortina d’Ampezzo",
        }
        if drafted is None:
            drafted = await editing.create_item(
                SYSTEM, kind, source_locale=locale, text=text, shared=shared, uri=f"urn:{kind}:{n}", now=at
            )
        else:
            await editing.save_draft(
                SYSTEM, item_id=drafted.item.id, locale=locale, changes=text, expected_revision=None, now=at
            )
    assert drafted is not None
    await publishing.publish(SYSTEM, item_id=drafted.item.id, locales=locales, now=at)
    world.items[kind].append(drafted.item)
    return drafted.item


async def _video(world: World, n: int) -> None:
    locales = (["it"], ["zh", "it"], ["en"], ["zh-Hant", "en"])[n]
    item = await make_item(world, Kind.VIDEO, n, locales, _shared(world, n), at=NOON - timedelta(hours=40 - n))
    if n == 3:
        return  # a video that was announced before its files came
    keys = {"master": f"video/{n}.mp4", "poster": f"poster/{n}.jpg"}
    files = {
        name: await File.create(
            key=key, sha256=f"{n}{name}", size=n, content_type="video/mp4", name=key, created_at=NOON,
            width=640 if n else None, height=360 if n else None,
        )
        for name, key in keys.items()
    }  # fmt: skip
    await VideoAsset.create(
        item_id=item.id, master=files["master"], poster=None if n == 1 else files["poster"],
        duration=12.5 * n, width=640, height=360, aspect_ratio="16:9", frame_rate=25,
    )  # fmt: skip


async def _article(world: World, n: int) -> None:
    choices = (["it"], ["it", "en"], ["zh"], ["zh", "it", "en"], ["en", "zh-Hant"])
    locales = choices[n % len(choices)]
    at = NOON - timedelta(hours=20 - n // 2, microseconds=n % 3)  # some at the same instant
    item = await make_item(world, Kind.ARTICLE, n, locales, _shared(world, n), at=at)
    if n % 6 == 1:  # published again at a new address, which a later article does not take
        later = at + timedelta(minutes=5)
        await editing.save_draft(
            SYSTEM,
            item_id=item.id,
            locale=locales[0],
            changes={"slug": f"nuovo-{n}"},
            expected_revision=2,
            now=later,
        )
        await publishing.publish(SYSTEM, item_id=item.id, locales=locales[:1], now=later)


async def _series(world: World, n: int) -> None:
    everything = [*world.items[Kind.ARTICLE], *world.items[Kind.VIDEO], *world.items[Kind.SERIES]]
    entries = [
        {"item": each.id, "section": (None, "gare", "città")[k % 3], "role": ("LEAD", "RELATED")[k % 2]}
        for k, each in enumerate(everything[::-1] if n == 1 else everything)
    ]
    shared = {
        **_shared(world, n + 1),
        "occasion": None if n else "Milano Cortina 2026",
        "starts_on": None if n == 1 else NOON - timedelta(days=20),
        "ends_on": NOON + timedelta(days=2, microseconds=5) if n else None,
        "sections": [{"key": "gare", "titles": {"it": "Gare", "zh": "比赛"}}, {"key": "città", "titles": {}}][n:],
        "entries": [] if n == 2 else entries,
    }
    locales = (["it", "zh"], ["en"], ["zh-Hant", "it"])[n]
    await make_item(world, Kind.SERIES, n, locales, shared, at=NOON - timedelta(hours=5 - n))


async def _states(world: World) -> None:
    """What only an editor or the clock does later."""
    articles, videos = world.items[Kind.ARTICLE], world.items[Kind.VIDEO]
    await recalling.withhold(SYSTEM, item_id=articles[4].id, now=NOON - timedelta(minutes=3))
    advisory = {"en": "A name is wrong.", "zh": "姓名有误。", articles[5].source_locale: "Un nome è sbagliato."}
    await recalling.kill(SYSTEM, item_id=articles[5].id, advisory=advisory, now=NOON - timedelta(microseconds=2))
    drafted = await editing.create_article(
        SYSTEM, source_locale="it", text={"headline": "Mai uscito"}, uri="urn:ARTICLE:drafted", now=NOON
    )
    await recalling.kill(SYSTEM, item_id=drafted.item.id, advisory={"it": "Mai."}, now=NOON)  # recalled, never told
    world.items[Kind.ARTICLE].append(drafted.item)
    states: Sequence[tuple[Item, dict[str, Any], ChangeType | None]] = (
        (articles[6], {"embargoed_until": NOON + timedelta(days=1)}, None),
        (articles[7], {"embargoed_until": NOON - timedelta(days=1)}, None),  # over, and its timer is late
        (articles[8], {"expires_at": NOON - timedelta(seconds=1)}, None),  # likewise
        (articles[9], {"expires_at": NOON}, ChangeType.EXPIRED),
        (articles[10], {"expires_at": NOON + timedelta(microseconds=1)}, None),
        (articles[11], {"ready": False}, None),
        (videos[2], {"ready": False}, None),
    )
    for item, values, change in states:
        await Item.filter(id=item.id).update(**values)
        if change is not None:
            await Change.filter(item_id=item.id).update(type=change)
    await publishing.unpublish(SYSTEM, item_id=articles[12].id, locales=["zh"], now=NOON)
    await publishing.unpublish(SYSTEM, item_id=articles[13].id, locales=["zh", "it"], now=NOON)


async def _corrections(world: World) -> None:
    for n, (index, locale) in enumerate([(0, "it"), (0, "it"), (1, "en"), (3, "zh"), (3, "it")]):
        kind = RevisionKind.RESTORE if n == 4 else RevisionKind.CORRECTION
        await Revision.create(
            item_id=world.items[Kind.ARTICLE][index].id, locale=locale, number=100 - n, kind=kind, content={},
            author="system", note=None if n == 1 else f"Corretto il nome {n}.", version=None if n == 1 else n,
            created_at=NOON - timedelta(minutes=n),
        )  # fmt: skip
