"""Signing in and out, and the first password."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from services.identity.commands import accounts, locks
from services.identity.commands.accounts import AccountClosed, CodeNotValid
from services.identity.commands.locks import Try
from services.identity.model.accounts import (
    PasswordHoldsSignInName,
    PasswordTooLong,
    PasswordTooShort,
    read_sign_in_name,
)
from services.identity.model.codes import is_typed_code
from services.identity.oidc.authorization import origin_to_return_to
from services.identity.pages import browsers
from services.identity.pages.forms import NewPasswordForm, SignInForm, SignOutForm
from services.identity.pages.language import language, say
from services.identity.passwords import Passwords
from services.identity.queries.people import name_of
from services.identity.settings import Locking
from shared import clock
from shared.database import bind_tenant
from shared.errors import Invalid
from shared.web.auth import public
from shared.web.edge import edge
from shared.web.headers import PAGE_POLICY
from shared.web.limits import limiter
from shared.web.work import abandon, session, writes

blueprint = Blueprint(
    "pages", __name__, template_folder="../templates", static_folder="../static", static_url_path="/assets"
)

WRONG = 422
"""The status of a page that shows a form again with what to mend."""


def passwords() -> Passwords:
    """Give the hasher of this process."""
    hasher: Passwords = current_app.extensions["passwords"]
    return hasher


def locking() -> Locking:
    """Give the rules by which names are locked."""
    rules: Locking = current_app.extensions["locking"]
    return rules


def _failed(answer: Response) -> bool:
    return answer.status_code == WRONG


@blueprint.get("/sign-in")
@public
@writes
def sign_in() -> ResponseReturnValue:
    """Show the form for name and password."""
    form = SignInForm(next=request.args.get("next", ""))
    return sign_in_page(form)


@blueprint.post("/sign-in")
@limiter.limit("30 per minute", key_func=get_remote_address, deduct_when=_failed)
@public
def check_sign_in() -> ResponseReturnValue:
    """Sign in, and go on to the site that asked; a wrong name and a wrong password get the same answer."""
    form = SignInForm()
    if not form.validate():
        return _stranger()
    name, at = read_sign_in_name(form.name.data or ""), clock.now()
    counted = _count_try(name, at)
    who = None
    try:
        if counted.may_go_on:
            password = form.password.data or ""
            who = accounts.sign_in(session(), name, password, passwords=passwords(), language=language(), at=at)
    except AccountClosed:
        return sign_in_page(form, fault=_closed())
    if who is None and counted.locked_until:
        if counted.may_go_on:
            locks.note_lock(counted)
        return _locked_page(form, counted.locked_until, at)
    if who is None:
        return sign_in_page(form, fault=say("NIP atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi."))
    locks.forget_tries(session(), name)
    browsers.sign_in(who)
    return redirect(address_after(form.next.data or ""), 303)


@blueprint.get("/first-sign-in")
@public
@writes
def first_sign_in() -> ResponseReturnValue:
    """Show the form that sets a password by a one-time code."""
    return _new_password_page(NewPasswordForm(code=request.args.get("code", "")))


@blueprint.post("/first-sign-in")
@limiter.limit("30 per minute", key_func=get_remote_address, deduct_when=_failed)
@public
def set_password() -> ResponseReturnValue:
    """Set the password and sign in; the code is used up."""
    form = NewPasswordForm()
    if not form.validate():
        return _stranger()
    if form.password.data != form.again.data:
        return _new_password_page(form, fault=say("Kedua kata sandi tidak sama. Ketik ulang yang sama dua kali."))
    try:
        who = accounts.set_password(
            session(),
            form.code.data or "",
            form.password.data or "",
            passwords=passwords(),
            language=language(),
            at=clock.now(),
        )
    except AccountClosed:
        return _new_password_page(form, fault=_closed())
    except CodeNotValid:
        if is_typed_code(form.code.data or ""):
            fault = say("Kode tidak berlaku. Periksa ketikannya, atau mintalah kode baru kepada administrator Anda.")
            return _new_password_page(form, fault=fault)
        return render_template("identity/code_not_valid.html"), WRONG
    except Invalid as refusal:
        return _new_password_page(form, fault=_sentence(refusal))
    browsers.sign_in(who)
    return redirect(address_after(""), 303)


@blueprint.get("/signed-in")
@public
@writes
def signed_in() -> ResponseReturnValue:
    """Say who is signed in, and offer the way out."""
    browser = browsers.current()
    if browser is None or browser.tenant is None or browser.person_id is None:
        return redirect(url_for("pages.sign_in"), 303)
    bind_tenant(session(), browser.tenant)
    name = name_of(session(), browser.tenant, browser.person_id)
    return render_template("identity/signed_in.html", name=name, form=SignOutForm())


@blueprint.get("/sign-out")
@public
@writes
def ask_sign_out() -> ResponseReturnValue:
    """Ask before signing out, because any page can send somebody to this address."""
    return render_template("identity/sign_out.html", form=SignOutForm())


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, and what sites were given in it."""
    if not SignOutForm().validate():
        return _stranger()
    browsers.sign_out()
    return redirect(url_for("pages.sign_in"), 303)


