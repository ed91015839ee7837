"""The forms of the pages, and the token that proves that a form came from one of them."""

from typing import Any

from flask_wtf import FlaskForm  # type: ignore[import-untyped]  # It comes without types.
from wtforms import HiddenField, PasswordField, StringField, ValidationError  # type: ignore[import-untyped]
from wtforms.csrf.core import CSRF  # type: ignore[import-untyped]

from services.identity.pages import browsers


class PageToken(CSRF):  # type: ignore[misc]  # As above.
    """A form's token is the one of the browser's session, which the database keeps: no secret of the app is needed."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:  # noqa: ARG002 - WTForms calls it so
        """Give the token that a fresh form carries."""
        return browsers.known().form_token

    def validate_csrf_token(self, form: Any, field: Any) -> None:  # noqa: ARG002 - WTForms calls it so
        """Refuse a form that carries none, or one of another browser."""
        browser = browsers.current()
        if browser is None or not browser.knows(field.data or ""):
            raise ValidationError


class PageForm(FlaskForm):  # type: ignore[misc]  # As above.
    """A form with its token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # As above.
        csrf_class = PageToken


class SignInForm(PageForm):
    """A name and a password, and the site's request that waits for them."""

    name = StringField()
    password = PasswordField()
    next = HiddenField()


class NewPasswordForm(PageForm):
    """A one-time code and the password that it sets, written twice."""

    code = HiddenField()
    password = PasswordField()
    again = PasswordField()


class ForgottenForm(PageForm):
    """The name of somebody who forgot the password: a NIP or an address."""

    name = StringField()


class SignOutForm(PageForm):
    """A button."""
