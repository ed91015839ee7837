"""Mails: queued beside their cause, prepared for a try, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.commands.accounts import NoSuchPerson
from services.identity.commands.code_sheets import Maker, note_codes
from services.identity.model import Account, Mail, OneTimeCode, Person, Tenant
from services.identity.model.base import hash_secret
from services.identity.model.codes import Purpose
from services.identity.queries.sign_in import may_sign_in, open_accounts
from shared.errors import Conflict
from shared.logging import log

KEPT = timedelta(days=30)
"""How long it can be seen what became of a mail."""

_log = log(__name__)


class MailIsNotSetUp(Conflict):
    """This suite has no mail server: hand out codes on paper."""


@dataclass(frozen=True)
class Queued:
    """For whom a mail waits now, and who gets none: they have no address, or their account is closed."""

    queued: list[UUID]
    unreachable: list[UUID]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """All that a mail tells. The code is in memory alone: what is stored is its hash."""

    id: UUID
    address: str
    name: str
    tenant: str
    zone: str
    purpose: Purpose
    language: str | None
    has_nip: bool
    code: str
    expires_at: datetime


def queue_invitations(session: Session, tenant: UUID, people: Collection[UUID], *, by: Maker, at: datetime) -> Queued:
    """Queue a mail with a one-time code for each of these people who has an address; one that waits already is enough.

    Raises `NoSuchPerson` when one of them is not the tenant's, and then no mail was queued.
    """
    wanted = set(people)
    rows = session.execute(select(Person.id, Person.email).where(Person.tenant == tenant, Person.id.in_(wanted))).all()
    if len(rows) < len(wanted):
        raise NoSuchPerson("One of these people is not here; no mail was queued.")
    is_open = open_accounts(session, tenant, wanted, at=at)
    reachable = {row.id for row in rows if row.email and row.id in is_open}
    fresh = sorted(reachable - _waiting(session, tenant, reachable))
    session.add_all(Mail.queue(tenant=tenant, person_id=one, purpose="invitation", at=at) for one in fresh)
    if fresh:
        note_codes(session, tenant, fresh, by=by, at=at)
    return Queued(sorted(reachable), sorted(wanted - reachable))


def prepare(session: Session, *, at: datetime, most: int) -> list[Prepared]:
    """Begin a try of the mails that are due: count it, make the code of each link, and give what they tell.

    It has to be committed before anything is sent: a link that arrives must work, and a process that ends amid the
    round must not begin it again at once.
    """
    due = select(Mail).where(Mail.ended_at.is_(None), Mail.not_before <= at).order_by(Mail.not_before, Mail.id)
    mails = session.scalars(due.limit(most).with_for_update(skip_locked=True)).all()
    return [one for mail in mails if (one := _prepare(session, mail, at)) is not None]


def note_sent(session: Session, prepared: Prepared, *, at: datetime) -> None:
    """Note that a mail is on its way: codes that were made before, for the same purpose, stop working."""
    mail = session.get(Mail, prepared.id, with_for_update=True)
    if mail is None:
        return
    mail.note_sent(at)
    session.execute(
        delete(OneTimeCode).where(
            OneTimeCode.person_id == mail.person_id,
            OneTimeCode.purpose == mail.purpose,
            OneTimeCode.expires_at < prepared.expires_at,
        )
    )
    _log.info("mail sent", mail=str(mail.id), purpose=mail.purpose, tries=mail.tries)


def note_failure(session: Session, prepared: Prepared, *, at: datetime, for_good: bool) -> None:
    """Note that a mail could not be sent now, or never can.

    Its code stays unless that is for good: a server that fell silent may have taken the mail all the same.
    """
    if for_good:
        session.execute(delete(OneTimeCode).where(OneTimeCode.code_hash == hash_secret(prepared.code)))
    mail = session.get(Mail, prepared.id, with_for_update=True)
    if mail is not None:
        mail.note_failure(at, for_good=for_good)
        _log.warning("mail not sent", mail=str(mail.id), purpose=mail.purpose, tries=mail.tries, outcome=mail.outcome)


def _prepare(session: Session, mail: Mail, at: datetime) -> Prepared | None:
    held = select(Person).where(Person.tenant == mail.tenant, Person.id == mail.person_id).with_for_update(read=True)
    person = session.scalar(held)  # Whoever erases them waits, and takes the code along.
    if person is None or not person.email:
        mail.give_up("no_address", at)
        return None
    if not may_sign_in(session, mail.tenant, mail.person_id, at=at):
        mail.give_up("account_closed", at)
        return None
    mail.begin_try(at)
    purpose: Purpose = "reset" if mail.purpose == "reset" else "invitation"
    code, kept = OneTimeCode.make(tenant=mail.tenant, person_id=person.id, at=at, purpose=purpose)
    session.add(kept)
    tenant = session.get_one(Tenant, mail.tenant)
    account = session.scalar(select(Account).where(Account.tenant == mail.tenant, Account.person_id == person.id))
    return Prepared(
        id=mail.id,
        address=person.email,
        name=person.name,
        tenant=tenant.name,
        zone=tenant.zone,
        purpose=purpose,
        language=account.language if account else None,
        has_nip=person.nip is not None,
        code=code,
        expires_at=kept.expires_at,
    )


def _waiting(session: Session, tenant: UUID, people: Collection[UUID]) -> set[UUID]:
    waiting = select(Mail.person_id).where(
        Mail.tenant == tenant, Mail.person_id.in_(people), Mail.purpose == "invitation", Mail.ended_at.is_(None)
    )
    return set(session.scalars(waiting))
