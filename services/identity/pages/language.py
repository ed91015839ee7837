"""The language of a page: Indonesian unless the person or the browser asks for English.

Indonesian is the language of the sources, so that only English has a catalogue. It is read from its text form, and
nothing has to be compiled.
"""

import io
from functools import cache
from pathlib import Path
from typing import Protocol

import flask_babel  # type: ignore[import-untyped]  # It comes without types.
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, request

LANGUAGES = ("id", "en")
COOKIE = "wiyata_language"
CATALOGUE = Path(__file__).parent.parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def language() -> str:
    """Give the language of the request: by `?lang=`, else as chosen before, else as the browser prefers."""
    for said in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if said in LANGUAGES:
            return str(said)
    return request.accept_languages.best_match(LANGUAGES, default="id")


def register(app: Flask) -> None:
    """Let the app's templates and views speak both languages."""
    babel = flask_babel.Babel(app, default_locale="id", locale_selector=language)
    with app.app_context():
        babel.domain_instance.cache.update({("en", "messages"): english(), ("id", "messages"): Translations()})
    app.jinja_env.globals["language"] = language
    app.after_request(_remember)


def say(sentence: str, **values: object) -> str:
    """Give an Indonesian sentence of the sources in the language of the request."""
    return str(flask_babel.gettext(sentence, **values))


class Say(Protocol):
    """Gives an Indonesian sentence of the sources in one language."""

    def __call__(self, sentence: str, /, **values: object) -> str: ...


def saying(language: str) -> Say:
    """Give what says sentences in a language, where there is no request: in mails."""

    def say(sentence: str, /, **values: object) -> str:
        said = english().ugettext(sentence) if language == "en" else sentence
        return str(said) % values if values else str(said)

    return say


@cache
def english() -> Translations:
    """Give the English catalogue."""
    compiled = io.BytesIO()
    with CATALOGUE.open("rb") as text:
        write_mo(compiled, read_po(text, locale="en"))
    compiled.seek(0)
    return Translations(compiled)


def _remember(answer: Response) -> Response:
    chosen = request.args.get("lang")
    if chosen in LANGUAGES and answer.mimetype == "text/html":
        answer.set_cookie(COOKIE, chosen, max_age=31_536_000, path="/", samesite="Lax", httponly=True)
    return answer
