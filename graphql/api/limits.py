"""What a document may ask for, checked before validation and in time linear in its length.

Fragments are counted as often as they are spread, computed with a memo: a document whose fragments double each
other is refused before anything walks through it. A field that is deeper or more numerous than an honest client's is
refused with LIMIT_EXCEEDED. Fragments that nothing spreads are held to the same, because validation walks them too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    parse,
)

from api.errors import LIMIT_EXCEEDED

_ABORTED = "Parsing aborted."
"""How graphql-core's parser ends the message of a limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything: characters and tokens of a document, nesting, fields after expansion, operations.

    `repeats` is for pairs of fields that would be merged into one answer: validation compares each with each.
    """

    characters: int = 50_000
    tokens: int = 5_000
    depth: int = 16
    fields: int = 1_500
    repeats: int = 5_000
    root_fields: int = 20
    definitions: int = 100


def parse_within(text: str, limits: Limits) -> DocumentNode:
    """Parse a text that is not too long, nor too deeply nested.

    Raises:
        GraphQLSyntaxError: it is no GraphQL.
        GraphQLError: LIMIT_EXCEEDED.
    """
    if len(text) > limits.characters:
        raise _exceeded(f"A document may hold {limits.characters} characters at most.")
    try:
        return parse(Source(text), max_tokens=limits.tokens)
    except GraphQLSyntaxError as error:
        if not error.message.endswith(_ABORTED):
            raise
        raise _exceeded(f"A document may hold {limits.tokens} tokens at most, and be nested less deeply.") from None


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that would ask for too much.

    Raises:
        GraphQLError: LIMIT_EXCEEDED; without a code for a fragment that spreads itself, which is no valid one.
    """
    if len(document.definitions) > limits.definitions:
        raise _exceeded(f"A document may hold {limits.definitions} definitions at most.")
    measure = _Measure(
        {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    )
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            continue
        fields, depth = measure.of(definition.selection_set)
        if depth > limits.depth:
            raise _exceeded(f"An operation may be {limits.depth} fields deep at most; this is {depth}.")
        if fields > limits.fields:
            raise _exceeded(
                f"An operation may select {limits.fields} fields at most, fragments counted as often as they are"
                f" spread; this selects {fields if fields < 10**9 else 'very many'}."
            )
        repeats = measure.repeats([definition.selection_set])
        if repeats > limits.repeats:
            raise _exceeded(
                f"Fields of one name in one place may make {limits.repeats} pairs at most; here they make {repeats}."
            )
        roots = len(measure.merged([definition.selection_set]))
        if isinstance(definition, OperationDefinitionNode) and roots > limits.root_fields:
            raise _exceeded(f"An operation may have {limits.root_fields} root fields at most; this has {roots}.")


class _Measure:
    """Counts of fields and depths; those of a fragment are computed once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}
        self._open: set[str] = set()

    def of(self, selections: SelectionSetNode | None) -> tuple[int, int]:
        fields = depth = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                below, deep = self.of(node.selection_set)
                fields, depth = fields + 1 + below, max(depth, deep + 1)
                continue
            below, deep = self._fragment(node) if isinstance(node, FragmentSpreadNode) else (0, 0)
            if isinstance(node, InlineFragmentNode):
                below, deep = self.of(node.selection_set)
            fields, depth = fields + 1 + below, max(depth, deep)
        return fields, depth

    def repeats(self, sets: Sequence[SelectionSetNode]) -> int:
        """How many pairs of fields have one place in the answer; each field is met once, as `of` counts them."""
        pairs = 0
        for nodes in self.merged(sets).values():
            below = [node.selection_set for node in nodes if node.selection_set]
            pairs += len(nodes) * (len(nodes) - 1) // 2 + (self.repeats(below) if below else 0)
        return pairs

    def merged(self, sets: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields of selections that are answered together, by response key, whatever types they are on."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selections in sets:
            self._merge(selections, found, seen)
        return found

    def _merge(self, selections: SelectionSetNode, found: dict[str, list[FieldNode]], seen: set[str]) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                self._merge(node.selection_set, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if fragment := self._fragments.get(node.name.value):
                    self._merge(fragment.selection_set, found, seen)

    def _fragment(self, spread: FragmentSpreadNode) -> tuple[int, int]:
        """One that is not there counts as nothing here; validation says so."""
        name = spread.name.value
        if name not in self._known:
            fragment = self._fragments.get(name)
            if fragment is None:
                return 0, 0
            if name in self._open:
                raise GraphQLError(f"The fragment {name[:100]!r} spreads itself.", spread)
            self._open.add(name)
            self._known[name] = self.of(fragment.selection_set)
            self._open.discard(name)
        return self._known[name]


def _exceeded(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": LIMIT_EXCEEDED})
