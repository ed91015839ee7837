"""Accounts: one-time codes, first and new passwords, and signing in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.identity.model import (
    Account,
    BrowserSession,
    OneTimeCode,
    Operator,
    Person,
    SignInName,
    SignInTries,
    TokenFamily,
)
from services.identity.model.accounts import check_password, read_sign_in_name
from services.identity.model.base import hash_secret
from services.identity.model.codes import Purpose, read_code
from services.identity.model.locks import hash_name
from services.identity.passwords import Passwords
from services.identity.queries.sign_in import may_sign_in
from shared import audit
from shared.database import bind_tenant
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.ids import NATIONAL


class NoSuchPerson(NotFound):
    """There is no such person, or not for this caller."""


class CodeNotValid(Invalid):
    """A one-time code works once, while it is young enough, until a newer one is made."""


class AccountClosed(Forbidden):
    """Whoever has left every post, and holds no role, does not sign in any more."""


class OperatorNameTaken(Conflict):
    """An operator's name is what they sign in with."""


@dataclass(frozen=True)
class SignedIn:
    """Who has just signed in."""

    tenant: UUID
    person_id: UUID


def add_operator(session: Session, name: str) -> Operator:
    """Register an operator of the platform. Raises `OperatorNameTaken`, or what `Operator.register` raises."""
    operator = Operator.register(name)
    if session.get(SignInName, name) is not None:
        raise OperatorNameTaken(f"Somebody signs in as {name} already.", name=name)
    bind_tenant(session, NATIONAL)
    session.add_all([operator, SignInName(name=name, tenant=NATIONAL, person_id=operator.id)])
    audit.note(session, act="operator.added", subject=f"person/{operator.id}", tenant=NATIONAL)
    return operator


def make_code_for_person(session: Session, tenant: UUID, person_id: UUID, *, at: datetime) -> tuple[str, OneTimeCode]:
    """Make a one-time code for a person of a tenant; older ones stop working. Raises `NoSuchPerson`."""
    held = select(Person.id).where(Person.tenant == tenant, Person.id == person_id).with_for_update(read=True)
    if session.scalar(held) is None:
        raise NoSuchPerson("There is no such person here.")
    return make_code(session, tenant, person_id, at=at)


def make_code(
    session: Session, tenant: UUID, person_id: UUID, *, at: datetime, purpose: Purpose = "invitation"
) -> tuple[str, OneTimeCode]:
    """Make a one-time code for whoever signs in under this id; older ones of the same purpose stop working."""
    session.execute(delete(OneTimeCode).where(OneTimeCode.person_id == person_id, OneTimeCode.purpose == purpose))
    code, kept = OneTimeCode.make(tenant=tenant, person_id=person_id, at=at, purpose=purpose)
    session.add(kept)
    return code, kept


def set_password(
    session: Session, code: str, password: str, *, passwords: Passwords, language: str, at: datetime
) -> SignedIn:
    """Set a first or a new password by a one-time code.

    The person's codes are used up, a lock is lifted, and whoever was signed in with the old password no longer is.
    Raises `CodeNotValid`, `AccountClosed`, or what `check_password` raises, and then the code stays.
    """
    kept = session.get(OneTimeCode, hash_secret(read_code(code)), with_for_update=True)
    if kept is None or not kept.is_valid(at):
        raise CodeNotValid("This code was used before, is too old, or a newer one was made.")
    name = _sign_in_name(session, kept.person_id)
    check_password(password, sign_in_name=name)
    bind_tenant(session, kept.tenant)
    _require_open(session, kept.tenant, kept.person_id, at)
    account = session.get(Account, kept.person_id)
    if account is None:
        account = Account(person_id=kept.person_id, tenant=kept.tenant)
        session.add(account)
    account.password_hash, account.changed_at, account.language = passwords.hash(password), at, language
    end_sessions(session, kept.person_id, at=at)
    session.execute(delete(OneTimeCode).where(OneTimeCode.person_id == kept.person_id))
    session.execute(delete(SignInTries).where(SignInTries.name_hash == hash_name(name)))
    return SignedIn(kept.tenant, kept.person_id)


def sign_in(
    session: Session, name: str, password: str, *, passwords: Passwords, language: str, at: datetime
) -> SignedIn | None:
    """Check a name and a password. Gives None for a wrong one, after the same work whether the name exists or not.

    Raises `AccountClosed` for a right one of somebody who has left.
    """
    entry = session.get(SignInName, read_sign_in_name(name))
    account: Account | None = None
    if entry is not None:
        bind_tenant(session, entry.tenant)
        account = session.get(Account, entry.person_id)
    right = passwords.is_right(password, account.password_hash if account else None)
    if entry is None or account is None or not right:
        bind_tenant(session, None)
        return None
    _require_open(session, entry.tenant, entry.person_id, at)
    account.language = language
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    return SignedIn(entry.tenant, entry.person_id)


def begin_browser(
    session: Session, who: SignedIn, *, before: BrowserSession | None, at: datetime
) -> tuple[str, BrowserSession]:
    """Begin the session of a browser in which somebody signed in. Gives the cookie's value and what is kept.

    The session it had before ends. What sites were given in it goes on for the same person, and ends for another.
    """
    cookie, browser = BrowserSession.of_person(tenant=who.tenant, person_id=who.person_id, at=at)
    if before is not None and before.person_id == who.person_id:
        moved = update(TokenFamily).where(TokenFamily.browser == before.id_hash).values(browser=browser.id_hash)
        session.execute(moved)
        session.delete(before)
    elif before is not None:
        sign_out(session, before, at=at)
    session.add(browser)
    return cookie, browser


def end_sessions(session: Session, person_id: UUID, *, at: datetime) -> None:
    """Sign a person out everywhere: on the pages here, and at every site when its access token ends."""
    session.execute(delete(BrowserSession).where(BrowserSession.person_id == person_id))
    _revoke(session, TokenFamily.person_id == person_id, at)


def sign_out(session: Session, browser: BrowserSession, *, at: datetime) -> None:
    """Sign a browser out, and end what sites were given in it."""
    _revoke(session, TokenFamily.browser == browser.id_hash, at)
    session.delete(browser)


def _revoke(session: Session, which: Any, at: datetime) -> None:
    session.execute(update(TokenFamily).where(which, TokenFamily.revoked_at.is_(None)).values(revoked_at=at))


def _require_open(session: Session, tenant: UUID, person_id: UUID, at: datetime) -> None:
    if not may_sign_in(session, tenant, person_id, at=at):
        raise AccountClosed("This account is closed: its person holds no post here any more.")


def _sign_in_name(session: Session, person_id: UUID) -> str:
    return session.scalars(select(SignInName.name).where(SignInName.person_id == person_id)).one()
