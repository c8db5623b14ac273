"""Where news items are read from: the Serving row of the locale asked for leads to all the rest."""

from collections.abc import Sequence

from api.plans.fetching import Frame, Run
from api.plans.reading import Arguments, Condition, OrderTerm, Rows
from api.plans.sql import Sql
from cms.content.models import Kind, LocaleReason


def served(sql: Sql, run: Run, frame: Frame, _arguments: Arguments) -> Sequence[str]:
    """Items that are read in the frame's locale and that the actor may see."""
    exact = [f"s.reason = '{LocaleReason.REQUESTED}'"] if frame.exact else []
    return [f"s.locale = {sql.bind(frame.locale)}", *exact, *run.scope.sql("i", sql.instant)]


def shown(sql: Sql, _run: Run, frame: Frame, _arguments: Arguments) -> Sequence[str]:
    """Entries, as `n`, that are not hidden in the frame's locale."""
    same = "z.series_id = n.series_id AND z.target_id = n.target_id"
    return [f"NOT EXISTS (SELECT 1 FROM hidden_entry z WHERE {same} AND z.locale = {sql.bind(frame.locale)})"]


NEWS_JOINS = {
    "i": "JOIN item i ON i.id = s.item_id",
    "e": "JOIN edition e ON e.id = s.edition_id",
    "p": "JOIN shared_edition p ON p.item_id = s.item_id",
    "v": "LEFT JOIN video_asset v ON v.item_id = s.item_id",
    "m": "LEFT JOIN file m ON m.id = v.master_id",
    "t": "LEFT JOIN file t ON t.id = v.poster_id",
    "f": "LEFT JOIN focus_series f ON f.item_id = s.item_id",
}
NEWS_TYPES = {
    Kind.ARTICLE.value: "Article",
    Kind.VIDEO.value: "VideoAsset",
    Kind.SERIES.value: "FocusSeries",
    Kind.FRONT_PAGE.value: "FrontPage",
}
ITEM_TYPES = ("Item", *NEWS_TYPES.values())
"""The types by whose ids an item is named."""

NEWS = Rows(base="serving s", key="s.item_id", kind="s.kind", types=NEWS_TYPES, joins=NEWS_JOINS, visible=served)
LATEST = (OrderTerm("s.published_at", descending=True, instant=True), OrderTerm("s.item_id", descending=True))


def latest(_arguments: Arguments) -> Sequence[OrderTerm]:
    """Newest first."""
    return LATEST


def of_kind(kind: Kind) -> Condition:
    """Items of that kind."""
    return lambda _sql, _run, _frame, _arguments: [f"s.kind = '{kind}'"]


LOCALIZATIONS = Rows(base="edition x JOIN locale y ON y.tag = x.locale", key="x.id", types={"": "LocalizationLink"})
CORRECTIONS = Rows(base="revision r", key="r.id", types={"": "Correction"})
CREDITS = Rows(base="credit k JOIN organisation o ON o.id = k.organisation_id", key="k.id", types={"": "Credit"})
