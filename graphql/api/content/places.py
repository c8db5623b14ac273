"""Where in a mutation's arguments the domain's error is: it names its own fields, a client knows those it sent."""

from collections.abc import Sequence

from strawberry.utils.str_converters import to_camel_case

from api.content.saving import SharedInput, TextInput
from cms.errors import PolyfocalError

_PARTS = {
    **dict.fromkeys(TextInput.__annotations__, "text"),
    **dict.fromkeys(SharedInput.__annotations__, "shared"),
}
_ARGUMENTS = {"expectedRevision", "locales"}
"""What stands beside `input`, not in it."""


def place_of(error: PolyfocalError, below: Sequence[str]) -> list[str]:
    """The path of an error, as in `["input", "text", "headline"]`; `below` is the argument that holds the fields."""
    name, *rest = error.path or ("",)
    if not isinstance(name, str) or not name:
        return list(below)
    if name in _ARGUMENTS:
        return [name, *map(str, rest)]
    part = [_PARTS[name]] if below and name in _PARTS else []
    return [*below, *part, to_camel_case(name), *map(str, rest)]
