"""The addresses that are handed to people."""

from urllib.parse import urlencode

from shared.settings import Settings


def first_sign_in_address(settings: Settings) -> str:
    """Give the address of the page on which people type a one-time code."""
    return f"{settings.public_url}/api/identity/first-sign-in"


def first_sign_in_link(settings: Settings, code: str, *, language: str = "") -> str:
    """Give the link that opens the page on which a one-time code sets a password, in a language or the browser's."""
    said = {"code": code, **({"lang": language} if language else {})}
    return f"{first_sign_in_address(settings)}?{urlencode(said)}"
