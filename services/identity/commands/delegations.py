"""Sign-in by way of another provider: begun in a browser, taken when it returns, and matched to a person."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.identity.commands.accounts import SignedIn
from services.identity.model import BrowserSession, DelegatedSignIn
from services.identity.model.base import hash_secret
from services.identity.model.people import NIP
from services.identity.queries.sign_in import may_sign_in, who_is_called
from services.identity.roster_row import is_address
from shared.database import bind_tenant
from shared.ids import NATIONAL


def begin(session: Session, browser: BrowserSession, *, next_: str, at: datetime) -> tuple[str, DelegatedSignIn]:
    """Begin a sign-in of a browser; give the state that it has to bring back, and the rest."""
    state, kept = DelegatedSignIn.begin(browser=browser.id_hash, next_=next_, at=at)
    session.add(kept)
    return state, kept


def take(session: Session, state: str, browser: BrowserSession, *, at: datetime) -> DelegatedSignIn | None:
    """Give the sign-in that this browser began with a state, and let it be taken by nobody else; None for any other."""
    kept = session.get(DelegatedSignIn, hash_secret(state), with_for_update=True)
    if kept is None or not kept.is_of(browser.id_hash, at):
        return None
    session.delete(kept)
    return kept


def recognise(session: Session, said: str, *, at: datetime) -> SignedIn | None:
    """Give whom a provider means by a NIP or an address; nobody is registered by it.

    Operators are not recognised, because whoever runs the other provider would run this platform too.
    """
    name = said.strip()
    who = who_is_called(session, name) if NIP.fullmatch(name) or is_address(name) else None
    if who is None or who[0] == NATIONAL:
        return None
    bind_tenant(session, who[0])
    return SignedIn(*who) if may_sign_in(session, *who, at=at) else None
