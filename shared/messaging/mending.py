"""What people decide about dead letters, in one transaction of the database: whoever handles events carries it out.

A web process may do this as well as the command line: no handler runs here, and nothing asks the log.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shared import audit
from shared.ids import NATIONAL
from shared.logging import log
from shared.messaging import inbox, letters
from shared.messaging.letters import Undelivered
from shared.plumbing import letters as letter_table

logger = log(__name__)

Reason = Literal["not_needed", "wrong_at_source", "said_again", "done_by_hand", "never_to_be_mended"]
"""Why an event is given up. A code and no sentence: it is kept for ever, and must hold nothing about a person."""

TICKET = r"[A-Za-z0-9._/#-]{1,40}"
"""A case's number outside, by which people find what was said about it; too narrow for a sentence or a name."""


def ask_for_replay(session: Session, event_id: UUID) -> Undelivered:
    """Let the letter at the head of its line be handled again, if it is not to be already.

    Raises `LetterNotFound` or `LetterIsNotNext`.
    """
    letter = _held(session, event_id)
    if letters.state_of(session, event_id) != "due":
        _make_due(session, letter)
    return letter


def ask_for_replays(session: Session, *wanted: ColumnElement[bool], most: int) -> list[UUID]:
    """Let up to so many dead letters be handled again, those that came first; give their ids in that order."""
    dead = select(letter_table).where(letter_table.c.state == "dead", *wanted).order_by(letter_table.c.position)
    found = session.execute(dead.limit(most)).all()
    if not found:
        return []
    inbox.lock_partitions(session, {row.partition for row in found})
    ids = [row.event_id for row in found]
    still = session.execute(dead.where(letter_table.c.event_id.in_(ids))).all()
    for row in still:
        _make_due(session, letters.undelivered(row))
    return [row.event_id for row in still]


def give_up(session: Session, event_id: UUID, *, reason: Reason, ticket: str = "") -> Undelivered:
    """Discard the letter at the head of its line for good; `ticket` is where the case is told, outside.

    Raises `LetterNotFound` or `LetterIsNotNext`.
    """
    letter = _held(session, event_id)
    letters.settle(session, event_id, "discarded")
    _note(session, "letter.discarded", letter, reason=reason, ticket=ticket)
    return letter


def _held(session: Session, event_id: UUID) -> Undelivered:
    letter = letters.open_letter(session, event_id)
    inbox.lock_partitions(session, [letter.partition])
    return letters.open_letter(session, event_id)  # Somebody may have replayed it before the lock was free.


def _make_due(session: Session, letter: Undelivered) -> None:
    letters.make_due(session, letter.event_id)
    _note(session, "letter.replayed", letter)


def _note(session: Session, act: str, letter: Undelivered, **details: str) -> None:
    subject = f"event/{letter.event_id}"
    audit.note(session, act=act, subject=subject, tenant=letter.tenant or NATIONAL, type=letter.type, **details)
