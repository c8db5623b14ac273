"""The search index against the changes of the database."""

from collections.abc import Iterator

from cms.operating.doctor.database import Facts
from cms.operating.doctor.findings import Finding, reason
from search import open_engine

ABOUT = "index"


def examine_index(url: str, facts: Facts) -> Iterator[Finding]:
    """Damaged, ahead, behind, or in step."""
    rebuilt = "Start the worker, which builds it again."
    try:
        engine = open_engine(url)
    except Exception as error:  # noqa: BLE001 - whatever an engine meets, the answer is a line
        yield Finding(ABOUT, f"it cannot be opened: {reason(error)}.", "Check POLYFOCAL_SEARCH_URL.")
        return
    try:
        if problems := engine.check():
            for problem in problems:
                yield Finding(ABOUT, problem.rstrip(".") + ".", rebuilt)
        elif not facts.is_readable:
            yield Finding(ABOUT, "whole; the database that it follows cannot be asked.")
        else:
            yield _in_step(engine.position(), facts)
    except Exception as error:  # noqa: BLE001 - as above
        yield Finding(ABOUT, f"it cannot be read: {reason(error)}.", f"Remove it. {rebuilt}")
    finally:
        engine.close()


def _in_step(position: int, facts: Facts) -> Finding:
    if position > facts.latest:
        return Finding(
            ABOUT,
            "ahead of the database, so it tells of another history.",
            "Start the worker; it begins anew.",
        )
    if behind := sum(change > position for change in facts.changes):
        return Finding(ABOUT, f"{behind} changes behind the database.", "Start the worker, or give it a moment.")
    return Finding(ABOUT, "in step with the database.")
