"""The session of the browser at hand, by its cookie."""

from flask import Response, after_this_request, g, request

from services.identity.commands import accounts
from services.identity.commands.accounts import SignedIn
from services.identity.model import BrowserSession
from services.identity.model.base import hash_secret
from shared import clock
from shared.web.edge import edge
from shared.web.work import session

COOKIE = "wiyata_identity"


def current() -> BrowserSession | None:
    """Give the browser's session, or None where it has none that counts."""
    if "browser" not in g:
        cookie = request.cookies.get(COOKIE, "")
        kept = session().get(BrowserSession, hash_secret(cookie)) if cookie else None
        g.browser = kept if kept and kept.is_open(clock.now()) else None
    browser: BrowserSession | None = g.browser
    return browser


def known() -> BrowserSession:
    """Give the browser's session; begin one where there is none."""
    browser = current()
    if browser is None:
        cookie, browser = BrowserSession.of_somebody(at=clock.now())
        session().add(browser)
        _send(cookie, browser)
    return browser


def read_again() -> None:
    """Forget what was read of the browser's session, because the unit of work that read it has ended."""
    g.pop("browser", None)


def sign_in(who: SignedIn) -> None:
    """Give the browser a new session, of the person who has just signed in."""
    cookie, browser = accounts.begin_browser(session(), who, before=current(), at=clock.now())
    _send(cookie, browser)


def sign_out() -> None:
    """End the browser's session, and what sites were given in it."""
    browser = current()
    if browser is not None:
        accounts.sign_out(session(), browser, at=clock.now())
    g.browser = None
    after_this_request(_forget)


def _send(cookie: str, browser: BrowserSession) -> None:
    g.browser = browser

    @after_this_request
    def send(answer: Response) -> Response:
        answer.set_cookie(COOKIE, cookie, path=edge().mount, httponly=True, samesite="Lax", secure=_is_secure())
        return answer


def _forget(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path=edge().mount, httponly=True, samesite="Lax", secure=_is_secure())
    return answer


def _is_secure() -> bool:
    return edge().settings.public_url.startswith("https:")
