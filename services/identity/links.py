"""The addresses that are handed to people."""

from urllib.parse import urlencode

from shared.settings import Settings


def first_sign_in_link(settings: Settings, code: str) -> str:
    """Give the link that opens the page on which a one-time code sets a password."""
    return f"{settings.public_url}/api/identity/first-sign-in?{urlencode({'code': code})}"
