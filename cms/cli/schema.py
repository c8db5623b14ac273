"""The schema as SDL."""

import typer

from api.schema import build_schema


def add_to(main: typer.Typer) -> None:
    """Add the command."""
    main.command(name="schema")(schema)


def schema() -> None:
    """Print the GraphQL schema; `graphql/schema.graphql` is this, committed."""
    typer.echo(build_schema().as_str())
