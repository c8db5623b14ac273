"""Structured logs: every line with its time, level and, inside a request, the request's id."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog


def configure_logs(how: Literal["console", "json"], level: str) -> None:
    """Send structlog's lines, and those of libraries, to stderr in that form, from that level on."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: structlog.typing.Processor
    if how == "json":
        shared.append(structlog.processors.format_exc_info)
        render = structlog.processors.JSONRenderer()
    elif sys.stderr.isatty():
        render = structlog.dev.ConsoleRenderer()
    else:
        shared.append(structlog.processors.format_exc_info)
        render = _plain_line
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level.upper()], logging.WARNING))


def _plain_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """A line as a terminal shows it, without colours and padding, which cost as much as a small query."""
    head = f"{event.pop('timestamp')} [{event.pop('level')}] {event.pop('event')}"
    exception = event.pop("exception", None)
    line = " ".join([head, *(f"{name}={_shown(value)}" for name, value in event.items())])
    return f"{line}\n{exception}" if exception else line


def _shown(value: object) -> str:
    """A value that cannot be taken for a line or a field of its own."""
    text = value if isinstance(value, str) else repr(value)
    return text if text.isprintable() and " " not in text else repr(text)
