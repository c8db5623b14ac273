"""Types of the vocabularies. Names follow the locale of the object that leads to them."""

from typing import Optional

import orjson
import strawberry

from api.nodes import Node, encode_id
from api.plans.fetching import Frame, Run
from api.plans.reading import Column, Derived, Link, Linked, Rows, planned
from api.scalars import Locale as LocaleTag
from cms.taxonomy import models
from cms.taxonomy.locales import name_from_json, name_in

CONCEPTS = Rows(base="concept c", key="c.id", types={"": "Concept"})
ORGANISATIONS = Rows(base="organisation o", key="o.id", types={"": "Organisation"})
CONTRIBUTORS = Rows(base="contributor b", key="b.id", types={"": "Contributor"})
LOCALES = Rows(base="locale l", key="l.tag", types={"": "LocaleInfo"})


def named(column: str) -> Derived:
    """The name along the frame's chain, from a column of names by locale."""
    return Derived(lambda _run, frame, names: name_from_json(names, frame.chain), (column,))


def identified(kind: str, column: str) -> Derived:
    """The global id of a localized object."""

    def make(_run: Run, frame: Frame, key: int) -> str:
        return encode_id(kind, key, frame.locale, exact=frame.exact)

    return Derived(make, (column,))


@strawberry.type(name="LocaleInfo", description="A language that the newsroom publishes in.")
class LocaleInfo:
    """A configured locale."""

    row: strawberry.Private[models.Locale]

    @planned(Column("l.tag"))
    def tag(self) -> LocaleTag:
        """Its BCP 47 tag."""
        return LocaleTag(self.row.tag)

    @planned(Column("l.name"))
    def name(self) -> str:
        """Its name in itself."""
        return self.row.name

    @planned(Column("l.direction"))
    def direction(self) -> str:
        """The direction it is written in: `ltr` or `rtl`."""
        return self.row.direction

    @planned(Column("l.fallbacks", convert=orjson.loads))
    def fallbacks(self) -> list[LocaleTag]:
        """Where an item that is not live in it is read, in order."""
        return [LocaleTag(tag) for tag in self.row.fallbacks]


@strawberry.type(description="A subject, place, person or event of a controlled vocabulary.")
class Concept(Node):
    """A concept."""

    row: strawberry.Private[models.Concept]
    frame: strawberry.Private[Frame]

    @planned(identified("Concept", "c.id"))
    def id(self) -> strawberry.ID:
        """The concept's global id, for the locale it was asked for in."""
        return strawberry.ID(encode_id("Concept", self.row.id, self.frame.locale, exact=self.frame.exact))

    @planned(Column("c.uri"))
    def uri(self) -> str:
        """Its URI in its scheme."""
        return self.row.uri

    @planned(Column("c.scheme"))
    def scheme(self) -> str:
        """The scheme it belongs to, such as `mediatopic`."""
        return self.row.scheme

    @planned(named("c.names"))
    def name(self) -> str:
        """Its name in the locale asked for, or along its fallbacks."""
        return name_in(self.row.names, self.frame.chain)

    @planned(Linked(Link(CONCEPTS, parent="c.broader_id", key="c.id", order=()), many=False))
    async def broader(self) -> Optional["Concept"]:
        """The concept that this one is a narrower case of."""
        row = await models.Concept.get_or_none(id=self.row.broader_id) if self.row.broader_id else None
        return Concept(row=row, frame=self.frame) if row else None


@strawberry.type(description="An agency, broadcaster or other body.")
class Organisation(Node):
    """An organisation."""

    row: strawberry.Private[models.Organisation]
    frame: strawberry.Private[Frame]

    @planned(identified("Organisation", "o.id"))
    def id(self) -> strawberry.ID:
        """The organisation's global id, for the locale it was asked for in."""
        return strawberry.ID(encode_id("Organisation", self.row.id, self.frame.locale, exact=self.frame.exact))

    @planned(named("o.names"))
    def name(self) -> str:
        """Its name in the locale asked for, or along its fallbacks."""
        return name_in(self.row.names, self.frame.chain)

    @planned(Column("o.country"))
    def country(self) -> str | None:
        """Its country, as ISO 3166-1 alpha-2."""
        return self.row.country


@strawberry.type(description="A person who writes or films.")
class Contributor(Node):
    """A contributor."""

    row: strawberry.Private[models.Contributor]
    frame: strawberry.Private[Frame]

    @planned(identified("Contributor", "b.id"))
    def id(self) -> strawberry.ID:
        """The contributor's global id, for the locale it was asked for in."""
        return strawberry.ID(encode_id("Contributor", self.row.id, self.frame.locale, exact=self.frame.exact))

    @planned(named("b.names"))
    def name(self) -> str:
        """The name, in the script of the locale asked for where it has one."""
        return name_in(self.row.names, self.frame.chain)
