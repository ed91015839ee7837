"""JSON logs on standard error, each line with the correlation id of the request or event that caused it.

A log line carries ids and counts, never a name, a number or a text of a person.
"""

import logging
import sys
import traceback
from typing import TextIO

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

bound = bound_contextvars


def log(name: str) -> structlog.stdlib.BoundLogger:
    """Give a logger; `name` is the module that speaks."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def correlation_id() -> str:
    """Give the correlation id of the request or event at hand, or an empty string."""
    return str(get_contextvars().get("correlation", ""))


def trace_of(error: BaseException) -> str:
    """Give where an error came from, without its message: a message may quote a person's text."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join([*(f"{one.filename}:{one.lineno} {one.name}" for one in frames), type(error).__name__])


def silence_client_of_the_log() -> None:
    """Leave out what Kafka's client says of every attempt to reach a broker: for commands, not for processes."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Make every logger of this process, ours and the libraries', write one JSON object a line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("kafka", "httpx", "alembic", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
