"""Tells an error of a database that says "not now" from one that says "never"."""

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from shared.database import sqlite_driver

WAITING_CLASSES = frozenset({"08", "53", "57"})
"""SQLSTATE classes of PostgreSQL: connection lost, resources used up (the disk, too), operator's intervention."""

WAITING_STATES = frozenset({"25006", "25P03", "40001", "40P01", "55P03", "58030"})
"""A stand-by after a failover, a session that idled too long, serialisation, deadlock, lock not to be had, disk."""

WAITING_ON_SQLITE = frozenset({5, 6, 10, 13, 14, 15})
"""SQLite's primary codes BUSY, LOCKED, IOERR, FULL, CANTOPEN and PROTOCOL (a race for a lock)."""


def is_waiting(error: BaseException) -> bool:
    """Tell whether an error says "not now" (lost connection, deadlock, lock, time-out, full disk) and not "never"."""
    if isinstance(error, NoneFree):  # The pool has no connection to give.
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite_driver.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in WAITING_ON_SQLITE
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if not state:  # It was not the server that said so: the client does not reach it.
        return isinstance(error, OperationalError)
    return state[:2] in WAITING_CLASSES or state in WAITING_STATES


def is_statement_timeout(error: BaseException) -> bool:
    """Tell whether PostgreSQL cancelled a statement that took too long."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "57014"
