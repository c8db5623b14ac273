"""The settings as a file to start from."""

import textwrap
from pathlib import Path

import typer

from cms.settings import Settings

WIDTH = 118


def add_to(main: typer.Typer) -> None:
    """Add the command."""
    main.command(name="settings")(settings)


def settings() -> None:
    """Print every setting with its default; `docker/example.env` is this, committed."""
    typer.echo(example())


def example() -> str:
    """An `.env` file that sets nothing: each line is there to be uncommented."""
    prefix = str(Settings.model_config["env_prefix"])
    blocks = ["# Settings of Polyfocal, with their defaults. Take away the # before what you set."]
    for name, field in Settings.model_fields.items():
        about = textwrap.fill(field.description or "", WIDTH, initial_indent="# ", subsequent_indent="# ")
        blocks.append(f"{about}\n#{prefix}{name.upper()}={_written(field.default)}")
    return "\n\n".join(blocks)


def _written(default: object) -> str:
    match default:
        case bool():
            return str(default).lower()
        case Path():
            return default.as_posix()
        case _:
            return str(default)
