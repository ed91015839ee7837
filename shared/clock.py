"""The only source of the present moment, and the place where days are cut in a city's zone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Give the present moment in UTC, cut to milliseconds."""
    at = _source()
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def local_day(at: datetime, zone: str) -> date:
    """Give the calendar day on which `at` falls in an IANA zone."""
    return at.astimezone(ZoneInfo(zone)).date()


@contextmanager
def telling(source: Callable[[], datetime] | datetime) -> Iterator[None]:
    """Let another source tell the time within a block, in this process: for tests and for playing past days."""
    global _source
    before = _source
    _source = source if callable(source) else (lambda: source)
    try:
        yield
    finally:
        _source = before
