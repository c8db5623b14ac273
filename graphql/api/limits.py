"""What a document may ask for, checked before validation and in time linear in its length.

Fragments are counted as often as they are spread, computed with a memo: a document whose fragments double each
other is refused before anything walks through it. A field that is deeper or more numerous than an honest client's is
refused with LIMIT_EXCEEDED.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.errors import LIMIT_EXCEEDED


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything: characters and tokens of a document, nesting, fields after expansion, operations."""

    characters: int = 50_000
    tokens: int = 5_000
    depth: int = 16
    fields: int = 1_500
    root_fields: int = 20
    definitions: int = 100


def check_text(text: str, limits: Limits) -> None:
    """Refuse a text that is too long to be parsed.

    Raises:
        GraphQLError: LIMIT_EXCEEDED.
    """
    if len(text) > limits.characters:
        raise _exceeded(f"A document may hold {limits.characters} characters at most.")


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that would ask for too much.

    Raises:
        GraphQLError: LIMIT_EXCEEDED.
    """
    if len(document.definitions) > limits.definitions:
        raise _exceeded(f"A document may hold {limits.definitions} definitions at most.")
    measure = _Measure(
        {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    )
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            fields, depth = measure.of(definition.selection_set)
            if depth > limits.depth:
                raise _exceeded(f"An operation may be {limits.depth} fields deep at most; this is {depth}.")
            if fields > limits.fields:
                raise _exceeded(
                    f"An operation may select {limits.fields} fields at most, fragments counted as often as they are"
                    f" spread; this selects {fields if fields < 10**9 else 'very many'}."
                )
            roots = measure.roots(definition.selection_set)
            if roots > limits.root_fields:
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
            below, deep = self._fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else (0, 0)
            if isinstance(node, InlineFragmentNode):
                below, deep = self.of(node.selection_set)
            fields, depth = fields + 1 + below, max(depth, deep)
        return fields, depth

    def roots(self, selections: SelectionSetNode) -> int:
        """How many fields stand at the root, those of its fragments with them."""
        return self._roots(selections, set())

    def _roots(self, selections: SelectionSetNode, seen: set[str]) -> int:
        count = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                count += 1
            elif isinstance(node, InlineFragmentNode):
                count += self._roots(node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self._fragments.get(node.name.value)
                count += self._roots(fragment.selection_set, seen) if fragment else 0
        return count

    def _fragment(self, name: str) -> tuple[int, int]:
        """A fragment that spreads itself counts as nothing here; validation says what is wrong with it."""
        if name not in self._known:
            fragment = self._fragments.get(name)
            if fragment is None or name in self._open:
                return 0, 0
            self._open.add(name)
            self._known[name] = self.of(fragment.selection_set)
            self._open.discard(name)
        return self._known[name]


def _exceeded(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": LIMIT_EXCEEDED})
