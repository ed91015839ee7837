"""The service as data, and its web app for gunicorn."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, request, url_for

import shared.web.app
from services.identity import api, cli
from services.identity.commands.upkeep import drop_expired
from services.identity.exports import EXPORTS
from services.identity.mail_round import carrier_of, send_mails
from services.identity.model import Base
from services.identity.model.accounts import SHORTEST_PASSWORD
from services.identity.oidc import endpoints
from services.identity.other_provider import OtherProvider
from services.identity.own_keys import own_keys
from services.identity.pages import delegated, forgotten, language, views
from services.identity.passwords import Passwords
from services.identity.queries.people import oversees
from services.identity.settings import read_delegation, read_erasure_register, read_locking, read_password_cost
from shared.database import Database
from shared.migrations import is_current
from shared.processes import open_database
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.web.accesses import forget_old_accesses
from shared.web.idempotency import forget_old_requests
from shared.web.keys import KeyRing


def configure_web(app: Flask, settings: Settings, database: Database) -> None:  # noqa: ARG001 - as `Service` calls it
    """Give the web app its password hasher, the rules of its locks, where erasures are kept and its two languages."""
    app.extensions["passwords"] = Passwords(read_password_cost())
    app.extensions["locking"] = read_locking()
    app.extensions["sends_mails"] = carrier_of(settings) is not None
    app.extensions["erasure_register"] = read_erasure_register(settings)
    delegation = read_delegation()
    app.extensions["other_provider"] = OtherProvider(delegation) if delegation else None
    app.jinja_env.globals.update(
        other_provider=lambda: app.extensions["other_provider"],
        home=f"{settings.public_url}/",
        shortest_password=SHORTEST_PASSWORD,
        same_page_in=_same_page_in,
    )
    language.register(app)


def _same_page_in(code: str) -> str:
    kept: dict[str, Any] = {
        **request.args,
        **{name: request.form[name] for name in ("next", "code") if name in request.form},
    }
    return url_for(request.endpoint or "pages.sign_in", **kept | {"lang": code})


service = Service(
    name="identity",
    metadata=Base.metadata,
    api=(api.blueprint,),
    pages=(views.blueprint, forgotten.blueprint, delegated.blueprint, endpoints.blueprint),
    timers={
        drop_expired: timedelta(hours=1),
        forget_old_requests: timedelta(hours=1),
        forget_old_accesses: timedelta(minutes=1),
    },
    errands={send_mails: timedelta(seconds=5)},
    commands=cli.COMMANDS,
    exports=EXPORTS,
    oversees=oversees,
    configure_web=configure_web,
)


def create_app() -> Flask:
    """Make the web app for gunicorn. It proves its own tokens with its own keys, without asking itself over HTTP."""
    settings = read_settings()
    database = open_database(service, settings, "web")
    return shared.web.app.create_app(
        service,
        settings,
        database,
        KeyRing(database, settings, own_keys(database)),
        schema_is_current=partial(is_current, service),
        trusted_proxies=settings.trusted_proxies,
    )
