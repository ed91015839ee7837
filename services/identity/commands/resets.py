"""Forgotten passwords: a name is typed, and whoever it belongs to gets a mail."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import Mail, PasswordReset
from services.identity.model.accounts import read_sign_in_name
from services.identity.model.locks import hash_name
from services.identity.model.resets import ASKED_AGAIN_AFTER
from services.identity.queries.sign_in import who_is_called
from shared.database import insert_new


def ask_reset(session: Session, typed: str, *, at: datetime) -> None:
    """Note that somebody forgot the password of a name; a name noted minutes ago stays as it is.

    A name that nobody has is looked up and noted alike, so that the time it takes does not tell which names exist.
    """
    who = who_is_called(session, typed)
    row = {
        "name_hash": hash_name(read_sign_in_name(typed)),
        "tenant": who[0] if who else None,
        "person_id": who[1] if who else None,
        "queued": False,
        "expires_at": at + ASKED_AGAIN_AFTER,
    }
    insert = insert_new(PasswordReset, session).values(row)
    again = {name: insert.excluded[name] for name in row if name != "name_hash"}
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["name_hash"], set_=again, where=PasswordReset.__table__.c.expires_at <= at
        )
    )


def queue_resets(session: Session, *, at: datetime) -> None:
    """Queue a mail for everybody whose name was typed, once however many of their names were."""
    wanted = select(PasswordReset).where(PasswordReset.person_id.is_not(None), PasswordReset.queued.is_(False))
    rows = session.scalars(wanted.order_by(PasswordReset.name_hash).limit(200).with_for_update(skip_locked=True)).all()
    for asked in rows:
        asked.queued = True
        if asked.tenant is None or asked.person_id is None:
            continue
        recent = select(Mail.id).where(
            Mail.tenant == asked.tenant,
            Mail.person_id == asked.person_id,
            Mail.purpose == "reset",
            (Mail.ended_at.is_(None)) | (Mail.queued_at > at - ASKED_AGAIN_AFTER),
        )
        if session.scalar(recent.limit(1)) is None:
            session.add(Mail.queue(tenant=asked.tenant, person_id=asked.person_id, purpose="reset", at=at))
            session.flush()
