"""The table of a run, and what was wanted beside what was measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.measuring import Figures, Measured


@dataclass(frozen=True)
class Process:
    """The web process as a whole: seconds from its start to its first answer, and MB in memory after the load."""

    first_answer: float
    memory: float


def report(
    console: Console,
    measured: Sequence[Measured],
    process: Process,
    statements: Mapping[str, Mapping[str, int]],
) -> None:
    """Print everything."""
    console.print(_figures(measured, statements))
    console.print(_ratios(measured))
    console.print(_wanted({each.operation.name: each for each in measured}, process))


def _table(*columns: str) -> Table:
    table = Table(box=box.MARKDOWN, pad_edge=True)
    for index, name in enumerate(columns):
        table.add_column(name, justify="left" if index < 1 else "right", no_wrap=True)
    return table


def _figures(measured: Sequence[Measured], statements: Mapping[str, Mapping[str, int]]) -> Table:
    table = _table("", "server", "req/s", "p50 ms", "p99 ms", "CPU µs", "bytes", "SQL")
    for each in measured:
        name = each.operation.name
        servers: Sequence[tuple[str, Figures | None]] = (
            ("polyfocal", each.planned),
            ("strawberry", each.resolved),
            ("static", each.static),
        )
        for server, figures in servers:
            if figures is None:
                continue
            sql = statements.get(server, {}).get(name)
            table.add_row(
                f"{name} {each.operation.what}" if server == "polyfocal" else "",
                server,
                f"{figures.rate:,.0f}",
                f"{figures.p50:.2f}",
                f"{figures.p99:.2f}",
                f"{figures.cpu:,.0f}",
                f"{each.size:,}",
                "" if sql is None else str(sql),
            )
    return table


def _ratios(measured: Sequence[Measured]) -> Table:
    table = _table("ratios", "of static, req/s", "of static, CPU", "times Strawberry, req/s", "times Strawberry, CPU")
    for each in measured:
        resolved = each.resolved
        table.add_row(
            each.operation.name,
            f"{each.planned.rate / each.static.rate:.3f}",
            f"{each.static.cpu / each.planned.cpu:.3f}",
            f"{each.planned.rate / resolved.rate:.1f}" if resolved else "",
            f"{resolved.cpu / each.planned.cpu:.1f}" if resolved else "",
        )
    return table


def _wanted(measured: Mapping[str, Measured], process: Process) -> Table:
    table = _table("wanted", "", "measured", "")
    for what, wanted, found, met in _figures_wanted(measured, process):
        table.add_row(what, wanted, found, "met" if met else "missed")
    return table


def _figures_wanted(measured: Mapping[str, Measured], process: Process) -> Iterator[tuple[str, str, str, bool]]:
    for name, least in (("Q2", 20.0), ("Q3", 20.0)):
        each = measured.get(name)
        if each and each.resolved:
            rate, cpu = each.planned.rate / each.resolved.rate, each.resolved.cpu / each.planned.cpu
            met = max(rate, cpu) >= least
            yield f"{name}, plan to Strawberry", f">= {least:.0f}", f"{rate:.1f} by req/s, {cpu:.1f} by CPU", met
    for name, least in (("Q1", 0.20), ("Q2", 0.10), ("Q3", 0.10)):
        if each := measured.get(name):
            ratio = each.planned.rate / each.static.rate
            yield f"{name}, plan to static", f">= {least:.2f}", f"{ratio:.3f}", ratio >= least
    yield "start to first answer", "< 2 s", f"{process.first_answer:.2f} s", process.first_answer < 2
    yield "RSS of the web process", "< 130 MB", f"{process.memory:.0f} MB", process.memory < 130
