"""Structured logs: one JSON object a line on stderr, without personal data.

Messages of exceptions may quote what a person typed (a key error, a database's detail), so of an exception only its type and
the places in the code are kept; of a database error also the state and the constraint.
"""

import logging
import logging.config
import re
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict

SPEAKS_OF_CODE = (
    ImportError,
    AttributeError,
    NameError,
    TypeError,
    NotImplementedError,
    OSError,
)  # messages worth keeping
FRAMES, CAUSES = 12, 2
INSTALLED = re.compile(r"^.*/(site-packages|src|lib/python[0-9.]+)/")


def configure(level: str = "INFO") -> None:
    """For every process of ours; lines of libraries come out in the same form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    }
    quiet = {"level": "WARNING"}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.request": {"level": "ERROR"},  # its warnings quote addresses
                "procrastinate": quiet,  # its lines of information quote the arguments of jobs
                "psycopg.pool": quiet,
                "asyncio": quiet,
            },
        }
    )


def without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """`exc_info` becomes `error`: type and places; see the head of this file."""
    problem = event.pop("exc_info", None)
    if problem is True:
        problem = sys.exc_info()
    if isinstance(problem, tuple):
        problem = problem[1]
    if isinstance(problem, BaseException):
        event["error"] = describe(problem)
    return event


def describe(problem: BaseException, depth: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = {"type": f"{type(problem).__module__}.{type(problem).__qualname__}", "at": _places(problem)}
    if isinstance(problem, SPEAKS_OF_CODE):
        told["message"] = str(problem)[:300]
    diagnosis = getattr(problem, "diag", None)
    if diagnosis is not None:
        told |= {"sqlstate": diagnosis.sqlstate, "constraint": diagnosis.constraint_name}
    cause = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if cause is not None and depth < CAUSES:
        told["because"] = describe(cause, depth + 1)
    return told


def _places(problem: BaseException) -> list[str]:
    """The innermost frames; files below a library's or our own folder, not where that is on this machine."""
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if not frame.filename.startswith("<")]
    return [f"{INSTALLED.sub('', frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-FRAMES:]]
