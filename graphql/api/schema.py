"""The schema: Strawberry's types, put together."""

from collections.abc import Iterator

import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from api.accounts.mutations import AccountsMutation
from api.accounts.queries import AccountsQuery
from api.assets.types import VideoAsset
from api.content.deskwork import DeskworkMutation, DeskworkQuery
from api.content.following import DeskSubscription
from api.content.mutations import ContentMutation
from api.content.queries import ContentQuery
from api.content.recalls import RecallMutation, RecallQuery
from api.content.revisions import RevisionMutation, RevisionQuery
from api.content.translations import TranslationMutation, TranslationQuery
from api.content.types import Article
from api.content.upkeep import UpkeepMutation, UpkeepQuery
from api.content.workflow import WorkflowMutation
from api.partners.queries import PartnersQuery
from api.scalars import SCALARS
from api.search.queries import SearchQuery
from api.series.ordering import OrderingMutation
from api.series.queries import SeriesQuery
from api.series.releases import ReleaseMutation, ReleaseQuery
from api.series.types import FocusSeries, FrontPage
from api.taxonomy.queries import TaxonomyQuery
from api.taxonomy.types import Contributor, Organisation


@strawberry.type(description="Everything that can be read.")
class Query(
    ContentQuery,
    UpkeepQuery,
    RevisionQuery,
    DeskworkQuery,
    SeriesQuery,
    TranslationQuery,
    ReleaseQuery,
    TaxonomyQuery,
    SearchQuery,
    PartnersQuery,
    RecallQuery,
    AccountsQuery,
):
    """Everything that can be read."""


@strawberry.type(description="Everything that can be changed.")
class Mutation(
    ContentMutation,
    RevisionMutation,
    DeskworkMutation,
    UpkeepMutation,
    TranslationMutation,
    OrderingMutation,
    WorkflowMutation,
    ReleaseMutation,
    RecallMutation,
    AccountsMutation,
):
    """Everything that can be changed."""


@strawberry.type(description="Everything that can be followed, over WebSockets.")
class Subscription(DeskSubscription):
    """Everything that can be followed."""


class ReadAlready(SchemaExtension):
    """Executes a document that `plans.operations` has read as it is: neither parsed nor validated again."""

    def on_parse(self) -> Iterator[None]:
        """Put the context's document in its place."""
        execution = self.execution_context
        if execution.context.document is not None:
            execution.graphql_document = execution.context.document
            execution.pre_execution_errors = []
        yield


def build_schema() -> strawberry.Schema:
    """The schema of the newsroom."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Article, VideoAsset, FocusSeries, FrontPage, Organisation, Contributor],
        extensions=[ReadAlready],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
