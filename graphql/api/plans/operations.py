"""Documents, parsed, limited and validated once; and their operations, compiled once for each set of switches.

A switch is a Boolean variable that `@skip` or `@include` reads: its value decides what is selected, so there is a
plan for each combination that was asked for.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    is_non_null_type,
    specified_rules,
    validate,
    visit,
)
from graphql.language import DirectiveNode, StringValueNode, Visitor

from api.errors import located
from api.limits import Limits, check_document, parse_within
from api.plans.compiling import Compiler, Declarations, Nodes, UncompilableError
from api.plans.fetching import Program, Run
from api.plans.roots import QUERY, Root
from api.plans.sql import Dialect
from api.plans.variables import VariableReader
from cms.errors import PolyfocalError

PLANS_MOST = 64
"""Plans kept of one operation: a client may send its switches in ever new combinations."""


@dataclass(frozen=True, slots=True)
class RootField:
    """A field of Query in a plan."""

    key: str
    nodes: Nodes
    program: Root | None
    required: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled operation; `heavy` where its work grows with the newsroom."""

    fields: tuple[RootField, ...]
    heavy: bool

    def program(self, run: Run) -> Program:
        """Answer the operation: `{data}`, with `errors` where a field had one."""
        data: dict[str, Any] | None = {}
        errors: list[dict[str, Any]] = []
        for root in self.fields:
            value: Any = QUERY
            if root.program is not None:
                try:
                    value = yield from root.program(run)
                except PolyfocalError as error:
                    errors.append(located(error, root.nodes[0], [root.key]))
                    value = None
                    if root.required:
                        data = None
                        break
            assert data is not None
            data[root.key] = value
        return {"data": data, "errors": errors} if errors else {"data": data}


@dataclass(slots=True)
class Operation:
    """An operation of a valid document."""

    document: DocumentNode
    definition: OperationDefinitionNode
    declarations: Declarations
    switches: tuple[str, ...]
    variables: VariableReader
    _plans: dict[tuple[Any, ...], Plan | UncompilableError] = field(default_factory=dict)

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.definition.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        """Whether its answers go on."""
        return self.definition.operation is OperationType.SUBSCRIPTION

    def plan(self, dialect: Dialect, variables: Mapping[str, Any]) -> Plan:
        """The plan for the switches in the coerced variables.

        Raises:
            UncompilableError: Strawberry has to execute it.
        """
        state = (dialect, *(variables.get(name) for name in self.switches))
        found = self._plans.get(state)
        if found is None:
            try:
                found = self._compile(dialect, variables)
            except UncompilableError as error:
                found = error
            if len(self._plans) >= PLANS_MOST:
                del self._plans[next(iter(self._plans))]
            self._plans[state] = found
        if isinstance(found, UncompilableError):
            raise found
        return found

    def _compile(self, dialect: Dialect, variables: Mapping[str, Any]) -> Plan:
        if not self.is_query:
            raise UncompilableError(self.definition.operation.value)
        fragments = {
            each.name.value: each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        compiler = Compiler(self.declarations, fragments, variables, dialect)
        fields = []
        for key, nodes in compiler.collect(QUERY, [self.definition.selection_set]).items():
            name = nodes[0].name.value
            if name == "__typename":
                fields.append(RootField(key, nodes, None, required=True))
                continue
            reading = self.declarations.reading(QUERY, name)
            required = is_non_null_type(self.declarations.field(QUERY, name).type)
            fields.append(RootField(key, nodes, reading.compile(compiler, nodes), required))
        return Plan(tuple(fields), compiler.heavy)


class Operations:
    """The documents seen lately, by their text. A text that is refused is refused anew each time."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True, most: int = 1_000) -> None:
        self.declarations = Declarations(schema)
        self._rules = specified_rules if introspection else [*specified_rules, NoSchemaIntrospectionCustomRule]
        self.hide_suggestions = not introspection
        """Whether a message may not name what a client might have meant: that would tell the schema by pieces."""
        self.schema, self._limits, self._most = schema, limits, most
        self._documents: OrderedDict[str, tuple[DocumentNode, dict[str, Operation]]] = OrderedDict()

    def find(self, text: str, name: str | None) -> Operation:
        """The operation of that name, or the only one.

        Raises:
            GraphQLError: the text is no valid document, is over the limits, or has no such operation.
            InvalidDocumentError: several errors at once.
        """
        entry = self._documents.get(text)
        if entry is None:
            document = self._read(text)
            entry = self._documents[text] = (document, {})
            if len(self._documents) > self._most:
                self._documents.popitem(last=False)
        else:
            self._documents.move_to_end(text)
        document, operations = entry
        key = name or ""
        if key not in operations:
            definition = _definition(document, name)
            operations[key] = Operation(
                document,
                definition,
                self.declarations,
                _switches(document),
                VariableReader(self.schema, definition, hide_suggestions=self.hide_suggestions),
            )
        return operations[key]

    def _read(self, text: str) -> DocumentNode:
        document = parse_within(text, self._limits)
        check_document(document, self._limits)
        if "\0" in text or "u0000" in text or "u{" in text:
            visit(document, _RefuseNul())
        errors = validate(self.schema, document, self._rules, max_errors=20, hide_suggestions=self.hide_suggestions)
        if errors:
            raise InvalidDocumentError(errors)
        return document


class _RefuseNul(Visitor):
    """A NUL in a literal, spelled out or bare in a block: no text of ours can hold it."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\0" in node.value:
            raise GraphQLError("A text holds a NUL character.", node)


class InvalidDocumentError(Exception):
    """A document that is not valid against the schema; `errors` says where."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def _definition(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is not None:
        found = [each for each in found if each.name is not None and each.name.value == name]
    if not found:
        raise GraphQLError(
            "The document has no operation." if name is None else f"The document has no operation {name[:100]!r}."
        )
    if len(found) > 1:
        raise GraphQLError("The document has several operations: name one as operationName.")
    return found[0]


def _switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables that directives of the document read."""
    names: set[str] = set()

    class Switches(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            for argument in node.arguments or ():
                if node.name.value in {"skip", "include"} and isinstance(argument.value, VariableNode):
                    names.add(argument.value.name.value)

    visit(document, Switches())
    return tuple(sorted(names))
