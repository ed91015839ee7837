"""The pages for those who forgot their password: a name is typed, and the answer is the same whoever has it."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from services.identity.commands import resets
from services.identity.pages.forms import ForgottenForm
from services.identity.pages.views import too_often
from shared import clock
from shared.web.auth import public
from shared.web.limits import limiter
from shared.web.work import session, writes

blueprint = Blueprint("forgotten", __name__, template_folder="../templates")
blueprint.register_error_handler(429, too_often)


@blueprint.get("/forgotten")
@public
@writes
def forgotten() -> ResponseReturnValue:
    """Show the form for a name; without a mail server, say who helps."""
    return _page(ForgottenForm())


@blueprint.post("/forgotten")
@limiter.limit("10 per minute; 100 per hour", key_func=get_remote_address)
@public
def ask_reset() -> ResponseReturnValue:
    """Note the name. Nothing in the answer, or in the time it takes, tells whether anybody has it."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("identity/stale.html"), 400
    if _sends_mails() and form.name.data:
        resets.ask_reset(session(), form.name.data, at=clock.now())
    return redirect(url_for("forgotten.asked"), 303)


@blueprint.get("/forgotten/asked")
@public
def asked() -> ResponseReturnValue:
    """Say what happens next."""
    return render_template("identity/forgotten_asked.html")


def _page(form: ForgottenForm) -> ResponseReturnValue:
    return render_template("identity/forgotten.html", form=form, sends_mails=_sends_mails())


def _sends_mails() -> bool:
    return bool(current_app.extensions["sends_mails"])
