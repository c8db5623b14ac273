"""Fields of Query for those who work in the newsroom: they need a permission and read working copies.

They are marked, because they are not compiled to plans, never cached, and none of the surfaces of the public.
"""

from collections.abc import Callable
from typing import Any

import strawberry
from graphql import GraphQLField

DESK = "desk"


def desk_field(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a marked field of a resolver, which asks for the permission that the description names."""
    return lambda resolver: strawberry.field(resolver, description=description, metadata={DESK: True})


def is_desk_field(field: GraphQLField) -> bool:
    """Whether the field is marked as one of the desk's."""
    definition = (field.extensions or {}).get("strawberry-definition")
    return DESK in (getattr(definition, "metadata", None) or {})
