"""The errand that sends mails: it prepares a few in one commit, hands them over, and notes what became of each."""

from collections import deque
from email.message import EmailMessage

from services.identity.commands import mails, resets
from services.identity.commands.mails import Prepared
from services.identity.mail import Carrier, FolderCarrier, HandOver, MailRefused, MailServerAway, SmtpCarrier
from services.identity.mail_texts import write
from services.identity.settings import read_mail_server
from shared import clock
from shared.database import Database
from shared.logging import log
from shared.settings import Settings, read_settings

MOST_AT_ONCE = 20
ROUNDS = 10
"""How many connections an errand makes at most, so that a process that is told to stop does so in time."""

_log = log(__name__)


def carrier_of(settings: Settings) -> Carrier | None:
    """Give the mail server of the settings; without one a folder, where the databases are files in a folder too."""
    server = read_mail_server()
    if server is not None:
        return SmtpCarrier(server)
    return None if settings.database_worker else FolderCarrier(settings.folder / "mail")


def send_mails(database: Database) -> None:
    """Send the mails that are due, a few at a time. What is not taken now is tried again later.

    A process that ends after a mail was taken, and before that is noted, sends it again under the same name.
    """
    settings = read_settings()
    carrier = carrier_of(settings)
    if carrier is None:
        return
    with database.writing() as session:
        resets.queue_resets(session, at=clock.now())
    for _ in range(ROUNDS):
        if _round(database, carrier, settings) < MOST_AT_ONCE:
            break


def _round(database: Database, carrier: Carrier, settings: Settings) -> int:
    """Try the next mails; give how many the server answered for."""
    with database.writing() as session:
        prepared = mails.prepare(session, at=clock.now(), most=MOST_AT_ONCE)
    left = deque(prepared)
    try:
        if left:
            with carrier.round() as hand_over:
                while left:
                    _send(database, left[0], hand_over, write(left[0], settings, sender=carrier.sender, at=clock.now()))
                    left.popleft()
    except MailServerAway as away:
        _log.warning("mail server away", reason=str(away), waiting=len(left))
        with database.writing() as session:
            for one in left:
                mails.note_failure(session, one, at=clock.now(), for_good=False)
    return len(prepared) - len(left)


def _send(database: Database, prepared: Prepared, hand_over: HandOver, message: EmailMessage) -> None:
    try:
        hand_over(message)
    except MailRefused as refused:
        with database.writing() as session:
            mails.note_failure(session, prepared, at=clock.now(), for_good=refused.for_good)
        return
    with database.writing() as session:
        mails.note_sent(session, prepared, at=clock.now())
