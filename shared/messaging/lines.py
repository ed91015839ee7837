"""Handles what waits in a line of letters, in its order: for an operator, and where an operator was stopped halfway."""

from collections.abc import Collection

from shared.database import Database
from shared.errors import Conflict
from shared.events import BrokenPayload, Event, UnknownType, decode
from shared.logging import log, trace_of
from shared.messaging import inbox, letters
from shared.messaging.handling import handle
from shared.service import Service

logger = log(__name__)

TRIES = 3
"""How many processes may end while they handle one letter, before it is dead again."""


class ReplayFailed(Conflict):
    """The event failed again: it is dead, and its line waits."""


def release(service: Service, database: Database, key: str) -> int:
    """Handle a line's letters in order, one commit each, until none is left; give how many were handled.

    Raises `ReplayFailed` when one fails. What fails because of a lost connection or a lock is left as it stands.
    """
    handled = 0
    while letter := _head(database, key):
        if _begun(database, letter) > TRIES:
            _bury_again(database, letter, reason="Every try ended with the process that made it.")
            raise ReplayFailed(f"Event {letter.event_id} ended every process that handled it.")
        try:
            handled += _handle_letter(service, database, letter)
        except Exception as error:
            name = type(error).__name__
            if inbox.is_not_now(error):
                _take_back(database, letter)
                raise ReplayFailed(f"No database just now ({name}): replay {letter.event_id} again.") from error
            _bury_again(database, letter, reason=f"{name} when it was replayed.", trace=trace_of(error))
            raise ReplayFailed(f"Event {letter.event_id} failed again: {name}.") from error
    return handled


def release_left(service: Service, database: Database, partitions: Collection[int]) -> None:
    """Let those lines on partitions go on whose dead letter somebody wants replayed, or replayed or discarded halfway.

    Whoever owns the partitions calls this: others would come just now for the same letter, and their tries would count.
    """
    with database.reading() as session:
        left = letters.left_lines(session, partitions)
    for key in left:
        try:
            release(service, database, key)
        except ReplayFailed as failed:
            logger.error("line waits again", service=service.name, reason=str(failed))


def _begun(database: Database, letter: letters.Undelivered) -> int:
    """Count durably that a letter is about to be handled: it may end this process."""
    with database.writing() as session:
        return inbox.count_try(session, letter.event_id)


def _take_back(database: Database, letter: letters.Undelivered) -> None:
    """Count one try less: the last one had no outcome."""
    with database.writing() as session:
        inbox.take_back_try(session, letter.event_id)


def _head(database: Database, key: str) -> letters.Undelivered | None:
    with database.reading() as session:
        return letters.next_of_line(session, key)


def _handle_letter(service: Service, database: Database, letter: letters.Undelivered) -> int:
    """Handle one letter under the lock of its partition, unless somebody else did meanwhile."""
    with database.writing() as session:
        inbox.lock_partitions(session, [letter.partition])
        if letters.next_of_line(session, letter.key) != letter:
            return 0
        handle(service, session, [_event_of(letter)])
        letters.settle(session, letter.event_id, "replayed")
        inbox.forget_tries(session, letter.event_id)
    logger.info("event replayed", service=service.name, event_id=str(letter.event_id))
    return 1


def _bury_again(database: Database, letter: letters.Undelivered, *, reason: str, trace: str = "") -> None:
    """Note that a letter failed when its turn came, unless somebody else replayed or discarded it meanwhile."""
    with database.writing() as session:
        inbox.lock_partitions(session, [letter.partition])
        if letters.next_of_line(session, letter.key) == letter:
            letters.mark_dead(session, letter.event_id, reason=reason, trace=trace)
            inbox.forget_tries(session, letter.event_id)


def _event_of(letter: letters.Undelivered) -> Event:
    try:
        return decode(letter.body)
    except UnknownType as unknown:
        raise BrokenPayload(f"{unknown} is not known here.") from unknown
