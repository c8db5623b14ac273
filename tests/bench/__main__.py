"""`make bench`: a newsroom of the size of a real one, real servers, five operations, one table.

A corpus is generated unless a folder of one is named. The figures of one run compare with one another, never with
those of another machine or minute.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console

from cms.accounts.actors import Permission
from cms.accounts.tokens import issue_token
from cms.app import Newsroom, build_endpoint, build_worker
from cms.clock import utc_now
from cms.database import MODEL_MODULES, migrate
from cms.logs import configure_logs
from cms.settings import Settings
from cms.taxonomy.locales import load_locales
from tests.bench.corpus import Corpus
from tests.bench.counting import count_statements
from tests.bench.driving import FEW, MANY, Target, generator
from tests.bench.generating import generate
from tests.bench.loading import load
from tests.bench.measuring import Measured, ask, check, check_write, measure
from tests.bench.operations import LATEST, OPERATIONS, Variables, asked_with
from tests.bench.reporting import Process, report
from tests.bench.serving import ANSWERS, compared, product, without_plans

console = Console(width=160, highlight=False)


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="a folder of a corpus (see tests/bench/corpus.py)")
    parser.add_argument("--articles", type=int, default=5_000, help="how many to generate; 5000")
    parser.add_argument("--only", default=",".join(OPERATIONS), help="operations, such as Q1,Q2")
    parser.add_argument("--seconds", type=float, default=2.0, help="of load for each server and turn; 2")
    parser.add_argument("--rounds", type=int, default=3, help="turns, and starts; 3")
    parser.add_argument("--database", default="", help="URL of an empty database; SQLite in a temporary folder")
    parser.add_argument("--keep", type=Path, help="a folder to keep the newsroom in, and to find it in again")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Run the bench."""
    given = options(arguments)
    configure_logs("console", "warning")
    with tempfile.TemporaryDirectory(prefix="polyfocal-bench-") as temporary:
        folder = given.keep or Path(temporary)
        with _phase("corpus"):
            corpus = Corpus(given.corpus) if given.corpus else _generated(folder / "corpus", given.articles)
        environment = {"POLYFOCAL_DATA_DIR": str(folder), "POLYFOCAL_DATABASE_URL": given.database}
        os.environ.update(environment)
        _bench(corpus, folder, Path(temporary), environment, given)


def _generated(folder: Path, articles: int) -> Corpus:
    if folder.exists():
        return Corpus(folder)
    folder.mkdir(parents=True)
    return generate(folder, articles)


def _bench(
    corpus: Corpus, folder: Path, temporary: Path, environment: dict[str, str], given: argparse.Namespace
) -> None:
    loaded = folder / "loaded"
    asked, token, statements = asyncio.run(_prepare(corpus, given.only.split(","), fresh=not loaded.exists()))
    loaded.touch()
    with _phase("first answer"):
        first_answer = median(_time_to_answer(environment, temporary / "log", asked["Q2"]) for _ in range(given.rounds))
    answers = temporary / "answers"
    answers.mkdir()
    asked = {name: asked[name] for name in given.only.split(",")}
    measured: list[Measured] = []
    with ExitStack() as stack:
        web = stack.enter_context(product(environment, temporary / "log"))
        plain = stack.enter_context(compared("strawberry", environment, temporary / "log"))
        headers = {"content-type": "application/json", "accept": "application/json"}
        sizes = {}
        for name, variables in asked.items():
            operation = OPERATIONS[name]
            if operation.writes:
                answer = check_write(Target(web.port, "/graphql", {**headers, **_bearing(token)}), operation, variables)
            else:
                targets = [Target(each.port, "/graphql", headers) for each in (web, plain)]
                answer = check(targets, operation, variables)
            (answers / name).write_bytes(answer)
            sizes[name] = len(answer)
        static = stack.enter_context(compared("static", {ANSWERS: str(answers)}, temporary / "log"))
        for name, variables in asked.items():
            operation = OPERATIONS[name]
            sent = {**headers, **_bearing(token)} if operation.writes else headers
            connections = FEW if operation.writes else MANY
            servers = {
                "product": (web, Target(web.port, "/graphql", sent, connections)),
                "static": (static, Target(static.port, f"/{name}", sent, connections, live=False)),
            }
            if not operation.writes:
                servers["strawberry"] = (plain, Target(plain.port, "/graphql", sent, FEW))
            with _phase(f"{name}, driven by {generator(operation)}"):
                measured.append(
                    measure(servers, operation, variables, sizes[name], seconds=given.seconds, rounds=given.rounds)
                )
        memory = web.memory()
    console.print(
        f"\n{MANY} connections, {FEW} to Strawberry and where it writes; medians of {given.rounds} turns of"
        f" {given.seconds:g} s; no worker runs meanwhile.\n"
    )
    report(console, measured, Process(first_answer, memory), statements)


async def _prepare(
    corpus: Corpus, names: Sequence[str], *, fresh: bool
) -> tuple[dict[str, list[Variables]], str, dict[str, dict[str, int]]]:
    """Load the newsroom, bring up its index, and find out what can be asked."""
    settings = Settings()
    with _phase("schema"):
        await migrate(settings.database, models=MODEL_MODULES)
    async with Newsroom.open(settings) as newsroom:
        if fresh:
            with _phase("newsroom, by commands"):
                await load(corpus)
        newsroom.locales = await load_locales()
        with _phase("index, by the worker"):
            await build_worker(newsroom).drain()
        token = await issue_token(f"bench {time.time_ns()}", Permission, now=utc_now())
        asked = await asked_with(corpus)
        counted = {name: asked[name] for name in names}
        statements = {"polyfocal": await count_statements(newsroom, build_endpoint, counted, token)}
        reads = {name: each for name, each in counted.items() if not OPERATIONS[name].writes}
        statements["strawberry"] = await count_statements(newsroom, without_plans, reads, token)
        await build_worker(newsroom).drain()  # what was written just now is found again
    return asked, token, statements


def _time_to_answer(environment: dict[str, str], log: Path, asked: list[Variables]) -> float:
    """Seconds from the start of a web process to its first right answer."""
    with product(environment, log) as server:
        ask(Target(server.port, "/graphql", {"content-type": "application/json"}), LATEST, asked[0])
        return time.perf_counter() - server.started


def _bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@contextmanager
def _phase(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    console.print(f"{time.perf_counter() - began:6.1f} s  {what}")


if __name__ == "__main__":
    main(sys.argv[1:])
