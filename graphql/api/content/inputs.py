"""Filters and orders of news items: what they are, and how they read in SQL."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from api.content.rows import shown
from api.enums import ArticleOrderField, Direction
from api.nodes import key_of
from api.plans.fetching import Frame, Run
from api.plans.reading import Arguments, OrderTerm
from api.plans.sql import Sql
from cms.content.models import Kind


@strawberry.input(description="An order of articles.")
class ArticleOrder:
    """An order of articles."""

    field: ArticleOrderField = strawberry.field(default=ArticleOrderField.PUBLISHED_AT, description="What to order by.")
    direction: Direction = strawberry.field(default=Direction.DESC, description="In which direction.")


@strawberry.input(description="Conditions that articles meet, all of them.")
class ArticleFilter:
    """Conditions on articles."""

    concept: strawberry.ID | None = strawberry.field(default=None, description="About this concept or a narrower one.")
    series: strawberry.ID | None = strawberry.field(default=None, description="An entry of this focus series.")
    organisation: strawberry.ID | None = strawberry.field(default=None, description="Credited to this organisation.")
    contributor: strawberry.ID | None = strawberry.field(default=None, description="By this contributor.")
    published_after: datetime | None = strawberry.field(default=None, description="Published then or later.")
    published_before: datetime | None = strawberry.field(default=None, description="Published earlier than then.")
    urgency_at_most: int | None = strawberry.field(
        default=None, description="With this urgency or a more urgent, that is a smaller, one."
    )


_TERMS = {
    ArticleOrderField.PUBLISHED_AT: ("s.published_at", True, False),
    ArticleOrderField.FIRST_PUBLISHED_AT: ("e.first_published_at", True, False),
    ArticleOrderField.URGENCY: ("p.urgency", False, False),
    ArticleOrderField.HEADLINE: ("e.headline", False, True),
}


def article_order(arguments: Arguments) -> Sequence[OrderTerm]:
    """The terms of `orderBy`, ended by the item's id, so that equal ones keep one order."""
    order = arguments.get("orderBy") or {}
    expression, instant, text = _TERMS[order.get("field", ArticleOrderField.PUBLISHED_AT)]
    descending = order.get("direction", Direction.DESC) is Direction.DESC
    return (
        OrderTerm(expression, descending=descending, instant=instant, text=text),
        OrderTerm("s.item_id", descending=descending),
    )


def article_filter(sql: Sql, run: Run, frame: Frame, arguments: Arguments) -> Sequence[str]:
    """The conditions of `filter`."""
    asked = {name: value for name, value in (arguments.get("filter") or {}).items() if value is not None}
    where = []
    if "concept" in asked:
        key = key_of(asked["concept"], "Concept", path=("filter", "concept"))
        narrower = (
            f"WITH RECURSIVE about(id) AS (SELECT id FROM concept WHERE id = {sql.bind(key)} UNION"
            " SELECT concept.id FROM concept JOIN about ON concept.broader_id = about.id) SELECT id FROM about"
        )
        where.append(f"s.item_id IN (SELECT q.item_id FROM subject q WHERE q.concept_id IN ({narrower}))")
    if "series" in asked:
        key = key_of(asked["series"], "FocusSeries", path=("filter", "series"))
        shown_in = " AND ".join([f"n.series_id = {sql.bind(key)}", *shown(sql, run, frame, arguments)])
        series = "SELECT n.target_id FROM series_entry n JOIN item j ON j.id = n.series_id"
        where.append(f"s.item_id IN ({series} WHERE j.kind = '{Kind.SERIES}' AND {shown_in})")
    if "organisation" in asked:
        key = key_of(asked["organisation"], "Organisation", path=("filter", "organisation"))
        where.append(f"s.item_id IN (SELECT q.item_id FROM credit q WHERE q.organisation_id = {sql.bind(key)})")
    if "contributor" in asked:
        key = key_of(asked["contributor"], "Contributor", path=("filter", "contributor"))
        where.append(f"s.item_id IN (SELECT q.item_id FROM byline q WHERE q.contributor_id = {sql.bind(key)})")
    if "publishedAfter" in asked:
        where.append(f"s.published_at >= {sql.instant(asked['publishedAfter'])}")
    if "publishedBefore" in asked:
        where.append(f"s.published_at < {sql.instant(asked['publishedBefore'])}")
    if "urgencyAtMost" in asked:
        where.append(f"p.urgency <= {sql.bind(asked['urgencyAtMost'])}")
    return where
