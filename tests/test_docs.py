"""The pages say what there is, all of it and nothing else; the examples of the README are true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import orjson
import typer

from api import errors as api_errors
from api.schema import build_schema
from cms import errors
from cms.cli import main
from cms.cli.settings import example
from cms.clock import utc_now
from cms.demo.seeding import seed_demo
from cms.events import EventType
from cms.reactions import REACTIONS
from cms.reading.indexing import indexing_handlers
from cms.settings import Settings
from media.storage import LocalStorage
from tests.api.newsrooms import Client, open_newsroom
from tests.worlds import NOON

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
README = (ROOT / "README.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the reference."""
    section = REFERENCE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names(heading: str) -> list[str]:
    return [row[0].strip("`") for row in rows(heading)]


def commands(group: Any, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name


def codes(of: type[errors.PolyfocalError]) -> Iterator[str]:
    for child in of.__subclasses__():
        yield child.code
        yield from codes(child)


def test_every_setting_is_in_the_example_and_described() -> None:
    text = (ROOT / "docker" / "example.env").read_text()
    assert text == example() + "\n", "polyfocal settings > docker/example.env"
    for name, field in Settings.model_fields.items():
        assert f"#POLYFOCAL_{name.upper()}=" in text
        assert field.description


def test_every_command_is_in_the_reference() -> None:
    assert sorted(names("Commands")) == sorted(commands(typer.main.get_command(main)))


def test_every_query_and_mutation_is_in_the_reference() -> None:
    schema = build_schema()._schema
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    assert sorted(names("Queries")) == sorted(schema.query_type.fields)
    assert sorted(names("Mutations")) == sorted(schema.mutation_type.fields)


def test_every_event_is_in_the_reference_with_its_jobs() -> None:
    told = {row[0].strip("`"): re.findall(r"`(\w+)`", row[2]) for row in rows("Events")}
    assert told == {str(each): [reaction.job for reaction in REACTIONS.get(each, ())] for each in EventType}


def test_every_job_is_in_the_reference() -> None:
    assert sorted(names("Jobs")) == sorted(indexing_handlers(Mock(), utc_now))


def test_every_error_code_is_in_the_reference() -> None:
    of_requests = {value for name, value in vars(api_errors).items() if name.isupper() and isinstance(value, str)}
    assert sorted(names("Errors")) == sorted(of_requests | set(codes(errors.PolyfocalError)))


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


async def test_the_query_of_the_readme_has_the_answer_that_it_shows(tmp_path: Path) -> None:
    block = re.search(r"^    (\{ articles.*)\n\n((?:    .*\n)+)", README, re.MULTILINE)
    assert block is not None
    storage = LocalStorage(tmp_path / "files")
    async with open_newsroom("sqlite", tmp_path, lambda: seed_demo(storage, NOON)) as (newsroom, _):
        answer = await Client(newsroom).ask(block[1])
    assert answer == orjson.loads(block[2]), json.dumps(answer, ensure_ascii=False)
