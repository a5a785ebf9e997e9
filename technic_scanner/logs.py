"""Configure the logs of long-running processes: one line per record, as key=value or JSON, on standard error.

Modules log through the standard library; without a call of ``configure`` logging is not changed.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from technic_scanner.domain.printable import visible

Format = Literal["text", "json"]

_OURS = "technic_scanner"
# Libraries with their own handlers and formats, which are replaced.
_SERVERS = ("uvicorn", "uvicorn.access", "uvicorn.error")
_ORDER = ("timestamp", "level", "logger", "event")


def configure(level: str, form: Format) -> None:
    """Log this package's records from ``level`` on, and warnings of others; a repeated call replaces the configuration.

    Each line contains the values that ``structlog.contextvars`` has bound where it was logged.
    """
    handler = _StandardError()
    handler.setFormatter(_formatter(form))
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not isinstance(other, _StandardError)] + [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    logging.getLogger(_OURS).setLevel(level)
    for name in _SERVERS:
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def _formatter(form: Format) -> logging.Formatter:
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "text":
        renderer = structlog.processors.LogfmtRenderer(key_order=_ORDER)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _in_order,
            _visibly(renderer),
        ],
    )


def _visibly(renderer: Processor) -> Processor:
    """Write out the control characters that a renderer leaves: a line of the log is one line of the terminal."""

    def rendered(logger: WrappedLogger, method: str, entry: EventDict) -> str:
        return visible(str(renderer(logger, method, entry)))

    return rendered


def _in_order(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Put the fields that all lines have before the others."""
    return {**{name: entry[name] for name in _ORDER}, **entry}


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to the current standard error, which may have been redirected since the handler was created."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr
