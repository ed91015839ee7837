"""Lets an operator of the platform work on rows of every tenant, in the tables that are protected with `operators`."""

from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction


def open_to_operator(session: Session) -> None:
    """Let a session see and write every tenant's rows in those tables, until it is closed; others stay as they are.

    Whoever calls this has made sure that an operator asks: see `shared.migrations.protect`.
    """
    session.info["operator"] = True
    if session.in_transaction():
        _tell_postgresql(session.connection())


@event.listens_for(Session, "after_begin")
def _open_transaction(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    # What row-level security reads ends with each transaction.
    if session.info.get("operator"):
        _tell_postgresql(connection)


def _tell_postgresql(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('wiyata.operator', 'on', true)"))
