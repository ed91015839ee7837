"""Signing in with another provider: sent there with a state, and back with a code."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from services.identity.commands import delegations
from services.identity.other_provider import OtherProvider, ProofNotValid, ProviderAway
from services.identity.pages import browsers
from services.identity.pages.forms import SignInForm
from services.identity.pages.language import language, say
from services.identity.pages.views import address_after, sign_in_page, too_often
from shared import clock
from shared.errors import NotFound
from shared.logging import log
from shared.web.auth import public
from shared.web.edge import edge
from shared.web.limits import limiter
from shared.web.work import abandon, session, writes

blueprint = Blueprint("delegated", __name__, template_folder="../templates")
blueprint.register_error_handler(429, too_often)


class NoOtherProvider(NotFound):
    """The settings name no other provider to sign in with."""


@blueprint.get("/delegated-sign-in")
@limiter.limit("30 per minute", key_func=get_remote_address)
@public
@writes
def begin() -> ResponseReturnValue:
    """Send the browser to the other provider."""
    provider, next_ = _provider(), request.args.get("next", "")
    try:
        provider.discover()  # Before anything is written: the provider may take its time.
    except ProviderAway as away:
        return _is_away(provider, next_, away)
    state, kept = delegations.begin(session(), browsers.known(), next_=next_, at=clock.now())
    address = provider.address(
        redirect_uri=_back(), state=state, nonce=kept.nonce, verifier=kept.verifier, language=language()
    )
    return redirect(address, 303)


@blueprint.get("/delegated-sign-in/return")
@limiter.limit("30 per minute", key_func=get_remote_address)
@public
@writes
def come_back() -> ResponseReturnValue:
    """Take the browser back: check that it is the one that was sent, and who it is; then go on to the site."""
    provider, at, browser = _provider(), clock.now(), browsers.current()
    if browser is None:
        return render_template("identity/stale.html"), 400
    # The other provider is asked while nothing is locked here: SQLite has one writer.
    abandon()
    with edge().database.writing() as own:
        begun = delegations.take(own, request.args.get("state", ""), browser, at=at)
    browsers.read_again()
    if begun is None or request.args.get("iss", provider.delegation.issuer) != provider.delegation.issuer:
        return render_template("identity/stale.html"), 400
    label = provider.delegation.label
    if "code" not in request.args:
        return _refused(begun.next, say("Anda belum masuk dengan %(label)s.", label=label))
    try:
        said = provider.who(
            request.args["code"], redirect_uri=_back(), nonce=begun.nonce, verifier=begun.verifier, at=at
        )
    except ProviderAway as away:
        return _is_away(provider, begun.next, away)
    except ProofNotValid as wrong:
        log(__name__).warning("delegated sign-in refused", reason=str(wrong))
        return _not_recognised(provider, begun.next)
    who = delegations.recognise(session(), said, at=at)
    if who is None:
        return _not_recognised(provider, begun.next)
    browsers.sign_in(who)
    return redirect(address_after(begun.next), 303)


def _provider() -> OtherProvider:
    provider: OtherProvider | None = current_app.extensions["other_provider"]
    if provider is None:
        raise NoOtherProvider("There is no other provider to sign in with.")
    return provider


def _back() -> str:
    return f"{edge().settings.public_url}{url_for('delegated.come_back')}"


def _is_away(provider: OtherProvider, next_: str, away: ProviderAway) -> ResponseReturnValue:
    log(__name__).warning("other provider away", reason=str(away))
    label = provider.delegation.label
    fault = say("%(label)s tidak menjawab. Coba lagi sebentar lagi, atau masuk dengan kata sandi.", label=label)
    return _refused(next_, fault, status=503)


def _not_recognised(provider: OtherProvider, next_: str) -> ResponseReturnValue:
    label = provider.delegation.label
    fault = say("Akun %(label)s Anda tidak terhubung dengan akun di sini. Hubungi administrator Anda.", label=label)
    return _refused(next_, fault)


def _refused(next_: str, fault: str, *, status: int = 422) -> ResponseReturnValue:
    # What an answer of 400 and above did is undone, a fresh browser's session too: the form needs one that stays.
    abandon()
    browsers.read_again()
    answer = sign_in_page(SignInForm(formdata=None, next=next_), fault=fault)
    answer.status_code = status
    return answer