@blueprint.errorhandler(429)
def too_often(_: Exception) -> ResponseReturnValue:
    """Say when to come back."""
    return render_template("identity/too_often.html"), 429, {"Retry-After": "60"}


def _closed() -> str:
    return say("Akun ini ditutup, karena Anda tidak lagi memegang jabatan di sini. Hubungi administrator Anda.")


def _count_try(name: str, at: datetime) -> Try:
    # What an answer of 400 and above did is undone, and tries at the same time must know of each other: a try is
    # counted in a unit of work of its own. SQLite has one writer, so that the request's own has to end first.
    abandon()
    browsers.read_again()
    with edge().database.writing() as own:
        return locks.count_try(own, name, rules=locking().rules, at=at)


def _locked_page(form: SignInForm, until: datetime, at: datetime) -> Response:
    # Rounded up, so that whoever comes back on the minute is not turned away once more. The limiter, which takes the
    # later one of its own second and ours, rounds down.
    seconds = int((until - at).total_seconds()) + 2
    local = until.astimezone(locking().zone) + timedelta(seconds=60, milliseconds=-1)
    hour = say("%(hour)s.%(minute)s", hour=f"{local:%H}", minute=f"{local:%M}") + f" {local:%Z}"
    fault = say("Terlalu banyak kata sandi yang salah. Akun dikunci sampai %(hour)s; coba lagi sesudahnya.", hour=hour)
    answer = sign_in_page(form, fault=fault)
    answer.status_code = 429
    answer.headers["Retry-After"] = str(seconds)
    return answer


def sign_in_page(form: SignInForm, *, fault: str = "") -> Response:
    """Give the page with the form for name and password, and with what to mend."""
    page = render_template("identity/sign_in.html", form=form, fault=fault)
    answer = make_response(page, WRONG if fault else 200)
    # Browsers hold the redirect that follows a form to the policy too, and it leads to the site that asked.
    site = origin_to_return_to(session(), form.next.data or "")
    if site:
        policy = PAGE_POLICY.replace("form-action 'self'", f"form-action 'self' {site}")
        answer.headers["Content-Security-Policy"] = policy
    return answer


def _new_password_page(form: NewPasswordForm, *, fault: str = "") -> ResponseReturnValue:
    typed = is_typed_code(form.code.data or "")
    page = render_template("identity/new_password.html", form=form, fault=fault, typed=typed)
    # The address holds the code: it must not travel on to any other page.
    return page, WRONG if fault else 200, {"Referrer-Policy": "no-referrer"}


def _stranger() -> ResponseReturnValue:
    return render_template("identity/stale.html"), 400


def address_after(query: str) -> str:
    """Give where a fresh sign-in leads: on to the request that waited, or to a page of our own; never elsewhere."""
    return f"{url_for('oidc.authorize')}?{query}" if query else url_for("pages.signed_in")


def _sentence(refusal: Invalid) -> str:
    match refusal:
        case PasswordTooShort():
            return say("Kata sandi perlu sedikitnya %(minimum)s karakter.", **refusal.parameters)
        case PasswordTooLong():
            return say("Kata sandi paling banyak %(maximum)s karakter.", **refusal.parameters)
        case PasswordHoldsSignInName():
            return say("Kata sandi tidak boleh memuat NIP atau nama masuk Anda.")
    raise refusal
