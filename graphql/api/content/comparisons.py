"""What became of a draft, in a shape that a page can show: fields, blocks and runs of words."""

import strawberry
from strawberry.utils.str_converters import to_camel_case

from api.enums import described
from api.scalars import JSON
from cms.content import comparing, words
from cms.content.comparing import BlockState
from cms.content.revisions import Compared
from cms.content.words import Said

described(
    BlockState,
    "What became of a block itself, wherever it stands.",
    SAME="Nothing.",
    CHANGED="It says something else, or looks otherwise.",
    ADDED="It is new.",
    REMOVED="It is gone.",
)
described(
    Said,
    "What became of a run of words.",
    SAME="Both texts have it.",
    REMOVED="Only the old text has it.",
    ADDED="Only the new text has it.",
)


@strawberry.type(description="Neighbouring words that share their fate.")
class WordRun:
    """SAME and REMOVED in order are the old text, SAME and ADDED the new."""

    said: Said = strawberry.field(description="What became of them.")
    text: str = strawberry.field(description="The words, with the spaces between them.")


@strawberry.type(description="A field that is another now.")
class FieldDifference:
    """A field."""

    name: str = strawberry.field(description="Its name, as inputs spell it.")
    before: JSON | None = strawberry.field(description="What it was.")
    after: JSON | None = strawberry.field(description="What it is.")
    words: list[WordRun] = strawberry.field(description="Of a text, word by word.")
    added: list[JSON] = strawberry.field(description="Of a list, what came in.")
    removed: list[JSON] = strawberry.field(description="Of a list, what went.")


@strawberry.type(description="What became of one block of a body, without the blocks inside it.")
class BlockDifference:
    """A block."""

    id: str = strawberry.field(description="Its id in the body.")
    state: BlockState = strawberry.field(description="What became of it.")
    moved: bool = strawberry.field(description="Whether it stands elsewhere among what stayed.")
    parent: str | None = strawberry.field(
        description="The block that it stands in, or stood in if it is removed; null at the top."
    )
    before: JSON | None = strawberry.field(description="The block as it was; null if it is new.")
    after: JSON | None = strawberry.field(description="The block as it is; null if it is removed.")
    words: list[WordRun] = strawberry.field(description="What it says, word by word; empty where nothing changed.")
    restyled: bool = strawberry.field(description="Whether its marks, its type or its attributes are others.")


@strawberry.type(description="What became of a draft between two revisions.")
class Difference:
    """A comparison."""

    before: int | None = strawberry.field(description="The older revision; null where there was none.")
    after: int = strawberry.field(description="The newer revision.")
    fields: list[FieldDifference] = strawberry.field(description="The fields that are others, but for the body.")
    blocks: list[BlockDifference] = strawberry.field(
        description="Every block of the body in its new order, the removed where they stood."
    )


def difference(compared: Compared) -> Difference:
    """A comparison as GraphQL tells it."""
    return Difference(
        before=compared.before,
        after=compared.after,
        fields=[_field(each) for each in compared.comparison.fields],
        blocks=[_block(each) for each in compared.comparison.blocks],
    )


def _field(change: comparing.FieldChange) -> FieldDifference:
    return FieldDifference(
        name=to_camel_case(change.name),
        before=JSON(change.before) if change.before is not None else None,
        after=JSON(change.after) if change.after is not None else None,
        words=[_run(run) for run in change.words],
        added=[JSON(each) for each in change.added],
        removed=[JSON(each) for each in change.removed],
    )


def _block(change: comparing.BlockChange) -> BlockDifference:
    return BlockDifference(
        id=change.id,
        state=change.state,
        moved=change.moved,
        parent=change.parent,
        before=JSON(change.before) if change.before else None,
        after=JSON(change.after) if change.after else None,
        words=[_run(run) for run in change.words],
        restyled=change.restyled,
    )


def _run(run: words.Run) -> WordRun:
    return WordRun(said=run.said, text=run.text)
